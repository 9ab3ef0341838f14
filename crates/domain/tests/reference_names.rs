//! Pinyin keys, search tokens, occupations, titles and skill levels.

mod common;

use domain::explain::Explain;
use domain::occupation::{self, Numbering, Via};
use domain::pinyin::{SearchKeys, index_letter, query, sort_key};
use domain::search::{MOST_TERMS, Term, form, terms};
use domain::skill_level::{SkillLevel, SkillLevelError};
use domain::title::{self, ReadBy, TitleError, TitleLevel};
use proptest::prelude::*;

/// Every surname of the table of readings: first key and index letter; other readings are found too.
#[test]
fn surname_readings() {
    for row in common::rows(include_str!("data/surname_polyphones.csv")) {
        let name = format!("{}明", row["surname"]);
        let keys = SearchKeys::of_name(&name);
        let reading = row["pinyin"].to_lowercase();
        assert_eq!(keys.full[0], format!("{reading}ming"), "{name}");
        assert_eq!(
            keys.initials[0],
            format!("{}m", row["initials"].to_lowercase()),
            "{name}"
        );
        assert_eq!(
            index_letter(&name),
            row["initials"].chars().next().unwrap(),
            "{name}"
        );
        for other in row["wrong_or_other_readings"]
            .split(',')
            .filter(|other| !matches!(*other, "" | "-"))
        {
            assert!(keys.matches(other), "{name} by {other}: {keys:?}");
        }
    }
}

#[test]
fn names_are_found_as_people_type_them() {
    for (name, typed) in [
        ("曾光", "zeng guang"),
        ("曾光", "cengguang"),
        ("曾光", "CG"),
        ("吕明", "lv"),
        ("吕明", "lü ming"),
        ("吕明", "lyuming"),
        ("吕明", "luming"),
        ("单于明", "chanyuming"),
        ("单于明", "shanyu"),
        ("欧阳长春", "ouyangchangchun"),
        ("欧阳长春", "oyzc"),
        ("买买提·吐尔逊", "mmttex"),
        ("Anna Maria", "annam"),
        ("𬭩㛃", "wj"),
        ("女娲", "nvwa"),
    ] {
        let keys = SearchKeys::of_name(name);
        assert!(keys.matches(typed), "{name} by {typed}: {keys:?}");
        assert!(keys.full.len() <= 16 && keys.initials.len() <= 16);
    }
    assert!(!SearchKeys::of_name("王伟").matches("li"));
    assert!(!SearchKeys::of_name("王伟").matches(""));
    assert_eq!(
        SearchKeys::of_name("李伟"),
        SearchKeys {
            full: vec!["liwei".into()],
            initials: vec!["lw".into()]
        }
    );
    assert_eq!(SearchKeys::of_name(" "), SearchKeys::default());
    assert_eq!(query("LÜ Ming"), "lvming");
    assert_eq!(query("王w"), "");
    assert_eq!(SearchKeys::of_text("云津市技师学院").initials[0], "yjsjsxy");
}

#[test]
fn a_list_sorts_by_surname() {
    let mut names = [
        "查明",
        "单明",
        "区明",
        "林一",
        "李四",
        "李明",
        "吕明",
        "欧阳明",
        "Anna",
        "陆明",
        "⼀",
    ];
    names.sort_by_key(|name| sort_key(name));
    assert_eq!(
        names,
        [
            "Anna",
            "李明",
            "李四",
            "林一",
            "陆明",
            "吕明",
            "区明",
            "欧阳明",
            "单明",
            "⼀",
            "查明"
        ]
    );
    assert_eq!(index_letter("区明"), 'O');
    assert_eq!(index_letter("单明"), 'S');
    assert_eq!(index_letter("查明"), 'Z');
    assert_eq!(index_letter("·"), '#');
}

#[test]
fn typed_text_asks_for_words_pairs_and_lone_characters() {
    let word = |text: &str| Term::Word(format!(" {text}"));
    let pair = |text: &str| Term::Pair(text.into());
    let alone = |text: &str| Term::Character(format!(" {text} "));
    for (typed, asked) in [
        ("王", vec![alone("王")]),
        ("云津公", vec![pair("云津"), pair("津公")]),
        ("ＡB", vec![word("ab")]),
        ("３ｍ", vec![word("3m")]),
        ("DG-0001", vec![word("dg"), word("0001")]),
        ("买·提", vec![alone("买"), alone("提")]),
        ("欧阳　机电", vec![pair("欧阳"), pair("机电")]),
        ("\u{2ccb9}\u{e000}", vec![pair("\u{2ccb9}\u{e000}")]),
        ("  \"*' OR -()：·、", vec![word("or")]),
        ("…… ！", vec![]),
    ] {
        assert_eq!(terms(typed), asked, "{typed}");
    }
    assert_eq!(terms(&"字 ".repeat(99)).len(), MOST_TERMS);
}

fn finds(stored: &str, query: &str) -> bool {
    let form = form([stored]);
    terms(query).iter().all(|term| term.in_name(&form))
}

#[test]
fn running_text_is_found_by_neighbours_and_words_alone() {
    let employer = form(["示例市3M机电（集团）甲 公司"]);
    for (typed, found) in [
        ("机电", true),
        ("集团", true),
        ("团甲", false),
        ("3", true),
        ("3M机电", true),
        ("m", false),
        ("机", false),
        ("甲", true),
    ] {
        let all = terms(typed);
        assert!(!all.is_empty());
        assert_eq!(
            all.iter().all(|term| term.in_text(&employer)),
            found,
            "{typed}"
        );
    }
}

proptest! {
    /// Any piece of a stored Chinese text finds it.
    #[test]
    fn a_piece_finds_the_whole(text in "[云津市第一技师学院欧阳曾]{1,16}", from in 0_usize..16, length in 1_usize..16) {
        let piece: String = text.chars().skip(from).take(length).collect();
        prop_assert!(finds(&text, &piece));
    }

    #[test]
    fn numbers_are_searched_without_writing_their_form(number in "[A-Za-z0-9-]{0,12}", typed in "[A-Za-z0-9-]{1,6}") {
        for term in terms(&typed) {
            prop_assert_eq!(term.in_plain(&number), term.in_text(&form([number.as_str()])));
        }
    }

    #[test]
    fn keys_never_panic_and_stay_bounded(text in "\\PC{0,20}", han in "[一-龥]{0,12}") {
        for name in [&text, &han] {
            let keys = SearchKeys::of_name(name);
            prop_assert!(keys.full.len() <= 16 && keys.initials.len() <= 16);
            let _ = (sort_key(name), index_letter(name));
            // A text without a form answers as its form does.
            for term in terms(&text).iter().chain(&terms(&han)) {
                prop_assert_eq!(term.in_plain(name), term.in_text(&form([name.as_str()])));
            }
            let _ = (title::read(name), SkillLevel::parse(name), occupation::search(name, 5));
        }
    }
}

#[test]
fn a_missing_piece_does_not_find() {
    assert!(!finds("云津市技师学院", "云津市第二"));
    assert!(!finds("王伟", "王芳"));
}

#[test]
fn occupations_by_name_alias_and_work_type() {
    assert!(occupation::all().len() > 1600);
    let codes = |typed: &str| -> Vec<(&str, Via)> {
        occupation::named(typed)
            .iter()
            .map(|found| (found.occupation.code, found.via))
            .collect()
    };
    for (name, code) in [
        ("车工", "6-18-01-01"),
        ("焊工", "6-18-02-04"),
        ("电工", "6-31-01-03"),
        ("养老护理员", "4-10-01-05"),
        ("中式烹调师", "4-03-02-01"),
        ("美容师", "4-10-03-01"),
        ("婴幼儿发展引导员", "4-10-01-01"),
    ] {
        assert_eq!(codes(name)[0], (code, Via::Name), "{name}");
        assert_eq!(
            occupation::by_code(code).map(|found| found.name),
            Some(name)
        );
    }
    assert_eq!(
        codes("育婴员"),
        [("4-10-01-01", Via::Alias("2015年版大典 4-10-01-02"))]
    );
    let fitters: Vec<_> = codes("钳工").into_iter().map(|(code, _)| code).collect();
    assert_eq!(fitters, ["6-20-01-01", "6-31-01-02", "6-18-04-06"]);
    assert_eq!(
        codes("数控车工"),
        [("6-18-01-01", Via::WorkType("数控车工"))]
    );
    assert_eq!(codes(" 6-18-01-01 "), [("6-18-01-01", Via::Code)]);
    assert_eq!(codes("没有的职业"), []);
    let recruiter = occupation::named("招聘师");
    assert_eq!(recruiter.len(), 1);
    assert_eq!(recruiter[0].occupation.numbering, Numbering::Disputed);
}

#[test]
fn occupations_while_typing() {
    let names = |typed: &str| -> Vec<&str> {
        occupation::search(typed, 5)
            .iter()
            .map(|found| found.occupation.name)
            .collect()
    };
    assert_eq!(names("养老护理")[0], "养老护理员");
    assert!(names("养老").contains(&"养老护理员"));
    assert!(names("zsptshi").is_empty());
    assert!(
        names("zspts").contains(&"中式烹调师"),
        "{:?}",
        names("zspts")
    );
    assert!(names("chegong").contains(&"车工"));
    assert_eq!(names("4-10-01-0").len(), 5);
    assert!(names("育婴").contains(&"婴幼儿发展引导员"));
    assert_eq!(names(""), Vec::<&str>::new());
}

/// Every alias points at an occupation; every code is unique among the agreed ones.
#[test]
fn occupation_tables_are_consistent() {
    let aliases = include_str!("../data/occupation_aliases.txt");
    for line in aliases.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        assert_eq!(cells.len(), 3, "{line}");
        assert!(occupation::by_code(cells[1]).is_some(), "{line}");
        assert!(
            occupation::named(cells[0])
                .iter()
                .any(|found| found.occupation.code == cells[1]),
            "{line}"
        );
    }
    let mut agreed: Vec<&str> = occupation::all()
        .iter()
        .filter(|occupation| occupation.numbering == Numbering::Agreed)
        .map(|occupation| occupation.code)
        .collect();
    let before = agreed.len();
    agreed.sort_unstable();
    agreed.dedup();
    assert_eq!(agreed.len(), before);
}

/// Covers: DG-4-3-b, GZ-11-2-a.
#[test]
fn titles_have_one_rung_each() {
    for title in title::all().iter().filter(|title| title.name != "技师") {
        let reading =
            title::read(title.name).unwrap_or_else(|error| panic!("{}: {error}", title.name));
        assert_eq!(
            reading.level, title.level,
            "{} in {}",
            title.name, title.series
        );
        assert!(reading.series.contains(&title.series));
    }
    for (typed, level, by) in [
        ("工程师", TitleLevel::Intermediate, ReadBy::Name),
        ("高级工程师", TitleLevel::Associate, ReadBy::Name),
        ("正高级工程师", TitleLevel::Full, ReadBy::Name),
        ("教授级高级工程师", TitleLevel::Full, ReadBy::Name),
        ("高级工程师（机械）", TitleLevel::Associate, ReadBy::Name),
        ("机械工程师", TitleLevel::Intermediate, ReadBy::Ending),
        ("电气高级工程师", TitleLevel::Associate, ReadBy::Ending),
        ("助理机械工程师", TitleLevel::Assistant, ReadBy::Ending),
        ("高级机械工程师", TitleLevel::Associate, ReadBy::Ending),
        ("副教授", TitleLevel::Associate, ReadBy::Name),
        ("主管技师", TitleLevel::Intermediate, ReadBy::Name),
        ("副主任技师", TitleLevel::Associate, ReadBy::Name),
        ("主管医师", TitleLevel::Intermediate, ReadBy::Name),
        ("中级职称", TitleLevel::Intermediate, ReadBy::Level),
        ("副高", TitleLevel::Associate, ReadBy::Level),
        ("高级", TitleLevel::Associate, ReadBy::Level),
    ] {
        let reading = title::read(typed).unwrap_or_else(|error| panic!("{typed}: {error}"));
        assert_eq!((reading.level, reading.by), (level, by), "{typed}");
    }
    assert_eq!(TitleLevel::Associate.label(), "副高级");
    assert!(TitleLevel::Associate < TitleLevel::Full);
}

/// 卫生系列 技师 (junior title) and skill 技师 (level 2) are different things with one name.
#[test]
fn a_technician_is_not_a_title() {
    assert_eq!(title::read("技师"), Err(TitleError::Technician));
    assert_eq!(title::read("康复技师"), Err(TitleError::Technician));
    assert_eq!(
        title::read("高级技师"),
        Err(TitleError::SkillLevel {
            level: SkillLevel::SeniorTechnician
        })
    );
    assert_eq!(
        title::read("二级/技师"),
        Err(TitleError::SkillLevel {
            level: SkillLevel::Technician
        })
    );
    for (typed, code) in [
        ("", "title.empty"),
        ("局长", "title.unknown"),
        ("副工程师", "title.unknown"),
    ] {
        assert_eq!(title::read(typed).unwrap_err().code(), code, "{typed}");
    }
    assert_eq!(SkillLevel::parse("技师"), Ok(SkillLevel::Technician));
}

#[test]
fn skill_levels_in_every_spelling() {
    for (level, spellings) in [
        (
            SkillLevel::Junior,
            &[
                "五级",
                "五级/初级工",
                "初级工",
                "初级技能",
                "国家职业资格五级",
                "5级",
            ][..],
        ),
        (
            SkillLevel::Intermediate,
            &["四级", "中级工", "中级工（四级）"],
        ),
        (
            SkillLevel::Senior,
            &[
                "三级",
                "高级工",
                "高级工/三级",
                "高级技能",
                "职业技能等级三级",
            ],
        ),
        (
            SkillLevel::Technician,
            &[
                "二级",
                "２级",
                "技师",
                "二级/技师",
                "技师（国家职业资格二级）",
                "二级技师",
            ],
        ),
        (
            SkillLevel::SeniorTechnician,
            &[
                "一级",
                "高级技师",
                "一级/高级技师",
                "国家职业资格一级（高级技师）",
            ],
        ),
        (SkillLevel::SpecialTechnician, &["特级技师"]),
        (SkillLevel::ChiefTechnician, &["首席技师"]),
    ] {
        for typed in spellings {
            assert_eq!(SkillLevel::parse(typed), Ok(level), "{typed}");
        }
        assert_eq!(SkillLevel::parse(level.label()), Ok(level));
        assert_eq!(SkillLevel::parse(level.on_certificate()), Ok(level));
        let json = serde_json::to_string(&level).unwrap();
        assert_eq!(json, format!("\"{}\"", level.label()));
    }
    assert!(SkillLevel::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(
        SkillLevel::parse("三级/技师"),
        Err(SkillLevelError::Disagree {
            number: SkillLevel::Senior,
            name: SkillLevel::Technician
        })
    );
    for (typed, error) in [
        ("", SkillLevelError::Empty),
        ("学徒工", SkillLevelError::Apprentice),
        ("六级", SkillLevelError::Unknown),
        ("工程师", SkillLevelError::Unknown),
    ] {
        assert_eq!(SkillLevel::parse(typed), Err(error), "{typed}");
    }
}
