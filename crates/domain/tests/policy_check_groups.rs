//! Mistakes in groups, cohorts, posts, relaxations, reports and picture rules are found where they
//! stand, each with what was meant.

use domain::policy::check;
use domain::policy::library::shipped;

/// One mistake in a good pack is one problem with this code and hint.
fn one(from: &str, to: &str, code: &str, hint: &str) {
    let good = shipped("gz-2022").expect("shipped").pack;
    assert!(good.contains(from), "{from}");
    let problems = check(&good.replacen(from, to, 1)).expect_err(to);
    let shown: String = problems
        .iter()
        .map(|problem| format!("{problem}\n"))
        .collect();
    assert_eq!(problems.len(), 1, "{to}:\n{shown}");
    assert!(
        shown.contains(code) && shown.contains(hint),
        "{to}:\n{shown}"
    );
}

#[test]
fn axes_name_what_is_there() {
    one(
        "fallback = \"方式方法专家组\"",
        "fallback = \"方式方法组\"",
        "unknown_word",
        "方式方法专家组",
    );
    one(
        "fallback = \"方式方法专家组\"\n",
        "",
        "missing_key",
        "fallback",
    );
    one(
        "fallback_axis = \"duty\"",
        "fallback_axis = \"duties\"",
        "unknown_name",
        "duty",
    );
    one(
        "name_template = \"广州市{}专业",
        "name_template = \"广州市专业",
        "out_of_range",
        "{}",
    );
    one(
        "ticked = \"职业技能培训机构评审\", value = \"培训评审专家组\"",
        "ticked = \"职业技能培训机构评审\", value = \"培训评审组\"",
        "unknown_word",
        "培训评审专家组",
    );
    one(
        "  { ticked = \"职业技能评价机构评估\", value = \"技能评价专家组\" },\n",
        "",
        "conflict",
        "每一项",
    );
    one(
        "one_of = [\"技能评价专家组\"]",
        "one_of = [\"技能评价组\"]",
        "unknown_word",
        "技能评价专家组",
    );
}

#[test]
fn cohorts_posts_and_notes_are_complete() {
    one(
        "mode = \"cohort\"",
        "mode = \"fixed\"",
        "conflict",
        "term.cohort",
    );
    one(
        "P_RELATED & P3\"",
        "P_RELATED & P4\"",
        "expression",
        "是不是",
    );
    one(
        "appointed_by = \"manager\"",
        "appointed_by = \"manger\"",
        "unknown_name",
        "manager",
    );
    one(
        "label = \"热心并积极参与培训评价工作\"",
        "note = true\nlabel = \"热心并积极参与培训评价工作\"",
        "conflict",
        "reviewed",
    );
    one(
        "proof_any = [\"qualification_proof\"",
        "proof_any = [\"qualification\"",
        "unknown_name",
        "qualification_proof",
    );
    one(
        "ref = \"第四条(七)(后)\"\n\n[[report]]",
        "ref = \"第四条(八)\"\n\n[[report]]",
        "citation",
        "第四条",
    );
}

#[test]
fn counters_roles_reports_and_forms_are_complete() {
    one("within = \"12个月\"\n", "", "conflict", "within");
    one(
        "without = [\"attended\"]",
        "without = [\"excused\"]",
        "conflict",
        "既计数又中断",
    );
    one(
        "kinds = [\"fraud\"]",
        "kinds = [\"frand\"]",
        "unknown_name",
        "fraud",
    );
    one(
        "{ one = \"命题\", other = \"裁判\"",
        "{ one = \"命题\", other = \"裁叛\"",
        "unknown_word",
        "裁判",
    );
    one(
        "report = \"supervision\"",
        "report = \"supervison\"",
        "unknown_name",
        "supervision",
    );
    one("rows = 3 }", "rows = 4 }", "conflict", "各格共占");
    one(
        "sizes = [\"35x49\"",
        "sizes = [\"35*49\"",
        "out_of_range",
        "35x49",
    );
    one(
        "input = \"names\"\nat_most = 3",
        "at_most = 3",
        "conflict",
        "names",
    );
    one(
        "input = \"tick_several\"\nrequired = true",
        "input = \"lines\"\nrequired = true",
        "conflict",
        "choices",
    );
}
