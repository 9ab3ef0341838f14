//! Leaves, their tests, the expression over them, branches and relaxations.

use super::checker::Name;
use super::identity::rung;
use super::section::Section;
use crate::policy::citation::Citation;
use crate::policy::expression::{DEPTH, Expression, Fault, FaultKind};
use crate::policy::pack::{
    Branch, Eligibility, Force, How, Leaf, Post, PostAlternative, PostPer, RelaxMode, Relaxation,
    Test, Vocabulary, Waives,
};
use crate::policy::problem::{Code, closest};
use crate::policy::words::{Word, words};

words! { private
    /// The closed list of tests, as packs name them.
    TestKind {
        /// Rank.
        Ladder = "ladder", "等级";
        /// Age.
        Age = "age", "年龄";
        /// Years of work.
        Years = "years", "年限";
        /// Named holding.
        Held = "held", "持有";
        /// Entry of a record.
        Record = "record", "记录";
        /// Employer.
        Employer = "employer", "单位属性";
        /// Register, wanted.
        Listed = "listed", "在名单";
        /// Register.
        NotListed = "not_listed", "不在名单";
        /// Unit spoken for.
        Represents = "represents", "代表单位";
        /// Plain fact.
        Flag = "flag", "认定事项";
        /// Plain fact, known either way.
        Stated = "stated", "已说明";
        /// So many selected.
        Selected = "selected", "勾选数量";
        /// One of.
        OneOf = "one_of", "其中之一";
        /// All of.
        All = "all", "同时符合";
        /// Any of.
        Any = "any", "符合其一";
    }
}

pub(super) fn eligibility(root: &Section<'_>, vocabulary: &Vocabulary) -> Eligibility {
    let leaves: Vec<Leaf> = root
        .sections("leaf")
        .iter()
        .map(|s| leaf(s, vocabulary))
        .collect();
    let ids: Vec<&str> = leaves.iter().map(|leaf| leaf.id.as_str()).collect();
    let section = root.needed("eligibility");
    let Some(s) = &section else {
        return Eligibility {
            leaves,
            rule: Expression::All(Vec::new()),
            written: String::new(),
            negated: Vec::new(),
            reference: crate::policy::pack::ReferenceDate::Decision,
            branches: Vec::new(),
            relaxations: Vec::new(),
            posts: Vec::new(),
            citation: Citation::article(0),
        };
    };
    let citation = s.citation();
    let rule = expression(s, "rule", &ids);
    let (mut plain, mut negated) = (Vec::new(), Vec::new());
    rule.leaves(&mut |number, under_not| {
        if under_not {
            negated.push(number)
        } else {
            plain.push(number)
        }
    });
    for number in negated.iter().filter(|number| plain.contains(number)) {
        let id = ids.get(usize::from(*number)).unwrap_or(&"");
        s.report_at(
            "rule",
            Code::Conflict,
            format!("条件“{id}”在条件式里既要求符合又要求不符合。"),
            "请拆成两个条件。",
        );
    }
    let branches = s
        .sections("branch")
        .iter()
        .map(|b| Branch {
            id: b.text("id"),
            label: b.text("label"),
            rule: expression(b, "rule", &ids),
            proof: b.name_list("proof", Name::Item),
            proof_any: b.name_list("proof_any", Name::Item),
            citation: b.citation_or(&citation),
        })
        .collect();
    let relaxations = s
        .sections("relaxation")
        .iter()
        .map(|r| Relaxation {
            id: r.text("id"),
            label: r.text("label"),
            grounds: expression(r, "grounds", &ids),
            relaxes: leaf_numbers(r, "relaxes", &ids),
            mode: r.word_or("mode", RelaxMode::Discretion),
            citation: r.citation(),
        })
        .collect::<Vec<Relaxation>>();
    let posts: Vec<Post> = root
        .sections("post")
        .iter()
        .map(|p| post(p, &ids))
        .collect();
    let reference = s.word("reference");
    let written = s.text("rule");
    let said = |rule: &Expression| !rule.conjuncts().is_empty();
    let read = said(&rule) && posts.iter().all(|post| said(&post.rule));
    // A leaf nobody asks for is a rule without effect, which no reader would notice.
    let mut used = plain;
    used.extend(&negated);
    for relaxation in &relaxations {
        relaxation
            .grounds
            .leaves(&mut |number, _| used.push(number));
    }
    for post in &posts {
        let rules = post.alternatives.iter().map(|way| &way.rule);
        for rule in rules.chain([&post.rule]) {
            rule.leaves(&mut |number, _| used.push(number));
        }
    }
    for (place, section) in root.sections("leaf").iter().enumerate() {
        if read && !used.iter().any(|number| usize::from(*number) == place) {
            let id = section.text_opt("id").unwrap_or_default();
            section.report(
                Code::Conflict,
                format!("条件“{id}”没有写进条件式，不会起作用。"),
                "请写进 eligibility.rule，或删去它。",
            );
        }
        section.quiet();
    }
    Eligibility {
        leaves,
        rule,
        written,
        negated,
        reference,
        branches,
        relaxations,
        posts,
        citation,
    }
}

fn post(s: &Section<'_>, ids: &[&str]) -> Post {
    let citation = s.citation();
    Post {
        id: s.text("id"),
        label: s.text("label"),
        per: s.word_or("per", PostPer::Task),
        at_most: s.whole_opt("at_most", 1, 100).unwrap_or(1),
        appointed_by: s.name("appointed_by", Name::Party),
        rule: expression(s, "rule", ids),
        alternatives: s
            .sections("alternative")
            .iter()
            .map(|s| PostAlternative {
                id: s.text("id"),
                label: s.text("label"),
                rule: expression(s, "rule", ids),
                waives: s.word_or("waives", Waives::Conditions),
                citation: s.citation_or(&citation),
            })
            .collect(),
        citation,
    }
}

/// Leaves by id, as numbers.
pub(super) fn leaf_numbers(s: &Section<'_>, key: &'static str, ids: &[&str]) -> Vec<u16> {
    s.name_list(key, Name::Leaf)
        .iter()
        .filter_map(|id| ids.iter().position(|known| known == id))
        .filter_map(|place| u16::try_from(place).ok())
        .collect()
}

fn leaf(s: &Section<'_>, vocabulary: &Vocabulary) -> Leaf {
    let how: Vec<How> = s.some_words("how");
    let test = s.section("test").map(|t| test(&t, vocabulary, 0));
    let id = s.text("id");
    let needs_test = how
        .iter()
        .any(|how| matches!(how, How::Computed | How::External));
    if needs_test && test.is_none() && s.has("how") {
        s.report(
            Code::MissingKey,
            format!("条件“{id}”说由资料或名单判断，却没有 test。"),
            "请补上 test = { type = … }，或把 how 改成 declared、reviewed。",
        );
    }
    if !needs_test && test.is_some() {
        s.report_at(
            "how",
            Code::Conflict,
            format!("条件“{id}”写了 test，how 却没有 computed 或 external，test 不会起作用。"),
            "请在 how 中补上 \"computed\"。",
        );
    }
    if s.truth_or("note", false) && !how.contains(&How::Reviewed) && s.has("how") {
        s.report_at(
            "note",
            Code::Conflict,
            format!("条件“{id}”要求审核说明，how 却没有 reviewed。"),
            "请在 how 中补上 \"reviewed\"，或删去 note。",
        );
    }
    Leaf {
        label: s.text("label"),
        citation: s.citation(),
        force: s.word_or("force", Force::Must),
        how,
        test,
        note: s.truth_or("note", false),
        elements: s.texts("elements"),
        when: s.conditions("when"),
        check_at: s.words("check_at"),
        bars: s.name_list("bars", Name::Party),
        id,
    }
}

fn test(s: &Section<'_>, vocabulary: &Vocabulary, depth: usize) -> Test {
    // Stands in for a test that cannot be read; the problem is reported already.
    let unread = || Test::All { of: Vec::new() };
    match s.word::<TestKind>("type") {
        TestKind::Ladder => {
            let (of, equivalents) = (s.word("of"), s.truth_or("equivalents", false));
            rung(s, "at_least", vocabulary).map_or_else(unread, |at_least| Test::Ladder {
                of,
                at_least,
                equivalents,
            })
        }
        TestKind::Age => Test::Age { bound: s.bound() },
        TestKind::Years => Test::Years {
            tag: s.text_opt("tag"),
            bound: s.bound(),
        },
        TestKind::Held => Test::Held {
            among: s.word("among"),
            names: s.some_texts("names"),
        },
        TestKind::Record => {
            let (of, names) = (s.word("of"), s.texts("names"));
            rung(s, "at_least", vocabulary).map_or_else(unread, |at_least| Test::Record {
                of,
                at_least,
                names,
            })
        }
        TestKind::Employer => Test::Employer {
            one_of: s.some_texts("one_of"),
        },
        TestKind::Listed => Test::Listed {
            register: s.name("register", Name::Register),
            as_: s.some_words("as"),
            within: s.duration_opt("within"),
        },
        TestKind::NotListed => Test::NotListed {
            register: s.name("register", Name::Register),
            as_: s.some_words("as"),
            within: s.duration_opt("within"),
        },
        TestKind::Represents => Test::Represents {
            one_of: s.texts("one_of"),
        },
        TestKind::Flag => Test::Flag {
            name: s.text("name"),
        },
        TestKind::Stated => Test::Stated {
            name: s.text("name"),
        },
        TestKind::Selected => Test::Selected {
            of: s.word("of"),
            at_least: s.whole("at_least", 1, 1000),
        },
        TestKind::OneOf => Test::OneOf {
            of: s.word("of"),
            values: s.some_texts("values"),
        },
        kind @ (TestKind::All | TestKind::Any) => {
            if depth >= DEPTH {
                s.report(
                    Code::OutOfRange,
                    "test 嵌套太深。".to_owned(),
                    "请拆成几个条件。",
                );
                return Test::All { of: Vec::new() };
            }
            let of: Vec<Test> = s
                .sections("of")
                .iter()
                .map(|inner| test(inner, vocabulary, depth + 1))
                .collect();
            if of.is_empty() {
                s.report(
                    Code::MissingKey,
                    format!("“{}”下面没有列出任何 test。", kind.zh()),
                    "请补上 of = [ … ]。",
                );
            }
            if kind == TestKind::All {
                Test::All { of }
            } else {
                Test::Any { of }
            }
        }
    }
}

/// Parses the expression under a key; every fault is reported where it stands.
fn expression(s: &Section<'_>, key: &'static str, ids: &[&str]) -> Expression {
    let text = s.text(key);
    if text.is_empty() {
        return Expression::All(Vec::new());
    }
    Expression::parse(&text, ids).unwrap_or_else(|faults| {
        for Fault { at, what } in faults {
            let (sentence, hint) = match what {
                FaultKind::Unknown(id) => (
                    format!("条件式里的“{id}”没有定义。"),
                    closest(&id, ids.iter().copied()).map_or_else(
                        || "请先用 [[leaf]] 定义它。".to_owned(),
                        |meant| format!("是不是“{meant}”？"),
                    ),
                ),
                FaultKind::OperandMissing => (
                    "条件式在此处缺一个条件。".to_owned(),
                    "& 和 | 的两边都要有条件。".to_owned(),
                ),
                FaultKind::OperatorMissing => (
                    "条件式在此处缺 & 或 |。".to_owned(),
                    "两个条件之间写 &（且）或 |（或）。".to_owned(),
                ),
                FaultKind::Unclosed => ("条件式有左括号没有右括号。".to_owned(), String::new()),
                FaultKind::Unopened => ("条件式有右括号没有左括号。".to_owned(), String::new()),
                FaultKind::Sign(sign) => (
                    format!("条件式不认识“{sign}”。"),
                    "只用 &（且）、|（或）、!（非）和括号。".to_owned(),
                ),
                FaultKind::TooDeep => (format!("条件式嵌套超过 {DEPTH} 层。"), String::new()),
            };
            s.checker
                .report(s.inside(key, at), Code::Expression, sentence, hint);
        }
        Expression::All(Vec::new())
    })
}
