//! The words of a roster, as the pack of the pool has them.

use documents::roster::RosterVocabulary;
use domain::skill_level::SkillLevel;
use domain::title;

use crate::pools::OpenPool;

/// The words a roster's cells are compared with: the pack's ladders with the national lists.
pub(crate) fn vocabulary(pool: &OpenPool) -> RosterVocabulary {
    let ladder = |id: &str| {
        pool.pack
            .vocabulary
            .ladders
            .iter()
            .find(|ladder| ladder.id == id)
    };
    let words = |id: &str| -> Vec<(String, String)> {
        let Some(ladder) = ladder(id) else {
            return Vec::new();
        };
        let own = ladder.rungs.iter().map(|rung| (rung.clone(), rung.clone()));
        let aliases = ladder.aliases.iter().filter_map(|(alias, rung)| {
            Some((alias.clone(), ladder.rungs.get(usize::from(*rung))?.clone()))
        });
        own.chain(aliases).collect()
    };
    fn borrowed(words: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
        words
            .iter()
            .map(|(word, rung)| (word.as_str(), rung.as_str()))
    }
    let (titles, skills) = (words("title"), words("skill"));
    let mut honours = words("admin");
    let has = |rung: &str| {
        ladder("admin").is_some_and(|ladder| ladder.rungs.iter().any(|own| own == rung))
    };
    for (word, rung) in [
        ("全国", "国家级"),
        ("国务院", "国家级"),
        ("中华", "国家级"),
        ("中国", "国家级"),
        ("省", "省级"),
        ("自治区", "省级"),
        ("市", "市级"),
        ("区", "区县"),
        ("县", "区县"),
        ("镇", "镇街"),
        ("街道", "镇街"),
    ] {
        if has(rung) {
            honours.push((word.to_owned(), rung.to_owned()));
        }
    }
    let kinds = pool.offered("employer_kind");
    RosterVocabulary::default()
        .titles(borrowed(&titles))
        .titles(
            title::all()
                .iter()
                .map(|title| (title.name, title.level.label())),
        )
        .skills(borrowed(&skills))
        .skills(
            SkillLevel::ALL
                .iter()
                .map(|level| (level.on_certificate(), level.label())),
        )
        .honours(borrowed(&honours))
        .unit_kinds(kinds.iter().map(String::as_str))
        .teams(pool.open_teams().map(|team| team.label.as_str()))
        .channels(
            pool.pack
                .admission
                .channels
                .iter()
                .map(|channel| channel.label.as_str()),
        )
}
