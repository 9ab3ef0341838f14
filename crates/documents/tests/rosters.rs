//! Rosters: what is understood, what is refused, and how it is said.

mod workbooks;

use documents::roster::{self, Field, Roster, RosterError, RosterVocabulary, Severity};
use documents::summary_list::{SummaryList, SummaryRow};
use documents::table::{Choose, Limits, Table, TableReader};
use documents::worker::Isolation;
use documents::xlsx::{self, ExportColumn, ExportKind, ExportTable, ExportValue};
use domain::explain::Explain;
use domain::person::Sex;
use jiff::civil::{Date, date};
use workbooks::Workbook;

const ON: Date = date(2026, 11, 22);

fn reader() -> TableReader {
    TableReader {
        isolation: Isolation::Child {
            program: env!("CARGO_BIN_EXE_worker").into(),
        },
        limits: Limits::default(),
    }
}

fn vocabulary() -> RosterVocabulary {
    RosterVocabulary::default()
        .titles([
            ("高级工程师", "副高级"),
            ("正高级工程师", "正高级"),
            ("工程师", "中级"),
            ("高级讲师", "副高级"),
            ("讲师", "中级"),
            ("中级", "中级"),
        ])
        .skills([
            ("高级技师", "高级技师"),
            ("一级", "高级技师"),
            ("技师", "技师"),
            ("二级", "技师"),
            ("高级工", "高级工"),
        ])
        .honours([("全国", "国家级"), ("省", "省级"), ("市", "市级")])
        .unit_kinds(["本科院校", "高职院校", "技工院校", "企业", "其他"])
        .channels(["单位推荐", "互通遴选"])
}

fn read(bytes: &[u8]) -> Result<Roster, RosterError> {
    roster::read(&reader(), bytes, &vocabulary(), ON)
}

fn problems(roster: &Roster) -> Vec<(u32, &str, &str)> {
    roster
        .problems
        .iter()
        .map(|p| (p.row, p.column.as_deref().unwrap_or(""), p.code.as_str()))
        .collect()
}

/// A synthetic number: province code, birth date, sequence 999 (male) or 000 (female), check digit.
fn id(born: &str, sequence: &str) -> String {
    let first = format!("440000{born}{sequence}");
    format!("{first}{}", domain::identity::check_digit(&first))
}

fn summary_row(name: &str, born: &str) -> SummaryRow {
    SummaryRow {
        name: name.into(),
        sex: "男".into(),
        id_number: id(born, "999"),
        specialty: "数控车工".into(),
        employer: "云岭市高级技工学校".into(),
        qualification: "高级技师".into(),
        honour: "云岭市技术能手".into(),
        contact: format!("154{born}"),
    }
}

/// Covers: DG-A2.
#[test]
fn the_summary_list_we_write_is_the_one_we_read() {
    let names = ["甲", "乙", "丙", "丁", "戊", "己", "庚"];
    let list = SummaryList {
        channel: Some("互通遴选".into()),
        unit: "云岭市示范专家库".into(),
        filled_by: "陈示范".into(),
        phone: "15400000009".into(),
        on: Some(ON),
        rows: names
            .iter()
            .enumerate()
            .map(|(n, name)| summary_row(name, &format!("197{n}0601")))
            .collect(),
        ..SummaryList::dg()
    };
    let bytes = xlsx::summary_list(&list).unwrap();
    let mut table = Table::default();
    reader().read(&bytes, Choose::First, &mut table).unwrap();
    let head: Vec<String> = table.rows[4]
        .cells
        .iter()
        .map(|cell| cell.value.text())
        .collect();
    assert_eq!(head, documents::summary_list::SUMMARY_COLUMNS);
    assert_eq!(table.rows.len(), 5 + 7);

    let roster = read(&bytes).unwrap();
    assert_eq!(roster.preface.channels, ["互通遴选"]);
    assert_eq!(roster.preface.unit.as_deref(), Some("云岭市示范专家库"));
    assert_eq!(roster.preface.filled_by.as_deref(), Some("陈示范"));
    assert_eq!(roster.preface.phone.as_deref(), Some("15400000009"));
    assert_eq!(roster.rows.len(), 7);
    assert!(roster.problems.is_empty(), "{:?}", roster.problems);
    let first = &roster.rows[0];
    assert_eq!((first.number, first.profile.name.as_str()), (6, "甲"));
    assert_eq!(first.profile.born, Some(date(1970, 6, 1)));
    assert_eq!(first.profile.skills[0].level, "高级技师");
    assert_eq!(first.profile.honours[0].level, "市级");
    assert_eq!(first.specialties, ["数控车工"]);
    assert!(first.mobile.is_some());
}

/// Workbooks written by openpyxl and by LibreOffice: merged title and employer, formulas for the
/// numbers, a number for a phone, full-width digits, a lower-case x.
#[test]
fn workbooks_of_other_programs_are_read() {
    let files: [&[u8]; 2] = [
        include_bytes!("files/summary-openpyxl.xlsx"),
        include_bytes!("files/summary-libreoffice.xlsx"),
    ];
    for bytes in files {
        let roster = read(bytes).unwrap();
        assert_eq!(roster.preface.channels, ["单位推荐"]);
        assert_eq!(
            roster.preface.unit.as_deref(),
            Some("云岭市启明智能制造有限公司")
        );
        assert_eq!(roster.rows.len(), 3, "{:?}", roster.problems);
        assert_eq!(
            roster.rows[1].profile.employer.as_ref().unwrap().name,
            "云岭市启明智能制造有限公司"
        );
        assert_eq!(roster.rows[1].profile.sex, Some(Sex::Female));
        assert_eq!(roster.rows[1].profile.skills.len(), 1);
        assert_eq!(roster.rows[1].profile.titles[0].level, "中级");
        assert_eq!(roster.rows[2].profile.titles[0].level, "副高级");
        assert_eq!(roster.rows[2].profile.honours[0].level, "国家级");
        assert_eq!(
            roster.rows[2].mobile.as_ref().unwrap().expose(),
            "15400000003"
        );
    }
}

#[test]
fn a_fuller_roster_in_any_order_under_two_rows_of_heads_is_read() {
    let number = id("19780601", "999");
    let bytes = Workbook::new("名单")
        .merged(0, 0, 0, 9, "2026年专家名单")
        .merged(1, 0, 2, 0, "联系方式（手机）")
        .merged(1, 1, 2, 1, "姓　名")
        .merged(1, 2, 1, 4, "职称")
        .text(2, 2, "名称")
        .text(2, 3, "等级")
        .text(2, 4, "专业")
        .merged(1, 5, 2, 5, "公民身份号码")
        .merged(1, 6, 2, 6, "民族")
        .merged(1, 7, 2, 7, "参加工作时间")
        .merged(1, 8, 2, 8, "从事相关工作年限")
        .merged(1, 9, 2, 9, "单位性质")
        .rows(
            3,
            &[&[
                "154 0000 0001",
                "陈 示 范",
                "高级工程师",
                "副高级职称",
                "机械",
                &number,
                "汉族",
                "2001年7月",
                "12年",
                "企业",
            ]],
        )
        .bytes();
    let vocabulary = vocabulary().titles([("副高级", "副高级")]);
    let roster = roster::read(&reader(), &bytes, &vocabulary, ON).unwrap();
    assert!(roster.rejected.is_empty(), "{:?}", roster.problems);
    let row = &roster.rows[0];
    assert_eq!((row.number, row.profile.name.as_str()), (4, "陈示范"));
    let title = &row.profile.titles[0];
    assert_eq!(
        (
            title.name.as_str(),
            title.level.as_str(),
            title.field.as_deref()
        ),
        ("高级工程师", "副高级", Some("机械"))
    );
    assert_eq!(row.profile.work.len(), 2);
    assert_eq!(row.profile.work[0].from, date(2014, 11, 22));
    assert_eq!(row.profile.work[0].tags, ["related"]);
    assert_eq!(row.profile.work[1].from, date(2001, 7, 1));
    assert_eq!(
        roster
            .dropped
            .iter()
            .map(|column| column.head.as_str())
            .collect::<Vec<_>>(),
        ["民族"]
    );
}

#[test]
fn every_problem_of_every_row_is_reported_at_once() {
    let good = id("19780601", "999");
    let woman = id("19850315", "000");
    let heads = [
        "序号",
        "姓名",
        "性别",
        "身份证号码",
        "出生日期",
        "手机",
        "电子邮箱",
        "工作单位",
        "职称",
        "参加工作时间",
    ];
    let bytes = Workbook::new("名单")
        .rows(
            0,
            &[
                &heads,
                &[
                    "1",
                    "陈示范",
                    "男",
                    &good,
                    "1978-06-01",
                    "15400000001",
                    "a@example.com",
                    "单位甲",
                    "工程师",
                    "2001.07",
                ],
                &[
                    "2",
                    "",
                    "中",
                    "44000019780601999",
                    "1978-13-01",
                    "1540000",
                    "nobody",
                    "单位乙",
                    "博士后",
                    "去年",
                ],
                &[
                    "3",
                    "李示例",
                    "男",
                    &woman,
                    "19850316",
                    "15400000001",
                    "",
                    "单位丙",
                    "讲师",
                    "20080901",
                ],
                &["4", "黄示例", "女", &good, "", "", "", "", "", ""],
                &[
                    "5",
                    "何示例",
                    "男",
                    "440000780601999",
                    "",
                    "15400000005",
                    "",
                    "",
                    "",
                    "",
                ],
                &["6"],
                &["填表人：陈示范"],
            ],
        )
        .number(8, 3, 440_000_197_806_019_990.0)
        .text(8, 1, "数示例")
        .text(8, 5, "15400000008")
        .text(9, 1, "日示例")
        .text(9, 3, &id("19660606", "999"))
        .number(9, 4, 24_264.0)
        .date(9, 9, 1990, 9, 1)
        .text(9, 5, "15400000009")
        .bytes();
    let roster = read(&bytes).unwrap();
    let found = problems(&roster);
    let expected = [
        (3, "B", "name.empty"),
        (3, "C", "sex.form"),
        (3, "D", "identity.length"),
        (3, "E", "date.month"),
        (3, "F", "mobile.length"),
        (3, "I", "title.unknown"),
        (3, "J", "date.form"),
        (4, "C", "sex.differs"),
        (4, "E", "born.differs"),
        (4, "F", "mobile.twice"),
        (5, "D", "identity.twice"),
        (5, "F", "contact.missing"),
        (6, "D", "identity.first_generation"),
        (9, "D", "cell.lost_digits"),
        (10, "E", "date.serial"),
    ];
    for problem in expected {
        assert!(found.contains(&problem), "{problem:?} in {found:#?}");
    }
    assert!(
        found
            .iter()
            .any(|(row, column, code)| (*row, *column) == (3, "G") && code.starts_with("email."))
    );
    assert_eq!(
        roster.rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        [2, 4, 10]
    );
    assert_eq!(
        roster
            .rejected
            .iter()
            .map(|row| row.number)
            .collect::<Vec<_>>(),
        [3, 5, 6, 9]
    );
    for problem in &roster.problems {
        assert!(
            problem.sentence.ends_with('。') && problem.sentence.chars().count() > 10,
            "{problem:?}"
        );
        assert!(
            !problem.value.contains(&good[3..16]),
            "an identity number shows in {problem:?}"
        );
    }
    let first_generation = roster
        .problems
        .iter()
        .find(|problem| problem.code == "identity.first_generation")
        .unwrap();
    assert!(first_generation.sentence.contains("18 位"));
    assert_eq!(roster.rows[2].profile.work[0].from, date(1990, 9, 1));
}

#[test]
fn ranks_known_by_their_ending_alone_are_read_and_pointed_out() {
    let rows: &[&[&str]] = &[
        &["姓名", "身份证号码", "手机", "职称", "职称取得时间"],
        &[
            "陈示范",
            &id("19780601", "999"),
            "15400000001",
            "大讲师",
            "2100-01",
        ],
        &[
            "李示例",
            &id("19800101", "999"),
            "15400000002",
            "高级讲师",
            "2015-06",
        ],
    ];
    let roster = read(&Workbook::new("名单").rows(0, rows).bytes()).unwrap();
    assert!(
        roster.rejected.is_empty(),
        "a person looks, the rows are read"
    );
    assert_eq!(roster.rows[0].profile.titles[0].level, "中级");
    let said: Vec<_> = roster
        .problems
        .iter()
        .filter(|problem| problem.row == 2)
        .collect();
    let codes: Vec<&str> = said.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["title.by_ending", "date.future"]);
    for word in ["“大讲师”", "读作中级", "对照证书"] {
        assert!(said[0].sentence.contains(word), "{:?}", said[0]);
    }
    assert!(said[1].sentence.contains("2100-01-01"), "{:?}", said[1]);

    let rows: &[&[&str]] = &[
        &["姓名", "身份证号码", "手机", "技能等级"],
        &["陈示范", &id("19780601", "999"), "15400000001", "神级技师"],
        &[
            "李示例",
            &id("19800101", "999"),
            "15400000002",
            "数控车工高级技师",
        ],
    ];
    let roster = read(&Workbook::new("名单").rows(0, rows).bytes()).unwrap();
    assert_eq!(problems(&roster), [(2, "D", "skill.by_ending")]);
    assert_eq!(roster.rows[0].profile.skills[0].level, "技师");
}

#[test]
fn formulas_error_values_and_merged_people_are_named() {
    let number = id("19780601", "999");
    let bytes = Workbook::new("名单")
        .rows(0, &[&["姓名", "身份证号码", "手机", "工作单位"]])
        .formula(1, 0, "=\"陈\"&\"示范\"", "陈示范")
        .text(1, 1, &number)
        .text(1, 2, "15400000001")
        .formula(1, 3, "=VLOOKUP(1,A:A,2,0)", "#N/A")
        .merged(2, 0, 3, 0, "李示例")
        .text(2, 1, &id("19800101", "999"))
        .text(3, 1, &id("19810101", "999"))
        .text(2, 2, "15400000002")
        .text(3, 2, "15400000003")
        .text(4, 0, "=cmd|'/c calc'!A1")
        .text(4, 1, &id("19820101", "999"))
        .text(4, 2, "15400000004")
        .bytes();
    let roster = read(&bytes).unwrap();
    let found = problems(&roster);
    for problem in [
        (2, "A", "cell.formula"),
        (2, "D", "cell.error_value"),
        (4, "A", "cell.merged_person"),
        (5, "A", "name.character"),
    ] {
        assert!(found.contains(&problem), "{problem:?} in {found:#?}");
    }
    assert_eq!(
        roster.rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        [3]
    );
}

#[test]
fn csv_in_gbk_reads_like_the_workbook() {
    let text = format!(
        "推荐名单,,,\r\n\r\n姓名,性别,身份证号码,联系方式\r\n陈示范,男,{},０１５４－１２３\r\n龑示例,女,{},15400000002\r\n",
        id("19780601", "999"),
        id("19850315", "000"),
    );
    let gbk = encoding_rs::GB18030.encode(&text).0.into_owned();
    let roster = read(&gbk).unwrap();
    assert_eq!(roster.sheet, "CSV（GBK）");
    assert_eq!(
        roster
            .rows
            .iter()
            .map(|row| (row.number, row.profile.name.as_str()))
            .collect::<Vec<_>>(),
        [(5, "龑示例")]
    );
    assert_eq!(roster.rejected[0].number, 4);
}

#[test]
fn a_file_without_a_usable_header_says_what_is_missing() {
    let cases: [(Vec<u8>, &str, &str); 5] = [
        (
            Workbook::new("名单")
                .rows(0, &[&["甲", "乙"], &["丙", "丁"]])
                .bytes(),
            "roster.no_header",
            "名单",
        ),
        (
            Workbook::new("名单")
                .rows(0, &[&["姓名", "性别"], &["陈示范", "男"]])
                .bytes(),
            "roster.column_missing",
            "身份证号码",
        ),
        (
            Workbook::new("名单")
                .rows(
                    0,
                    &[&["姓名", "身份证号", "证件号码"], &["陈示范", "1", "2"]],
                )
                .bytes(),
            "roster.column_twice",
            "B 列和 C 列",
        ),
        (
            Workbook::new("名单")
                .rows(0, &[&["姓名", "身份证号码"]])
                .bytes(),
            "roster.no_rows",
            "下面没有人员",
        ),
        (b"PK\x03\x04rubbish".to_vec(), "table.damaged", "另存为"),
    ];
    for (bytes, code, words) in cases {
        let error = read(&bytes).unwrap_err();
        assert_eq!(error.code(), code, "{error:?}");
        assert!(error.sentence().contains(words), "{}", error.sentence());
    }
}

#[test]
fn the_list_may_stand_on_a_later_sheet() {
    let bytes = Workbook::new("封面")
        .text(0, 0, "2026年名单")
        .sheet("空表")
        .sheet("名单")
        .rows(
            0,
            &[&["姓名", "身份证号码"], &["陈示范", &id("19780601", "999")]],
        )
        .bytes();
    let roster = read(&bytes).unwrap();
    assert_eq!((roster.sheet.as_str(), roster.rows.len()), ("名单", 1));
}

#[test]
fn the_error_workbook_can_be_corrected_and_read_again() {
    let good = id("19780601", "999");
    let bytes = Workbook::new("名单")
        .rows(
            3,
            &[
                &["姓名", "民族", "身份证号码", "手机"],
                &["陈示范", "汉族", &good, "15400000001"],
                &["李示例", "=1+1", "123", "12"],
            ],
        )
        .bytes();
    let roster = read(&bytes).unwrap();
    let errors = xlsx::error_workbook(&roster).unwrap();
    let mut table = Table::default();
    reader().read(&errors, Choose::First, &mut table).unwrap();
    let texts: Vec<Vec<String>> = table
        .rows
        .iter()
        .map(|row| row.cells.iter().map(|cell| cell.value.text()).collect())
        .collect();
    assert_eq!(
        texts[0],
        [
            "原行号",
            "姓名",
            "民族",
            "身份证号码",
            "手机",
            "需要改正的问题"
        ]
    );
    assert_eq!(texts[1][..5], ["6", "李示例", "'=1+1", "123", "12"]);
    assert!(
        texts[1][5].contains("【身份证号码】身份证号应为 18 位")
            && texts[1][5].contains("【手机】"),
        "{:?}",
        texts[1]
    );
    let again = read(&errors).unwrap();
    assert_eq!(again.rejected.len(), 1);
    assert_eq!(
        again
            .columns
            .iter()
            .filter_map(|column| column.field)
            .collect::<Vec<_>>(),
        [Field::Name, Field::Id, Field::Mobile]
    );
}

#[test]
fn the_template_is_understood_column_by_column() {
    let heads_of = |bytes: &[u8]| -> Vec<String> {
        let mut table = Table::default();
        reader().read(bytes, Choose::First, &mut table).unwrap();
        let heads = table.rows[0].cells.iter();
        heads.map(|cell| cell.value.text()).collect()
    };
    let bytes = xlsx::roster_template(&vocabulary()).unwrap();
    assert!(!heads_of(&bytes).contains(&"队伍".to_owned()));
    // A pool with teams is asked for the team of each row.
    let bytes = xlsx::roster_template(&vocabulary().teams(["师资培养讲师"])).unwrap();
    assert_eq!(read(&bytes).unwrap_err(), RosterError::NoRows);
    let heads = heads_of(&bytes);
    assert!(heads.contains(&"队伍".to_owned()), "{heads:?}");
    let filled: Vec<Vec<String>> = vec![
        heads.clone(),
        heads
            .iter()
            .map(|head| match head.as_str() {
                "姓名" => "陈示范".into(),
                "身份证号码" => id("19780601", "999"),
                _ => String::new(),
            })
            .collect(),
    ];
    let filled: Vec<Vec<&str>> = filled
        .iter()
        .map(|row| row.iter().map(String::as_str).collect())
        .collect();
    let rows: Vec<&[&str]> = filled.iter().map(Vec::as_slice).collect();
    let roster = read(&Workbook::new("专家名单").rows(0, &rows).bytes()).unwrap();
    assert!(roster.dropped.is_empty(), "{:?}", roster.dropped);
    assert_eq!(roster.columns.len(), heads.len());
    assert!(
        roster
            .problems
            .iter()
            .all(|problem| problem.severity == Severity::Warning)
    );
}

/// Formulas in exported text stay text (T-23), numbers of people stay text, dates stay dates.
#[test]
fn exports_are_typed_and_nothing_in_them_is_a_formula() {
    let columns = [
        ExportColumn {
            head: "姓名",
            width: 12.0,
            kind: ExportKind::Text,
        },
        ExportColumn {
            head: "身份证号码",
            width: 22.0,
            kind: ExportKind::Text,
        },
        ExportColumn {
            head: "聘任日期",
            width: 12.0,
            kind: ExportKind::Date,
        },
        ExportColumn {
            head: "金额",
            width: 12.0,
            kind: ExportKind::Money,
        },
    ];
    let dangerous = [
        "=1+1",
        "+1",
        "-1",
        "@A1",
        "\t=1",
        "＝1",
        "＋1",
        "－1",
        "＠1",
        "陈示范",
    ];
    let rows = dangerous.iter().map(|name| {
        vec![
            ExportValue::Text((*name).to_owned()),
            ExportValue::Text(id("19780601", "999")),
            ExportValue::Date(ON),
            ExportValue::Fen(123_456),
        ]
    });
    let bytes = xlsx::export(
        &ExportTable {
            name: "专家[名单]",
            columns: &columns,
        },
        rows,
    )
    .unwrap();
    let mut table = Table::default();
    reader().read(&bytes, Choose::First, &mut table).unwrap();
    assert_eq!(table.sheet.as_ref().unwrap().name, "专家名单");
    for (row, name) in table.rows.iter().skip(1).zip(dangerous) {
        assert!(
            row.cells
                .iter()
                .all(|cell| cell.origin == documents::table::Origin::Entered)
        );
        let text = row.cells[0].value.text();
        assert_eq!(text.trim_start_matches('\''), name);
        assert_eq!(text.starts_with('\''), name != "陈示范");
        assert_eq!(
            row.cells[1].value,
            documents::table::Value::Text(id("19780601", "999"))
        );
        assert_eq!(row.cells[2].value.text(), "2026-11-22");
        assert_eq!(row.cells[3].value, documents::table::Value::Number(1234.56));
    }
}

/// Random files never panic and always end in a roster or a sentence.
#[test]
fn bent_workbooks_end_in_sentences() {
    let good = Workbook::new("名单")
        .rows(
            0,
            &[&["姓名", "身份证号码"], &["陈示范", &id("19780601", "999")]],
        )
        .bytes();
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for _ in 0..60 {
        let mut bytes = good.clone();
        for _ in 0..4 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let at = (state % bytes.len() as u64) as usize;
            bytes[at] ^= (state >> 32) as u8 | 1;
        }
        if let Err(error) = read(&bytes) {
            assert!(error.sentence().ends_with('。'));
        }
    }
}
