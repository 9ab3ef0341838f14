//! Words for ranks, and finding the rank a person wrote down.

use std::collections::HashMap;

use domain::occupation;
use domain::policy::Pack;
use domain::skill_level::SkillLevel;
use domain::text::match_key;
use domain::title::{self, ReadBy};

/// Words of titles, skill levels and honours with the rung each stands for, and the other lists a
/// roster's cells are compared with. They come from the pack and the reference data.
#[derive(Debug, Clone, Default)]
pub struct RosterVocabulary {
    titles: Ranks,
    skills: Ranks,
    honours: Vec<Word>,
    unit_kinds: Vec<Word>,
    channels: Vec<String>,
    teams: Vec<String>,
}

#[derive(Debug, Clone)]
struct Word {
    key: String,
    rung: String,
}

/// Words of one ladder with their rungs.
#[derive(Debug, Clone, Default)]
struct Ranks(HashMap<String, String>);

impl Ranks {
    fn extend<'a>(&mut self, words: impl IntoIterator<Item = (&'a str, &'a str)>) {
        let words = words.into_iter().map(word);
        self.0.extend(
            words
                .filter(|word| !word.key.is_empty())
                .map(|word| (word.key, word.rung)),
        );
    }

    /// The longest word that ends a phrase. Ranks stand at the end (机械高级工程师); 技师（二级） and
    /// 高级技师职称 end otherwise.
    fn at_end<'k>(&'k self, key: &'k str) -> Option<Ending<'k>> {
        let key = ["职称", "资格", "证书", "职业技能等级"]
            .iter()
            .find_map(|tail| key.strip_suffix(tail))
            .filter(|rest| !rest.is_empty())
            .unwrap_or(key);
        key.char_indices().find_map(|(place, _)| {
            let (before, word) = key.split_at_checked(place)?;
            let rung = self.0.get(word)?.as_str();
            Some(Ending { before, word, rung })
        })
    }
}

/// The word of a ladder that ends a phrase, what stands before it, and its rung.
struct Ending<'k> {
    before: &'k str,
    word: &'k str,
    rung: &'k str,
}

/// A rung read from a phrase, and on what the reading rests.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) rung: String,
    pub(super) by: ReadBy,
}

/// A title that stands in the lists is one; of others the ending alone is known.
fn title_by(phrase: &str, before: &str) -> ReadBy {
    if before.is_empty() {
        return ReadBy::Name;
    }
    title::read(phrase).map_or(ReadBy::Ending, |reading| reading.by)
}

/// A skill level may follow its occupation (数控车工高级技师), and nothing else.
fn skill_by(phrase: &str, before: &str) -> ReadBy {
    let known =
        before.is_empty() || SkillLevel::parse(phrase).is_ok() || occupation::is_spoken_of(before);
    if known { ReadBy::Name } else { ReadBy::Ending }
}

/// Which ladder a rank was found on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ladder {
    Title,
    Skill,
}

/// A rank found in a phrase.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rank {
    pub(super) ladder: Ladder,
    pub(super) rung: String,
    /// What stands before the rank: 数控车工 of 数控车工高级技师.
    pub(super) before: String,
    /// On what the reading rests.
    pub(super) by: ReadBy,
}

/// Words by which the rank of an honour is known, with the rung of a pack that has such a rung.
const HONOURS: &[(&str, &str)] = &[
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
];

impl RosterVocabulary {
    /// The words of a pack's ladders and lists, with the national names of titles and skill levels.
    pub fn of_pack(pack: &Pack) -> Self {
        let words = &pack.vocabulary;
        let rungs = |id: &str| {
            words.ladder(id).into_iter().flat_map(|ladder| {
                let own = ladder
                    .rungs
                    .iter()
                    .map(|rung| (rung.as_str(), rung.as_str()));
                let aliases = ladder.aliases.iter().filter_map(|(alias, rung)| {
                    Some((
                        alias.as_str(),
                        ladder.rungs.get(usize::from(*rung))?.as_str(),
                    ))
                });
                own.chain(aliases)
            })
        };
        let known = |rung: &str| {
            words
                .ladder("admin")
                .is_some_and(|ladder| ladder.rungs.iter().any(|own| own == rung))
        };
        let national = title::all()
            .iter()
            .map(|title| (title.name, title.level.label()));
        let certificates = SkillLevel::ALL
            .iter()
            .map(|level| (level.on_certificate(), level.label()));
        Self::default()
            .titles(rungs("title"))
            .titles(national)
            .skills(rungs("skill"))
            .skills(certificates)
            .honours(rungs("admin"))
            .honours(HONOURS.iter().copied().filter(|(_, rung)| known(rung)))
            .unit_kinds(
                words
                    .list("employer_kind")
                    .into_iter()
                    .flat_map(|list| list.offered()),
            )
            .channels(
                pack.admission
                    .channels
                    .iter()
                    .map(|channel| channel.label.as_str()),
            )
    }

    /// Words of titles with their rung, e.g. (高级工程师, 副高级); rungs themselves included.
    #[must_use]
    pub fn titles<'a>(mut self, words: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.titles.extend(words);
        self
    }

    /// Words of skill levels with their rung, e.g. (一级, 高级技师).
    #[must_use]
    pub fn skills<'a>(mut self, words: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.skills.extend(words);
        self
    }

    /// Words by which the level of an honour is known, e.g. (全国, 国家级).
    #[must_use]
    pub fn honours<'a>(mut self, words: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.honours.extend(words.into_iter().map(word));
        self
    }

    /// 工作单位属性.
    #[must_use]
    pub fn unit_kinds<'a>(mut self, kinds: impl IntoIterator<Item = &'a str>) -> Self {
        self.unit_kinds
            .extend(kinds.into_iter().map(|kind| word((kind, kind))));
        self
    }

    /// 入库方式 whose boxes may be ticked above a list.
    #[must_use]
    pub fn channels<'a>(mut self, channels: impl IntoIterator<Item = &'a str>) -> Self {
        self.channels
            .extend(channels.into_iter().map(str::to_owned));
        self
    }

    /// 队伍 one may be a member of, for pools with teams.
    #[must_use]
    pub fn teams<'a>(mut self, teams: impl IntoIterator<Item = &'a str>) -> Self {
        self.teams.extend(teams.into_iter().map(str::to_owned));
        self
    }

    /// 队伍 to choose from.
    pub(crate) fn offered_teams(&self) -> impl Iterator<Item = &str> {
        self.teams.iter().map(String::as_str)
    }

    pub(super) fn channel_words(&self) -> &[String] {
        &self.channels
    }

    pub(super) fn unit_kind(&self, text: &str) -> Option<String> {
        let key = match_key(text);
        let known = self.unit_kinds.iter().find(|kind| kind.key == key);
        known.map(|kind| kind.rung.clone())
    }

    /// 工作单位属性 to choose from.
    pub(crate) fn offered_unit_kinds(&self) -> impl Iterator<Item = &str> {
        self.unit_kinds.iter().map(|kind| kind.rung.as_str())
    }

    pub(super) fn title(&self, text: &str) -> Option<Read> {
        let key = match_key(text);
        let found = self.titles.at_end(&key)?;
        Some(Read {
            rung: found.rung.to_owned(),
            by: title_by(text, found.before),
        })
    }

    pub(super) fn skill(&self, text: &str) -> Option<Read> {
        let key = match_key(text);
        let found = self.skills.at_end(&key)?;
        Some(Read {
            rung: found.rung.to_owned(),
            by: skill_by(text, found.before),
        })
    }

    /// The level of an honour: the longest word found anywhere in it.
    pub(super) fn honour(&self, text: &str) -> Option<String> {
        let key = match_key(text);
        self.honours
            .iter()
            .filter(|word| key.contains(&word.key))
            .max_by_key(|word| word.key.chars().count())
            .map(|word| word.rung.clone())
    }

    /// The rank at the end of a phrase on either ladder; the longer word wins, so 主任技师 is the
    /// title and 技师 the skill level.
    pub(super) fn rank(&self, phrase: &str) -> Option<Rank> {
        let key = match_key(phrase);
        let skill = self.skills.at_end(&key);
        let title = self.titles.at_end(&key);
        let (ladder, found) = match (skill, title) {
            (Some(skill), Some(title)) if title.word.len() > skill.word.len() => {
                (Ladder::Title, title)
            }
            (Some(skill), _) => (Ladder::Skill, skill),
            (None, title) => (Ladder::Title, title?),
        };
        Some(Rank {
            ladder,
            rung: found.rung.to_owned(),
            before: found.before.to_owned(),
            by: match ladder {
                Ladder::Title => title_by(phrase, found.before),
                Ladder::Skill => skill_by(phrase, found.before),
            },
        })
    }
}

fn word((word, rung): (&str, &str)) -> Word {
    Word {
        key: match_key(word),
        rung: rung.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> RosterVocabulary {
        RosterVocabulary::default()
            .titles([
                ("高级工程师", "副高级"),
                ("工程师", "中级"),
                ("主任技师", "正高级"),
                ("正高级工程师", "正高级"),
            ])
            .skills([
                ("技师", "技师"),
                ("高级技师", "高级技师"),
                ("一级", "高级技师"),
                ("二级", "技师"),
            ])
            .honours([("市", "市级"), ("全国", "国家级")])
    }

    #[test]
    fn the_longest_word_at_the_end_decides() {
        let rank = |text: &str| {
            vocabulary()
                .rank(text)
                .map(|rank| (rank.ladder, rank.rung, rank.before))
        };
        assert_eq!(
            rank("数控车工高级技师"),
            Some((Ladder::Skill, "高级技师".into(), "数控车工".into()))
        );
        assert_eq!(
            rank("主任技师"),
            Some((Ladder::Title, "正高级".into(), String::new()))
        );
        assert_eq!(
            rank("机械 高级工程师"),
            Some((Ladder::Title, "副高级".into(), "机械".into()))
        );
        assert_eq!(rank("博士"), None);
    }

    #[test]
    fn what_only_the_ending_tells_is_told_apart() {
        let by = |text: &str| vocabulary().rank(text).map(|rank| rank.by);
        for sure in [
            "高级工程师",
            "高级工程师职称",
            "主任技师",
            "技师（二级）",
            "国家职业资格二级",
            "数控车工高级技师",
            "车工二级证书",
        ] {
            assert!(by(sure).is_some_and(|by| by != ReadBy::Ending), "{sure}");
        }
        for unsure in ["大高级工程师", "机械工程师", "神级技师"] {
            assert_eq!(by(unsure), Some(ReadBy::Ending), "{unsure}");
        }
    }

    #[test]
    fn honours_tell_their_level_by_any_word() {
        assert_eq!(vocabulary().honour("全国技术能手"), Some("国家级".into()));
        assert_eq!(vocabulary().honour("云岭市技术能手"), Some("市级".into()));
        assert_eq!(vocabulary().honour("优秀教师"), None);
    }
}
