//! 入库申请表 (DG 附件1).
//!
//! Titles, options and notes come from the caller (a pack's form), so another city with the same
//! layout prints its own words; [`ApplicationForm::view`] lays out the cells.

use domain::person::{Profile, Sex};
use jiff::civil::Date;

use crate::dates;
use crate::form::{Block, Cell, Content, Flow, FormView, GridRow, Size, TableColumn, choices};

/// Rows of 工作经历 on the form itself; more go to the additional sheet.
pub const WORK_ROWS: usize = 5;
/// Rows of 主要专业工作业绩 on the form itself; more go to the additional sheet.
pub const ACHIEVEMENT_ROWS: usize = 6;

/// 申请人填写内容与单位意见.
#[derive(Debug, Clone, Default)]
pub struct ApplicationForm {
    /// Words the pack fixes.
    pub wording: ApplicationWording,
    /// Status words to mark the sheet with (已过有效期 …).
    pub marks: Vec<String>,
    /// 入库方式, one of the wording's channels; `None` leaves all boxes empty.
    pub channel: Option<String>,
    /// Facts of the person.
    pub profile: Profile,
    /// 身份证号码, as it is to be printed (full on the submitted form, masked elsewhere).
    pub id_number: String,
    /// 通讯地址
    pub address: String,
    /// 办公电话
    pub office_phone: String,
    /// 手机
    pub mobile: String,
    /// 电子邮箱
    pub email: String,
    /// 获得何荣誉称号: the one of the highest level, chosen by the caller's ladder.
    pub honour: String,
    /// 承诺签名.
    pub signed: Signed,
    /// 单位意见.
    pub opinion: Opinion,
}

/// Words of the form that belong to a city.
#[derive(Debug, Clone)]
pub struct ApplicationWording {
    /// 附件 1
    pub annex: String,
    /// Title lines.
    pub title: Vec<String>,
    /// 入库方式 in the order of the form.
    pub channels: Vec<String>,
    /// 工作单位属性 in the order of the form.
    pub unit_kinds: Vec<String>,
    /// 承诺
    pub pledge: String,
    /// 填表说明
    pub notes: Vec<String>,
}

impl Default for ApplicationWording {
    /// The official wording of DG-2021 附件1.
    fn default() -> Self {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        ApplicationWording {
            annex: "附件 1".to_owned(),
            title: owned(&["东莞市人力资源和社会保障局职业能力建设专家库", "入库申请表"]),
            channels: owned(&["个人自荐", "单位推荐", "互通遴选", "特约邀请"]),
            unit_kinds: owned(&["本科院校", "高职院校", "技工院校", "企业", "其他"]),
            pledge: "本人郑重承诺，以上所填写内容及提交证明材料真实、有效。如有任何虚假，愿意承担相应后果。".to_owned(),
            notes: owned(&[
                "请以“仿宋_GB2312”体小四号字填写；",
                "“荣誉称号”请填写获得最高级别的荣誉称号即可；",
                "“主要专业工作业绩”填写市级以上即可；",
                "相关证明材料（复印件）请附后；",
                "如果以上所列行数不够，可另附表。",
            ]),
        }
    }
}

/// Whether and how the applicant has signed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Signed {
    /// To be signed by hand.
    #[default]
    OnPaper,
    /// Signed in the system by the applicant's own account.
    Electronically {
        /// Name as signed.
        name: String,
        /// Day of signing.
        on: Date,
    },
}

/// 单位意见 with room for the seal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opinion {
    /// The opinion, or empty.
    pub text: String,
    /// Date of the opinion, or room to write it.
    pub on: Option<Date>,
}

impl ApplicationForm {
    /// The printable form. Rows that do not fit are on an additional sheet (另附表) behind it.
    pub fn view(&self) -> FormView {
        let wording = &self.wording;
        let channels = wording.channels.iter().map(String::as_str);
        let mut blocks = vec![
            Block::Choices {
                options: choices(channels, self.channel.as_deref()),
            },
            grid(self.person_rows(), Flow::Whole),
            grid(self.education_rows(), Flow::Whole),
            grid(self.work_rows(), Flow::Whole),
            grid(self.achievement_rows(), Flow::Whole),
            grid(vec![self.pledge_row()], Flow::Whole),
            grid(vec![self.opinion_row()], Flow::Whole),
            Block::Notes {
                heading: "填表说明".to_owned(),
                items: wording.notes.clone(),
            },
        ];
        blocks.extend(self.additional_sheet());
        FormView {
            annex: Some(wording.annex.clone()),
            title: wording.title.clone(),
            marks: self.marks.clone(),
            size: Size::SmallFour,
            blocks,
            ..FormView::default()
        }
    }

    fn person_rows(&self) -> Vec<GridRow> {
        let person = &self.profile;
        let employer = person.employer.as_ref();
        let kinds = self.wording.unit_kinds.iter().map(String::as_str);
        let kind = employer.and_then(|employer| employer.kind.as_deref());
        let row = |cells| GridRow::new(10.0, cells);
        vec![
            row(vec![
                Cell::label("姓名", 1),
                Cell::value(&person.name, 3),
                Cell::label("性别", 2),
                Cell::value(person.sex.map_or("", sex), 2),
                Cell::label("出生年月", 2),
                Cell::value(person.born.map(dates::month).unwrap_or_default(), 3),
            ]),
            row(vec![
                Cell::label("身份证号码", 1),
                Cell::value(&self.id_number, 5),
                Cell::label("通讯地址", 2),
                Cell::value(&self.address, 5),
            ]),
            row(vec![
                Cell::label("办公电话", 1),
                Cell::value(&self.office_phone, 3),
                Cell::label("手机", 1),
                Cell::value(&self.mobile, 3),
                Cell::label("电子\n邮箱", 1),
                Cell::value(&self.email, 4),
            ]),
            row(vec![
                Cell::label("现工作单位", 1),
                Cell::value(employer.map_or("", |employer| &employer.name), 4),
                Cell::label("职务", 1),
                Cell::value(person.post.as_deref().unwrap_or_default(), 2),
                Cell::label("职称/\n职业资格", 2),
                Cell::value(qualifications(person), 3),
            ]),
            row(vec![
                Cell::label("工作单位属性", 1),
                Cell {
                    across: 12,
                    down: 1,
                    content: Content::Boxes {
                        options: choices(kinds, kind),
                    },
                },
            ]),
            GridRow::new(
                15.0,
                vec![
                    Cell::label("专业特长/\n研究领域", 1),
                    Cell::value(person.expertise.as_deref().unwrap_or_default(), 5),
                    Cell::label("获得何\n荣誉称号", 2),
                    Cell::value(&self.honour, 5),
                ],
            ),
            GridRow::new(
                18.0,
                vec![
                    Cell::label(
                        "专业技术职务任职资格\n（专业领域、取得时间\n及审批机关）",
                        4,
                    ),
                    Cell::value(title_details(person), 9),
                ],
            ),
        ]
    }

    fn education_rows(&self) -> Vec<GridRow> {
        let highest = self.profile.education.first();
        let text = |field: fn(&domain::person::Education) -> Option<String>| {
            highest.and_then(field).unwrap_or_default()
        };
        vec![
            GridRow::new(
                9.0,
                vec![
                    Cell::label("最高学历", 1).down(2),
                    Cell::label("毕（肄、结）业\n时间", 3),
                    Cell::label("学校", 3),
                    Cell::label("专业", 2),
                    Cell::label("学制", 2),
                    Cell::label("学位", 2),
                ],
            ),
            GridRow::new(
                11.0,
                vec![
                    Cell::value(text(|e| e.ended.map(dates::month)), 3),
                    Cell::value(text(|e| e.school.clone()), 3),
                    Cell::value(text(|e| e.major.clone()), 2),
                    Cell::value(text(|e| e.years.map(|years| format!("{years}年"))), 2),
                    Cell::value(text(|e| e.degree.clone()), 2),
                ],
            ),
        ]
    }

    fn work_rows(&self) -> Vec<GridRow> {
        let mut rows = vec![GridRow::new(
            9.0,
            section_head("工作经历", WORK_ROWS, &WORK_HEADS),
        )];
        rows.extend((0..WORK_ROWS).map(|place| {
            value_row(
                self.profile.work.get(place).map(work_texts),
                &WORK_HEADS,
                12.0,
            )
        }));
        rows
    }

    fn achievement_rows(&self) -> Vec<GridRow> {
        let mut rows = vec![GridRow::new(
            15.0,
            section_head("主要专业\n工作业绩", ACHIEVEMENT_ROWS, &ACHIEVEMENT_HEADS),
        )];
        rows.extend((0..ACHIEVEMENT_ROWS).map(|place| {
            value_row(
                self.profile.achievements.get(place).map(achievement_texts),
                &ACHIEVEMENT_HEADS,
                15.0,
            )
        }));
        rows
    }

    fn pledge_row(&self) -> GridRow {
        let sign = match &self.signed {
            Signed::OnPaper => format!("申请人签名：　　　　　　　　{}", dates::BLANK_DATE),
            Signed::Electronically { name, on } => {
                format!("申请人签名：{name}　　{}", dates::long(*on))
            }
        };
        let content = Content::Statement {
            heading: None,
            text: self.wording.pledge.clone(),
            sign: vec![sign],
        };
        GridRow::new(
            30.0,
            vec![Cell {
                across: 13,
                down: 1,
                content,
            }],
        )
    }

    fn opinion_row(&self) -> GridRow {
        let content = Content::Statement {
            heading: Some("单位意见：".to_owned()),
            text: self.opinion.text.clone(),
            sign: vec!["盖　章".to_owned(), dates::long_or_blank(self.opinion.on)],
        };
        GridRow::new(
            60.0,
            vec![Cell {
                across: 13,
                down: 1,
                content,
            }],
        )
    }

    /// 另附表: what did not fit, each table with its own header, signed again.
    fn additional_sheet(&self) -> Vec<Block> {
        let person = &self.profile;
        let work = person.work.get(WORK_ROWS..).unwrap_or_default();
        let achievements = person
            .achievements
            .get(ACHIEVEMENT_ROWS..)
            .unwrap_or_default();
        if work.is_empty() && achievements.is_empty() {
            return Vec::new();
        }
        let mut blocks = vec![
            Block::NewPage,
            Block::Heading {
                text: format!("入库申请表另附表（姓名：{}）", person.name),
            },
        ];
        if !work.is_empty() {
            let rows: Vec<Vec<String>> = work.iter().map(work_texts).collect();
            blocks.push(Block::Heading {
                text: format!("工作经历（续，第{}行起）", WORK_ROWS + 1),
            });
            blocks.push(continued(&WORK_HEADS, rows));
        }
        if !achievements.is_empty() {
            let rows: Vec<Vec<String>> = achievements.iter().map(achievement_texts).collect();
            blocks.push(Block::Heading {
                text: format!("主要专业工作业绩（续，第{}行起）", ACHIEVEMENT_ROWS + 1),
            });
            blocks.push(continued(&ACHIEVEMENT_HEADS, rows));
        }
        let sign = match &self.signed {
            Signed::OnPaper => vec![
                "申请人签名：　　　　　　".to_owned(),
                dates::BLANK_DATE.to_owned(),
            ],
            Signed::Electronically { name, on } => {
                vec![format!("申请人签名：{name}"), dates::long(*on)]
            }
        };
        blocks.push(Block::Closing { lines: sign });
        blocks
    }
}

/// Heads of a table inside the form with the grid columns each covers (12 together).
type Heads<const N: usize> = [(&'static str, u16); N];

const WORK_HEADS: Heads<5> = [
    ("起止时间", 2),
    ("工作单位", 3),
    ("所属行业\n领域", 2),
    ("从事何专业\n技术工作", 3),
    ("职务", 2),
];
const ACHIEVEMENT_HEADS: Heads<4> = [
    ("起止时间", 2),
    ("专业技术\n工作名称\n（项目/课题/\n成果等）", 3),
    ("工作内容及本人地位\n（主持/参加/独立）", 4),
    ("完成情况及效果\n（获何奖励/\n效益/专利）", 3),
];

fn grid(rows: Vec<GridRow>, flow: Flow) -> Block {
    let mut columns = vec![2.5];
    columns.extend([1.0; 12]);
    Block::Grid {
        columns,
        rows,
        flow,
    }
}

fn section_head<const N: usize>(label: &str, rows: usize, heads: &Heads<N>) -> Vec<Cell> {
    let down = u16::try_from(rows + 1).unwrap_or(u16::MAX);
    let mut cells = vec![Cell::label(label, 1).down(down)];
    cells.extend(
        heads
            .iter()
            .map(|(head, across)| Cell::label(*head, *across)),
    );
    cells
}

fn value_row<const N: usize>(texts: Option<Vec<String>>, heads: &Heads<N>, height: f32) -> GridRow {
    let texts = texts.unwrap_or_else(|| vec![String::new(); N]);
    let cells = texts
        .into_iter()
        .zip(heads)
        .map(|(text, (_, across))| Cell::value(text, *across));
    GridRow::new(height, cells.collect())
}

fn continued<const N: usize>(heads: &Heads<N>, rows: Vec<Vec<String>>) -> Block {
    let column = |(head, across): &(&str, u16)| TableColumn::left(*head, f32::from(*across));
    Block::Table {
        columns: heads.iter().map(column).collect(),
        rows,
        row_height: 11.0,
    }
}

fn work_texts(work: &domain::person::Work) -> Vec<String> {
    vec![
        dates::span(Some(work.from), work.to, "—至今"),
        work.employer.clone(),
        work.industry.clone().unwrap_or_default(),
        work.duty.clone().unwrap_or_default(),
        work.post.clone().unwrap_or_default(),
    ]
}

fn achievement_texts(achievement: &domain::person::Achievement) -> Vec<String> {
    vec![
        dates::span(achievement.from, achievement.to, "起"),
        achievement.name.clone(),
        achievement.role.clone().unwrap_or_default(),
        achievement.outcome.clone().unwrap_or_default(),
    ]
}

/// 男 or 女.
pub fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "男",
        Sex::Female => "女",
    }
}

/// 职称/职业资格 as one phrase: title names, then skill levels with their occupation.
pub fn qualifications(person: &Profile) -> String {
    let titles = person.titles.iter().map(|title| title.name.clone());
    let skills = person
        .skills
        .iter()
        .map(|skill| match skill.occupation.as_str() {
            "" => skill.level.clone(),
            occupation => format!("{occupation}{}", skill.level),
        });
    titles.chain(skills).collect::<Vec<_>>().join("、")
}

fn title_details(person: &Profile) -> String {
    let detail = |title: &domain::person::Title| {
        let parts = [
            Some(title.name.clone()),
            title.field.clone(),
            title.obtained.map(dates::month),
            title.authority.clone(),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("，")
    };
    person
        .titles
        .iter()
        .map(detail)
        .collect::<Vec<_>>()
        .join("\n")
}
