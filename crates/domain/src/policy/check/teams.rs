//! Teams, their owners and the work they do: parts of a pack that name each other but do not fit.

use super::checker::Checker;
use crate::policy::pack::Rules;
use crate::policy::problem::Code;

pub(super) fn check(checker: &Checker<'_>, rules: &Rules) {
    let report = |path: &str, sentence: String, hint: &str| {
        let at = checker.source.at_path(path).map_or(0, |node| node.at.start);
        checker.report(at, Code::Conflict, sentence, hint);
    };
    let owned = rules.pool.teams.iter().any(|team| team.owner.is_some());
    for team in &rules.pool.teams {
        let path = format!("pool.team.{}", team.id);
        let around = team.part_of.as_deref().and_then(|id| rules.pool.team(id));
        if around.is_some_and(|around| around.part_of.is_some()) || around == Some(team) {
            report(
                &path,
                format!("队伍“{}”套了两层以上。", team.label),
                "队伍之下只再分一层：part_of 应指向不属于其他队伍的队伍。",
            );
        } else if owned && !rules.pool.has_parts(team) && rules.pool.owner(&team.id).is_none() {
            report(
                &path,
                format!("队伍“{}”没有写归谁管理。", team.label),
                "其他队伍写了 owner，这支也应写明，或在上级队伍中写明。",
            );
        }
    }
    for kind in &rules.tasks.kinds {
        for team in kind.teams.iter().filter_map(|id| rules.pool.team(id)) {
            if rules.pool.has_parts(team) {
                report(
                    &format!("task_kind.{}", kind.id),
                    format!("“{}”由“{}”承担，但它下面还分队伍。", kind.label, team.label),
                    "请写明是其中哪一支。",
                );
            }
        }
    }
    for party in rules.parties.iter().filter(|p| !p.members.is_empty()) {
        let nested = |id: &String| rules.party(id).is_some_and(|m| !m.members.is_empty());
        if party.members.iter().any(nested) {
            report(
                &format!("party.{}", party.id),
                format!("主体“{}”的成员又由成员组成。", party.label),
                "members 只写一层。",
            );
        }
    }
}
