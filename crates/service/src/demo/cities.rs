//! The pools of the demonstration as data: under which instrument, who works there, how people apply. What happens to
//! them follows from the stations of the pack.

use domain::actor::Role;
use domain::policy::pack::Station;
use domain::synthetic::Place;

/// One pool of the demonstration.
pub(super) struct City {
    /// Id of the pack.
    pub(super) pack: &'static str,
    /// Name of the pool.
    pub(super) name: &'static str,
    /// Who manages it.
    pub(super) office: &'static str,
    /// Its telephone.
    pub(super) phone: &'static str,
    /// Where its people live.
    pub(super) place: Place,
    /// Who works there; the first is of the managing office.
    pub(super) people: &'static [Colleague],
    /// 专业领域
    pub(super) specialties: &'static [&'static str],
    /// What the notice says under headings the pack has no text for.
    pub(super) paragraphs: &'static [(&'static str, &'static str)],
    /// Ways in which people apply.
    pub(super) claims: &'static [Claim],
    /// Those who applied first and are appointed, by the place of their claim; the last waits for the certificate.
    pub(super) first: &'static [usize],
    /// The team into which the first of these is appointed besides their own, where the pack has teams.
    pub(super) second_team: Option<&'static str>,
    /// Those on public notice now, where the pack knows one.
    pub(super) posted: &'static [usize],
    /// Everybody else, and how far they came.
    pub(super) under_way: &'static [(usize, Stop)],
    /// What is asked of it, where no draws tell of more.
    pub(super) asked: Option<Asked>,
}

/// Experts somebody asks for.
pub(super) struct Asked {
    /// What they are to do, and in what scope.
    pub(super) content: &'static str,
    pub(super) scope: &'static str,
    /// Kind of the pack, and below it.
    pub(super) kind: &'static str,
    pub(super) sub_kind: Option<&'static str>,
    /// Further fields the kind asks for.
    pub(super) fields: &'static [(&'static str, &'static str)],
    /// Whom they look at.
    pub(super) reviewed: &'static str,
    /// 地点
    pub(super) place: &'static str,
    /// The duty they hold, where the pack asks by duties.
    pub(super) duty: Option<&'static str>,
    /// The office has accepted it.
    pub(super) accepted: bool,
}

/// Somebody with a log-in.
pub(super) struct Colleague {
    pub(super) role: Role,
    pub(super) login: &'static str,
    pub(super) name: &'static str,
    /// The unit, where it is not the managing office.
    pub(super) unit: &'static str,
    /// The party of the pack for whose teams alone the role counts; empty = the whole pool.
    pub(super) party: &'static str,
}

/// One way to apply.
pub(super) struct Claim {
    /// Id of the channel.
    pub(super) channel: &'static str,
    /// Fields of the form besides the person.
    pub(super) fields: &'static [(&'static str, &'static str)],
    /// What their work was about, in the words of the pack's conditions.
    pub(super) work: &'static [&'static str],
    /// An honour they hold.
    pub(super) honour: Option<&'static str>,
    /// Alternatives of the conditions that a reviewer finds met, the same on every claim of a channel.
    pub(super) found: &'static [&'static str],
}

/// How far an application came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Not handed in.
    Draft,
    /// Sent back for corrections.
    Returned,
    /// Waits at this station.
    At(Station),
}

const PLAIN: Claim = Claim {
    channel: "",
    fields: &[],
    work: &[],
    honour: None,
    found: &[],
};

const fn colleague(role: Role, login: &'static str, name: &'static str) -> Colleague {
    Colleague {
        role,
        login,
        name,
        unit: "",
        party: "",
    }
}

/// Somebody of a department that owns teams.
const fn of_department(
    role: Role,
    login: &'static str,
    name: &'static str,
    (party, unit): (&'static str, &'static str),
) -> Colleague {
    Colleague {
        unit,
        party,
        ..colleague(role, login, name)
    }
}

const SECTION: (&str, &str) = ("section", "北京市朝阳区示例职业能力建设科");
const CENTRE: (&str, &str) = ("centre", "北京市朝阳区示例职业能力建设指导中心");
const TESTING: (&str, &str) = ("testing", "北京市朝阳区示例考试鉴定中心");

/// The pools; the first is the large one, with requests and draws.
pub(super) static CITIES: &[City; 4] = &[
    City {
        pack: "dg-2021",
        name: "职业能力建设专家库（演示）",
        office: "东莞市示例人力资源和社会保障局",
        phone: "0769-00000000",
        place: Place::Example("东莞市示例"),
        people: &[
            colleague(Role::Officer, "jingban", "周敏"),
            colleague(Role::Approver, "shenpi", "梁远"),
            colleague(Role::Supervisor, "jiandu", "罗静"),
            Colleague {
                unit: "东莞市示例镇人力资源和社会保障分局",
                ..colleague(Role::Requester, "shiyong", "吴倩")
            },
            colleague(Role::Secretary, "mishu", "谭雅"),
            Colleague {
                unit: "东莞市示例技师学院",
                ..colleague(Role::Recommender, "tuijian", "容晓")
            },
        ],
        specialties: &[
            "焊接",
            "电工",
            "机械加工",
            "汽车维修",
            "中式烹调",
            "养老护理",
            "美容美发",
            "计算机应用",
            "电子商务",
            "质量管理",
        ],
        paragraphs: &[],
        claims: &[Claim {
            channel: "self_nominated",
            fields: &[("task_kinds", "8-4")],
            work: &["related"],
            ..PLAIN
        }],
        first: &[0, 0, 0],
        second_team: None,
        posted: &[],
        under_way: &[
            (0, Stop::Draft),
            (0, Stop::At(Station::Vetting)),
            (0, Stop::Returned),
            (0, Stop::At(Station::Committee)),
            (0, Stop::At(Station::Committee)),
        ],
        asked: None,
    },
    City {
        pack: "gz-2022",
        name: "广州市职业技能培训评价专家库（演示）",
        office: "广州市示例职业能力建设指导中心",
        phone: "020-00000000",
        place: Place::Example("广州市示例"),
        people: &[
            colleague(Role::Officer, "gz-jingban", "何岚"),
            colleague(Role::Approver, "gz-shenpi", "冼志宏"),
            Colleague {
                unit: "广州市示例技师学院",
                ..colleague(Role::Recommender, "gz-tuijian", "麦思敏")
            },
            Colleague {
                unit: "广州市示例区人力资源和社会保障局",
                ..colleague(Role::Requester, "gz-shiyong", "邝悦")
            },
        ],
        specialties: &["汽车维修工", "中式烹调师", "养老护理员", "电工", "美发师"],
        paragraphs: &[],
        claims: &[
            Claim {
                channel: "selected",
                fields: &[
                    ("duty", "技能评价专家组"),
                    ("particular.occupation", "职业技能评价"),
                    (
                        "particular.services",
                        "职业技能等级认定、专项能力考核考评员培训指导",
                    ),
                    ("particular.services", "职业技能评价机构评估"),
                    (
                        "particular.experience",
                        "从事职业技能等级认定考评工作五年，担任考评组长。",
                    ),
                    ("particular.political_status", "群众"),
                    ("particular.ethnicity", "汉族"),
                    ("particular.postcode", "510000"),
                ],
                work: &["evaluation"],
                ..PLAIN
            },
            Claim {
                channel: "recommended",
                fields: &[
                    ("duty", "培训评审专家组"),
                    ("particular.occupation", "职业技能培训"),
                    ("particular.services", "职业技能培训机构评审"),
                    (
                        "particular.experience",
                        "从事职业技能培训十年，参与培训机构办学评估。",
                    ),
                    ("particular.political_status", "群众"),
                    ("particular.ethnicity", "汉族"),
                    ("particular.postcode", "510000"),
                ],
                work: &["training"],
                ..PLAIN
            },
            Claim {
                channel: "selected",
                fields: &[
                    ("duty", "培训评审专家组"),
                    ("duty", "技能评价专家组"),
                    ("particular.occupation", "职业技能培训与评价"),
                    ("particular.services", "职业技能培训机构评审"),
                    (
                        "particular.services",
                        "国家职业标准、职业技能试题、课程标准开发评审",
                    ),
                    (
                        "particular.experience",
                        "从事职业技能培训十年，承担题库开发和考评。",
                    ),
                    ("particular.political_status", "群众"),
                    ("particular.ethnicity", "汉族"),
                    ("particular.postcode", "510000"),
                ],
                work: &["training", "evaluation"],
                ..PLAIN
            },
        ],
        first: &[0, 1, 2, 0, 1],
        second_team: None,
        posted: &[],
        under_way: &[
            (0, Stop::Draft),
            (1, Stop::At(Station::Vetting)),
            (0, Stop::At(Station::Vetting)),
            (2, Stop::Returned),
            (2, Stop::At(Station::Classify)),
        ],
        asked: Some(Asked {
            content: "职业技能培训机构新申办评审",
            scope: "",
            kind: "4-6",
            sub_kind: Some("新申办评审"),
            fields: &[("entruster", "广州市示例区人力资源和社会保障局")],
            reviewed: "广州市示例职业培训学校",
            place: "广州市示例职业培训学校行政楼",
            duty: Some("培训评审专家组"),
            accepted: true,
        }),
    },
    City {
        pack: "jm-2022",
        name: "职业技能培训评价社会监督专家信息库（演示）",
        office: "江门市示例人力资源和社会保障局",
        phone: "0750-0000000",
        place: Place::Example("江门市示例"),
        people: &[
            colleague(Role::Officer, "jm-jingban", "区静怡"),
            colleague(Role::Approver, "jm-shenpi", "黄朗"),
            colleague(Role::Supervisor, "jm-jiandu", "谭正"),
            Colleague {
                unit: "江门市示例县人力资源和社会保障局",
                ..colleague(Role::Requester, "jm-shiyong", "伍岚")
            },
        ],
        specialties: &["养老护理", "电工", "中式烹调", "焊接", "育婴"],
        paragraphs: &[
            (
                "所需行业、专业、工种",
                "养老护理、电工、中式烹调、焊接、育婴等职业（工种）。",
            ),
            (
                "应交材料",
                "申报材料、真实有效的承诺、符合任用范围和任用资格条件的有关材料。",
            ),
            (
                "报送方式",
                "现场提交或邮寄至江门市示例人力资源和社会保障局职业能力建设科。",
            ),
        ],
        claims: &[
            Claim {
                channel: "applied",
                fields: &[
                    ("category", "高级职称专业技术人员"),
                    ("member_kind", "个人"),
                ],
                ..PLAIN
            },
            Claim {
                channel: "applied",
                fields: &[("category", "技师、高级技师"), ("member_kind", "个人")],
                ..PLAIN
            },
        ],
        first: &[0, 1, 0, 1],
        second_team: None,
        posted: &[0, 1, 0],
        under_way: &[
            (0, Stop::Draft),
            (1, Stop::At(Station::Vetting)),
            (0, Stop::At(Station::Vetting)),
            (1, Stop::Returned),
            (0, Stop::At(Station::PublicNotice)),
        ],
        asked: Some(Asked {
            content: "职业技能等级培训机构监督评估",
            scope: "职业技能等级",
            kind: "8-1",
            sub_kind: Some("培训监督评估"),
            fields: &[],
            reviewed: "江门市示例职业培训学校",
            place: "江门市示例职业培训学校实训楼",
            duty: None,
            accepted: false,
        }),
    },
    City {
        pack: "cy-2021",
        name: "朝阳区职业培训专家团（演示）",
        office: "北京市朝阳区示例人力资源和社会保障局",
        phone: "010-00000000",
        place: Place::Example("北京市朝阳区示例"),
        people: &[
            colleague(Role::Officer, "cy-jingban", "李曼"),
            colleague(Role::Approver, "cy-shenpi", "赵宁"),
            colleague(Role::Secretary, "cy-mishu", "孙霖"),
            of_department(Role::Officer, "cy-zhijianke", "郑雯", SECTION),
            of_department(Role::Officer, "cy-zhongxin", "高岚", CENTRE),
            of_department(Role::Officer, "cy-kaoshi", "冯越", TESTING),
            of_department(Role::Requester, "cy-kaoshi-shiyong", "蒋澜", TESTING),
            of_department(Role::Requester, "cy-zhijianke-shiyong", "段青", SECTION),
        ],
        specialties: &["养老护理员", "电工", "育婴员", "保安员", "西式面点师"],
        paragraphs: &[],
        claims: &[
            Claim {
                channel: "apply",
                fields: &[
                    ("team", "teaching"),
                    ("relies_on", "8-1-title"),
                    ("flag.in_city", "yes"),
                ],
                work: &["teaching"],
                ..PLAIN
            },
            Claim {
                channel: "apply",
                fields: &[
                    ("team", "school"),
                    ("relies_on", "8-1-title"),
                    ("flag.in_city", "yes"),
                ],
                work: &["management"],
                ..PLAIN
            },
            Claim {
                channel: "direct",
                fields: &[
                    ("team", "project"),
                    ("relies_on", "9"),
                    ("flag.in_city", "yes"),
                ],
                work: &["teaching"],
                honour: Some("市级专家"),
                found: &["HOLDER"],
            },
            Claim {
                channel: "direct",
                fields: &[
                    ("team", "exam"),
                    ("relies_on", "9"),
                    ("flag.in_city", "yes"),
                ],
                work: &["management"],
                honour: Some("市级督导员"),
                found: &["HOLDER"],
            },
        ],
        first: &[0, 1, 2, 3, 0],
        second_team: Some("school"),
        posted: &[],
        under_way: &[
            (0, Stop::Draft),
            (0, Stop::At(Station::Recommendation)),
            (1, Stop::At(Station::Vetting)),
            (1, Stop::Returned),
            (0, Stop::At(Station::Committee)),
            (1, Stop::At(Station::Committee)),
            (2, Stop::At(Station::Approval)),
        ],
        asked: Some(Asked {
            content: "职业技能等级认定机构监督检查",
            scope: "",
            kind: "16-2-3",
            sub_kind: None,
            fields: &[("feedback_due", "检查结束后十日内")],
            reviewed: "北京市朝阳区示例技能评价中心",
            place: "北京市朝阳区示例技能评价中心考场",
            duty: None,
            accepted: false,
        }),
    },
];
