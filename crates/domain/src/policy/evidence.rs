//! What a test looked at. Kept as borrowed facts; the Chinese sentence is made only when asked for.

use jiff::civil::Date;

use super::facts::Listing;
use super::pack::{Bound, Holding, Pack, Ranked, Record, Relation, Rung, Selection};
use super::words::{Word, day, words};
use crate::finding::FactUsed;
use crate::period::Served;

/// What a test looked at and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence<'a> {
    /// Nothing on file.
    Missing(Fact<'a>),
    /// The person stated that there is none.
    None(Fact<'a>),
    /// A rank.
    Rank {
        /// Which.
        of: Ranked,
        /// Name of what is held.
        name: &'a str,
        /// Its level as stated.
        level: &'a str,
        /// What is needed.
        needed: Rung,
    },
    /// A rank whose level the pack does not know.
    StrangeRank {
        /// Which.
        of: Ranked,
        /// The level as stated.
        level: &'a str,
    },
    /// An age.
    Age {
        /// Born.
        born: Date,
        /// On this day.
        on: Date,
        /// Completed years.
        age: u32,
        /// Needed.
        bound: Bound,
    },
    /// A birth date after the day of the decision.
    NotBorn {
        /// Born.
        born: Date,
    },
    /// Years of work.
    Years {
        /// Of which kind; `None` = all.
        tag: Option<&'a str>,
        /// How long.
        served: Served,
        /// Needed.
        bound: Bound,
    },
    /// Something held.
    Held {
        /// Among what.
        among: Holding,
        /// Its name, or `None` if nothing accepted is there.
        name: Option<&'a str>,
        /// Accepted.
        accepted: &'a [String],
    },
    /// The best entry of a record.
    Entry {
        /// Which record.
        of: Record,
        /// Name.
        name: &'a str,
        /// Level as stated.
        level: &'a str,
        /// Needed.
        needed: Rung,
    },
    /// The kind of a unit.
    UnitKind {
        /// Which unit.
        which: Unit,
        /// Its kind.
        kind: &'a str,
        /// Accepted.
        accepted: &'a [String],
    },
    /// A unit of whatever kind.
    Unit {
        /// Which unit.
        which: Unit,
        /// Its name.
        name: &'a str,
    },
    /// A register, with the entry that counts.
    Register {
        /// Id of the register.
        register: &'a str,
        /// The entry.
        listing: Option<&'a Listing>,
    },
    /// A plain fact.
    Flag {
        /// Its name.
        name: &'a str,
        /// So or not.
        holds: bool,
    },
    /// So many selected.
    Selected {
        /// Of what.
        of: Selection,
        /// How many.
        count: usize,
        /// Needed.
        at_least: u32,
    },
    /// One of some values selected.
    OneOf {
        /// Of what.
        of: Selection,
        /// The accepted value selected.
        value: Option<&'a str>,
        /// Accepted.
        accepted: &'a [String],
    },
    /// Several together.
    Several(Vec<Evidence<'a>>),
}

words! {
    /// A unit a person has to do with.
    Unit {
        /// Where they work.
        Employer = "employer", "工作单位";
        /// For whom they speak.
        Represented = "represented", "所代表的单位";
    }
}

/// A fact that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact<'a> {
    /// 职称, 技能等级, 学历
    Rank(Ranked),
    /// 出生日期
    Born,
    /// 工作经历
    Work(Option<&'a str>),
    /// 荣誉、业绩
    Record(Record),
    /// 持有
    Holding(Holding),
    /// 工作单位, 所代表单位
    Unit(Unit),
    /// 单位属性
    UnitKind(Unit),
    /// 名单
    Register(&'a str),
    /// 认定事项
    Flag(&'a str),
    /// 勾选
    Selection(Selection),
}

impl Fact<'_> {
    /// What users call it.
    pub fn name(self, pack: &Pack) -> String {
        match self {
            Self::Rank(of) => of.zh().to_owned(),
            Self::Born => "出生日期".to_owned(),
            Self::Work(None) => "工作经历".to_owned(),
            Self::Work(Some(tag)) => format!("工作经历（{}）", work_tag(tag)),
            Self::Record(of) => of.zh().to_owned(),
            Self::Holding(among) => among.zh().to_owned(),
            Self::Unit(which) => which.zh().to_owned(),
            Self::UnitKind(which) => format!("{}属性", which.zh()),
            Self::Register(id) => format!("{}的核查结果", register(pack, id)),
            Self::Flag(name) => flag(name).to_owned(),
            Self::Selection(of) => of.zh().to_owned(),
        }
    }
}

fn register<'p>(pack: &'p Pack, id: &'p str) -> &'p str {
    pack.vocabulary
        .register(id)
        .map_or(id, |register| &register.label)
}

/// Flags of the person as users read them. Names a pack invents are shown as they are.
pub fn flag(name: &str) -> &str {
    match name {
        "technical_backbone" => "企业技术骨干",
        "exceptional" => "特别优秀或紧缺领域专家",
        "civil_servant" => "公务员",
        "superior_pool_expert" => "部、省级培训评价专家",
        "confidentiality_signed" => "已签保密文件",
        "in_city" => "所在单位在本市范围内",
        other => other,
    }
}

/// Tags of periods of work as users read them.
pub fn work_tag(tag: &str) -> &str {
    match tag {
        "related" => "相关领域",
        "evaluation" => "评价考评",
        "training" => "职业技能培训",
        "teaching" => "职业培训教学",
        "management" => "职业培训管理",
        other => other,
    }
}

impl Evidence<'_> {
    /// The facts looked at.
    pub fn facts(&self, pack: &Pack) -> Vec<FactUsed> {
        let used = |fact: Fact<'_>, value: Option<String>| {
            vec![FactUsed {
                name: fact.name(pack),
                value,
            }]
        };
        match self {
            Self::Missing(fact) => used(*fact, None),
            Self::None(fact) => used(*fact, Some("无".to_owned())),
            Self::Rank {
                of, name, level, ..
            } => used(Fact::Rank(*of), Some(format!("{name}（{level}）"))),
            Self::StrangeRank { of, level } => used(Fact::Rank(*of), Some((*level).to_owned())),
            Self::Age { born, .. } | Self::NotBorn { born } => {
                used(Fact::Born, Some(born.to_string()))
            }
            Self::Years { tag, served, .. } => used(Fact::Work(*tag), Some(served.to_string())),
            Self::Held { among, name, .. } => {
                used(Fact::Holding(*among), Some(name.unwrap_or("无").to_owned()))
            }
            Self::Entry {
                of, name, level, ..
            } => used(Fact::Record(*of), Some(format!("{name}（{level}）"))),
            Self::UnitKind { which, kind, .. } => {
                used(Fact::UnitKind(*which), Some((*kind).to_owned()))
            }
            Self::Unit { which, name } => used(Fact::Unit(*which), Some((*name).to_owned())),
            Self::Register { register, listing } => used(
                Fact::Register(register),
                Some(
                    listing.map_or_else(|| "未列入".to_owned(), |listing| listing.subject.clone()),
                ),
            ),
            Self::Flag { name, holds } => used(
                Fact::Flag(name),
                Some(if *holds { "是" } else { "否" }.to_owned()),
            ),
            Self::Selected { of, count, .. } => {
                used(Fact::Selection(*of), Some(format!("{count} 项")))
            }
            Self::OneOf { of, value, .. } => {
                used(Fact::Selection(*of), Some(value.unwrap_or("无").to_owned()))
            }
            Self::Several(parts) => parts.iter().flat_map(|part| part.facts(pack)).collect(),
        }
    }

    /// What was found, in Chinese, without a full stop.
    pub fn words(&self, pack: &Pack) -> String {
        match self {
            Self::Missing(fact) => format!("缺少：{}", fact.name(pack)),
            Self::None(fact) => format!("未填写{}", fact.name(pack)),
            Self::Rank {
                of,
                name,
                level,
                needed,
            } => {
                format!(
                    "{}为{name}（{level}），要求{}以上",
                    of.zh(),
                    pack.vocabulary.name(*needed)
                )
            }
            Self::StrangeRank { of, level } => {
                format!("缺少：{}的级别（“{level}”不在等级表中）", of.zh())
            }
            Self::Age {
                born,
                on,
                age,
                bound,
            } => format!(
                "{} 出生，{} 满 {age} 周岁，要求{bound} 周岁",
                day(*born),
                day(*on)
            ),
            Self::NotBorn { born } => {
                format!("缺少：正确的出生日期（{} 晚于判断之日）", day(*born))
            }
            // More than nothing: any such work will do, however short (CY 第七条(二)).
            Self::Years {
                tag,
                served,
                bound:
                    Bound {
                        relation: Relation::MoreThan,
                        value: 0,
                    },
            } => format!(
                "{}工作共 {served}，要求有过此项经历",
                tag.map_or_else(String::new, |tag| work_tag(tag).to_owned())
            ),
            Self::Years { tag, served, bound } => format!(
                "{}工作共 {served}，要求{bound} 年",
                tag.map_or_else(String::new, |tag| work_tag(tag).to_owned())
            ),
            Self::Held {
                among,
                name,
                accepted,
            } => match name {
                Some(name) => format!("持有{}：{name}", among.zh()),
                None => format!("{}中没有：{}", among.zh(), accepted.join("、")),
            },
            Self::Entry {
                of,
                name,
                level,
                needed,
            } => {
                format!(
                    "{}：{name}（{level}），要求{}以上",
                    of.zh(),
                    pack.vocabulary.name(*needed)
                )
            }
            Self::UnitKind {
                which,
                kind,
                accepted,
            } => {
                format!("{}属性为{kind}，要求{}", which.zh(), accepted.join("或"))
            }
            Self::Unit { which, name } => format!("{}为{name}", which.zh()),
            Self::Register {
                register: id,
                listing,
            } => match listing {
                None => format!("未列入{}", register(pack, id)),
                Some(listing) => format!(
                    "{}（{}）自 {} 列入{}",
                    listing.subject,
                    listing.standing.zh(),
                    day(listing.from),
                    register(pack, id)
                ),
            },
            Self::Flag { name, holds } => {
                format!(
                    "{}{}",
                    if *holds { "认定为" } else { "未认定为" },
                    flag(name)
                )
            }
            Self::Selected {
                of,
                count,
                at_least,
            } => {
                format!("{}勾选 {count} 项，要求不少于 {at_least} 项", of.zh())
            }
            Self::OneOf {
                of,
                value,
                accepted,
            } => match value {
                Some(value) => format!("{}有：{value}", of.zh()),
                None => format!("{}应有其一：{}", of.zh(), accepted.join("、")),
            },
            Self::Several(parts) => parts
                .iter()
                .map(|part| part.words(pack))
                .collect::<Vec<_>>()
                .join("；"),
        }
    }
}
