//! Synthetic views of every document, shared by the golden texts and the picture example.
#![allow(dead_code, reason = "each test binary uses its own part")]

use documents::annex::{Annex, Opinion, Signed, Stated};
use documents::approvals::{ApprovalSheet, StationOpinion};
use documents::certificates::{Certificate, Certificates, Paper};
use documents::check_ins::{ExpectedExpert, SignInSheet};
use documents::draws::{
    ConfirmedExpert, DrawEvent, DrawGroup, DrawParty, DrawRecordSheet, FunnelStep, PanelSeat,
    ResultConfirmation, Verification, VoidAttempt,
};
use documents::form::{
    Block, Cell, Content, Field, Flow, FormView, GridRow, Size, TableColumn, choices,
};
use documents::invitations::{AnswerCode, Invitation, SpecialInvitation, Standing};
use documents::letter::LetterView;
use documents::meetings::{AgendaPack, Dossier, Evidence, Line};
use documents::minutes::{Decided, Minutes};
use documents::pages::{Limits, PageReader, Pages};
use documents::photo::Photo;
use documents::solicitations::{CallForExperts, HowToApply};
use documents::summary_list::{SummaryList, SummaryRow};
use documents::worker::Isolation;
use domain::person::{Achievement, Education, Employer, Profile, Sex, Skill, Title, Work};
use domain::policy::pack::{Form, SignedBy};
use jiff::civil::{DateTime, date};

pub(crate) fn at() -> DateTime {
    date(2026, 11, 22).at(9, 30, 0, 0)
}

pub(crate) fn forms() -> Vec<(&'static str, FormView)> {
    vec![
        ("application_blank", blank("dg-2021", "annex1")),
        ("application_filled", application(12, 7).view()),
        ("gz_blank", blank("gz-2022", "annex")),
        ("gz_filled", filled("gz-2022", "annex").view()),
        ("cy_filled", filled("cy-2021", "application").view()),
        ("annex2_blank", blank("dg-2021", "annex2")),
        ("approval", approval().view()),
        ("minutes", minutes().view()),
        ("summary_blank", SummaryList::dg().view()),
        ("summary_7", summary(7).view()),
        ("summary_60", summary(60).view()),
        ("draw_record", draw_record(Standing::Real).view()),
        ("draw_rehearsal", draw_record(Standing::Rehearsal).view()),
        ("result_confirmation", confirmation().view()),
        ("sign_in", sign_in(7).view()),
        ("sign_in_long", sign_in(20).view()),
        ("generic_form", generic()),
        ("agenda", agenda(5).view()),
    ]
}

pub(crate) fn letters() -> Vec<(&'static str, LetterView)> {
    vec![
        ("invitation", invitation(Standing::Real).view()),
        (
            "invitation_rehearsal",
            invitation(Standing::Rehearsal).view(),
        ),
        ("special_invitation", special_invitation().view()),
        ("call_for_experts", call_for_experts(false).view()),
        ("call_for_experts_draft", call_for_experts(true).view()),
    ]
}

fn hex(seed: u64) -> String {
    (1..=4_u64)
        .map(|n| format!("{:016x}", (seed + n).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
        .collect()
}

fn verification() -> Verification {
    Verification::new("LX7Q-2M4K-9D3F", "https://example.org/v/LX7Q2M4K9D3F").unwrap()
}

fn fields(pairs: &[(&str, &str)]) -> Vec<Field> {
    pairs
        .iter()
        .map(|(label, value)| Field::new(*label, *value))
        .collect()
}

pub(crate) fn draw_record(standing: Standing) -> DrawRecordSheet {
    let seat = |group: &str, n: u64, name: &str, state: &str| PanelSeat {
        group: group.into(),
        reference: hex(n)[..8].into(),
        name: name.into(),
        employer: "云岭市启明智能制造有限公司".into(),
        state: state.into(),
    };
    DrawRecordSheet {
        pool: "云岭市职业能力建设专家库".into(),
        number: "云职专抽〔2026〕15号".into(),
        standing,
        marks: vec![],
        task: fields(&[
            ("使用方", "云岭市职业技能服务指导中心"),
            ("工作内容", "职业技能等级认定机构现场评审"),
            ("工作时间", "2026年11月26日09:00至17:00"),
            ("工作地点", "云岭市示范区学府路100号"),
            ("依据", "《云岭市职业能力建设专家库管理办法》第九条"),
            ("需求编号", "XQ-2026-0031"),
        ]),
        groups: vec![
            DrawGroup {
                name: "数控加工组".into(),
                seats: 3,
                reserves: 2,
                conditions: "数控车工或加工中心操作工，高级技师或高级职称".into(),
                eligible: 22,
            },
            DrawGroup {
                name: "质量督导组".into(),
                seats: 2,
                reserves: 1,
                conditions: "具有督导经历".into(),
                eligible: 15,
            },
        ],
        funnel: vec![
            FunnelStep {
                label: "在库专家".into(),
                removed: None,
                left: 1108,
                basis: String::new(),
            },
            FunnelStep {
                label: "专业领域不符".into(),
                removed: Some(1044),
                left: 64,
                basis: "第九条（一）".into(),
            },
            FunnelStep {
                label: "等级不足".into(),
                removed: Some(12),
                left: 52,
                basis: "第九条（一）".into(),
            },
            FunnelStep {
                label: "应当回避".into(),
                removed: Some(9),
                left: 43,
                basis: "第十条（一）（二）".into(),
            },
            FunnelStep {
                label: "连续两次抽中，暂停一次".into(),
                removed: Some(4),
                left: 39,
                basis: "第九条（一）".into(),
            },
            FunnelStep {
                label: "已请假".into(),
                removed: Some(2),
                left: 37,
                basis: "第十一条".into(),
            },
        ],
        parties: vec![
            DrawParty {
                name: "管理方（职业能力建设科）".into(),
                commitment: hex(1),
                share: Some(hex(2)),
            },
            DrawParty {
                name: "使用方（指导中心）".into(),
                commitment: hex(3),
                share: Some(hex(4)),
            },
            DrawParty {
                name: "监督方（机关纪委）".into(),
                commitment: hex(5),
                share: Some(hex(6)),
            },
        ],
        attempt: 2,
        void_attempts: vec![VoidAttempt {
            number: 1,
            at: date(2026, 11, 22).at(9, 12, 0, 0),
            reason: "监督方的揭示与密签不符".into(),
            decided_by: "周示范、王示例".into(),
            record_digest: hex(9),
        }],
        drawn_at: Some(at()),
        suite: "SM3".into(),
        frame_digest: hex(11),
        seed: hex(12),
        record_digest: hex(13),
        panel: vec![
            seat("数控加工组", 21, "陈示范", "已确认"),
            seat("数控加工组", 22, "欧阳示例", "不能参加"),
            seat("数控加工组", 23, "李㛃", "已确认"),
            seat("质量督导组", 24, "买买提·吐尔逊", "已确认"),
            seat("质量督导组", 25, "黄演示", "已确认"),
        ],
        reserves: vec![
            seat("数控加工组", 26, "林示范", "已递补"),
            seat("数控加工组", 27, "何示例", ""),
        ],
        events: vec![DrawEvent {
            at: date(2026, 11, 22).at(11, 5, 0, 0),
            kind: "不能参加".into(),
            who: "欧阳示例".into(),
            replacement: "林示范".into(),
            note: "本人通过答复链接确认，原因：出差".into(),
        }],
        checkpoint: "2026-11-22#000318-7F3A9C".into(),
        verification: Some(verification()),
        signatures: vec!["经办人".into(), "使用方代表".into(), "监督人".into()],
    }
}

pub(crate) fn confirmation() -> ResultConfirmation {
    let expert = |name: &str, chosen_by: &str| ConfirmedExpert {
        name: name.into(),
        group: "数控加工组".into(),
        employer: "云岭市启明智能制造有限公司".into(),
        qualification: "高级技师".into(),
        chosen_by: chosen_by.into(),
        answer: "11-22 10:20 参加".into(),
    };
    ResultConfirmation {
        pool: "云岭市职业能力建设专家库".into(),
        number: "云职专抽〔2026〕15号".into(),
        marks: vec!["已过有效期".into()],
        task: fields(&[
            ("使用方", "云岭市职业技能服务指导中心"),
            ("工作内容", "职业技能等级认定机构现场评审"),
            ("工作时间", "2026年11月26日09:00至17:00"),
            ("工作地点", "云岭市示范区学府路100号"),
        ]),
        experts: vec![
            expert("陈示范", "抽取"),
            expert("林示范", "补抽"),
            expert("李㛃", "抽取"),
        ],
        remarks: vec!["本次为第2次抽取，第1次因揭示与密签不符作废；补抽1人。".into()],
        checkpoint: "2026-11-22#000318-7F3A9C".into(),
        verification: Some(verification()),
        signatures: vec!["经办人".into(), "复核人".into(), "监督人".into()],
        ..ResultConfirmation::default()
    }
}

pub(crate) fn sign_in(count: usize) -> SignInSheet {
    let expert = |n: usize| ExpectedExpert {
        name: ["陈示范", "欧阳示例", "买买提·吐尔逊"][n % 3].into(),
        employer: "云岭市启明智能制造有限公司".into(),
        qualification: "高级技师".into(),
        signed_in: if n == 0 {
            "08:52".into()
        } else {
            String::new()
        },
    };
    SignInSheet {
        title: vec!["云岭市职业能力建设专家库专家签到表".into()],
        task: "职业技能等级认定机构现场评审".into(),
        on: Some(date(2026, 11, 26)),
        place: "云岭市示范区学府路100号".into(),
        host: "云岭市职业技能服务指导中心".into(),
        experts: (0..count).map(expert).collect(),
        spare_rows: 1,
        ..SignInSheet::default()
    }
}

pub(crate) fn invitation(standing: Standing) -> Invitation {
    Invitation {
        head: Some("云岭市人力资源和社会保障局".into()),
        number: Some("云人社函〔2026〕31号".into()),
        expert: "欧阳示例".into(),
        pool: "云岭市职业能力建设专家库".into(),
        task: "职业技能等级认定机构现场评审".into(),
        work: "对申请机构的场地设备、考评人员、内部质量管理等进行现场评审，提出评审意见。".into(),
        time: "2026年11月26日09:00至17:00".into(),
        place: "云岭市示范区学府路100号行政楼三楼会议室".into(),
        arrival: Some("请于当日08:45前携带身份证到会议室签到。".into()),
        answer_by: date(2026, 11, 23).at(12, 0, 0, 0),
        answer_how: "可扫描下方二维码或拨打联系电话答复。".into(),
        answer_code: Some(AnswerCode {
            svg: documents::qr::svg("https://example.org/a/9K2M7Q").unwrap(),
            digits: "482 916".into(),
        }),
        recusal_basis: "《云岭市职业能力建设专家库管理办法》第十条".into(),
        contact: "周示范，电话0769-00000001".into(),
        sign: "云岭市人力资源和社会保障局".into(),
        on: date(2026, 11, 22),
        standing,
        marks: Vec::new(),
    }
}

pub(crate) fn special_invitation() -> SpecialInvitation {
    SpecialInvitation {
        head: None,
        number: None,
        invitee: "李㛃".into(),
        employer: Some("云岭理工大学".into()),
        pool: "云岭市职业能力建设专家库".into(),
        basis: "《云岭市职业能力建设专家库管理办法》第五条第（三）项".into(),
        reason: "因工业机器人系统操作员职业标准评审工作需要，在库相关专家数量不能满足随机抽取。".into(),
        specialty: "工业机器人".into(),
        materials: vec![
            "入库申请表（附件1），由所在单位出具意见并加盖公章".into(),
            "学历学位、专业技术职称证书或者具有同等专业水平的证明材料，荣誉、业绩、任职证明材料复印件".into(),
            "本人有效身份证件复印件".into(),
        ],
        reply_by: date(2026, 12, 4),
        reply_to: "云岭市人力资源和社会保障局职业能力建设科".into(),
        then: "所提交资料经市职业技能培训课程标准技术委员会会议审定后，由我局颁发聘书，聘期三年。".into(),
        attachments: vec!["云岭市职业能力建设专家库入库申请表".into(), "云岭市职业能力建设专家库管理办法".into()],
        contact: "周示范，电话0769-00000001".into(),
        sign: "云岭市人力资源和社会保障局".into(),
        on: date(2026, 11, 22),
        marks: vec!["征求意见稿".into()],
    }
}

/// A call with everything an instrument may ask for; as a draft nothing is decided yet.
pub(crate) fn call_for_experts(draft: bool) -> CallForExperts {
    let window = (
        date(2026, 12, 1).at(9, 0, 0, 0),
        date(2026, 12, 31).at(23, 59, 59, 0),
    );
    CallForExperts {
        number: if draft { String::new() } else { "ZJ01-2026-0002".into() },
        title: "云岭市职业能力建设专家库公开征集公告".into(),
        body: "根据《云岭市职业能力建设专家库管理办法》第五条第（一）项，现将征集专家的有关事项公告如下。".into(),
        paragraphs: vec![(
            "入库条件".into(),
            "1．未满 70 周岁。\n2．具备下列情形之一：中级职称或技师，且相关工作满 3 年；高级职称。".into(),
        )],
        headcount: Some("拟聘人数".into()),
        wanted: vec![("督导员".into(), 10), ("考评员".into(), 25)],
        window: (!draft).then_some(window),
        channels: vec![HowToApply {
            label: "个人自荐".into(),
            submitter: "专家".into(),
            materials: vec![
                "入库申请表（附件1），所在单位出具意见并盖章".into(),
                "有效身份证件复印件".into(),
            ],
        }],
        address: (!draft).then(|| "https://zjk.example.gov.cn/public/notices/ZJ01-2026-0002".into()),
        contact: "云岭市人力资源和社会保障局，电话 0769-00000001".into(),
        sign: "云岭市人力资源和社会保障局".into(),
        on: date(2026, 11, 22),
        marks: vec![],
        draft,
    }
}

/// Certificates of one page each.
pub(crate) fn certificates(paper: Paper) -> Certificates {
    let card = paper == Paper::Card;
    let one = |n: u32, name: &str| Certificate {
        title: if card { "专项工作证" } else { "聘书" }.into(),
        number: format!("DG2026{n:04}"),
        name: name.into(),
        body: if card {
            "职业培训专家团队伍专家".into()
        } else {
            "根据《云岭市职业能力建设专家库管理办法》第七条(四)，聘请您为云岭市职业能力建设专家库专家".into()
        },
        lines: fields(if card {
            &[
                ("队伍", "培训机构督导员"),
                ("发证部门", "职业能力建设科"),
                ("编号", "CY20260001"),
                ("有效期", "2026年11月22日至2029年11月21日"),
            ]
        } else {
            &[
                ("专业领域", "焊接、机械加工"),
                ("聘期", "2026年11月22日至2029年11月21日"),
            ]
        }),
        photo: card,
        picture: None,
        sign: "云岭市人力资源和社会保障局".into(),
        on: date(2026, 11, 22),
        svg: documents::qr::svg("https://zjk.example.gov.cn/public/certificates/NDU9M7NPCX8A")
            .unwrap(),
        code: "NDU9-M7NP-CX8A".into(),
        marks: vec!["演示".into()],
    };
    let mut made = Certificates {
        paper,
        ..Certificates::default()
    };
    made.push(one(1, "何申甲"), card.then(portrait));
    made.push(one(2, "欧阳申乙"), None);
    made
}

/// A drawn head and shoulders.
fn portrait() -> Photo {
    Photo::read(&portrait_png()).unwrap()
}

pub(crate) fn portrait_png() -> Vec<u8> {
    let shade = |x: u32, y: u32| {
        let within = |cx: i64, cy: i64, rx: i64, ry: i64| {
            let (dx, dy) = (i64::from(x) - cx, i64::from(y) - cy);
            dx * dx * ry * ry + dy * dy * rx * rx <= rx * rx * ry * ry
        };
        if within(150, 160, 70, 90) {
            image::Rgb([236, 200, 172])
        } else if within(150, 420, 130, 150) {
            image::Rgb([40, 58, 92])
        } else {
            image::Rgb([214, 228, 244])
        }
    };
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(300, 420, shade)
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    png.into_inner()
}

/// The pages of a scan, or of what is left of one.
fn pages(torn: bool) -> Pages {
    let reader = PageReader {
        isolation: Isolation::InProcess,
        limits: Limits::default(),
        face: None,
    };
    match torn {
        true => reader.read(b"%PDF-1.7"),
        false => reader.read(&portrait_png()),
    }
}

/// What a committee reads of so many applicants.
pub(crate) fn agenda(count: usize) -> AgendaPack {
    let line = |verdict: &str, text: &str, article: &str| Line {
        verdict: verdict.into(),
        text: text.into(),
        article: article.into(),
    };
    let person = |n: usize| Dossier {
        heading: if n.is_multiple_of(3) {
            "互通遴选"
        } else {
            "审核通过名单"
        }
        .into(),
        number: format!("SQ01-2026-{:04}", n + 1),
        name: format!("申请人{n}"),
        employer: "云岭市示例高级技工学校（云岭市示例职业培训中心）".into(),
        specialties: "焊接、机械加工".into(),
        status: "符合".into(),
        facts: vec![
            ("姓名".into(), format!("申请人{n}")),
            (
                "学历学位".into(),
                "本科，2007-06-30，示例职业大学，4年，学士".into(),
            ),
            (
                "工作经历".into(),
                "2007-07-01 至 2011-05-31，示例市启明汽车维修有限公司，相关领域；\
                 2011-06-01 至今，示例市联创汽车维修有限公司，部门负责人，相关领域"
                    .into(),
            ),
        ],
        findings: vec![
            (
                "入库条件".into(),
                vec![
                    line("符合", "未满 70 周岁：1985年10月28日出生。", "第四条(四)"),
                    line(
                        "需核对",
                        "熟悉政策法规和业务知识：缺少考核结论。",
                        "第四条(五)",
                    ),
                ],
            ),
            (
                "入库材料".into(),
                vec![line("符合", "入库申请表（附件1）：齐全。", "第六条(一)1")],
            ),
        ],
        files: vec![Evidence {
            proves: "职称证书".into(),
            name: "职称证书_扫描件-2026-11-02.pdf".into(),
            digest: "0123456789abcdef".repeat(4),
            pages: pages(n > 0),
        }],
    };
    AgendaPack {
        title: vec!["云岭市职业能力建设专家库".into(), "会议审定材料".into()],
        body: "云岭市职业技能培训课程标准技术委员会".into(),
        number: "SD01-2026-0001".into(),
        on: "2026年11月22日".into(),
        place: "三楼会议室".into(),
        people: (0..count).map(person).collect(),
        marks: vec!["演示".into()],
    }
}

/// A form of another city, in generic blocks.
pub(crate) fn generic() -> FormView {
    let row = |cells| GridRow::new(10.0, cells);
    FormView {
        annex: Some("附件".into()),
        title: vec!["示范市职业技能培训评价专家推荐表".into()],
        size: Size::Five,
        marks: vec!["已过有效期".into()],
        footer: Some("打印编号 DY-2026-0007".into()),
        blocks: vec![
            Block::Line { fields: fields(&[("", "填表日期：2026年11月22日")]), widths: vec![1.0] },
            Block::Grid {
                columns: vec![1.4, 1.6, 1.0, 1.2, 1.2, 1.6, 1.8],
                rows: vec![
                    row(vec![
                        Cell::label("姓名", 1),
                        Cell::value("陈示范", 1),
                        Cell::label("性别", 1),
                        Cell::value("男", 1),
                        Cell::label("出生年月", 1),
                        Cell::value("1978年6月", 1),
                        Cell::label("二寸彩色\n近照", 1).down(4),
                    ]),
                    row(vec![Cell::label("政治面貌", 1), Cell::value("", 1), Cell::label("民族", 1), Cell::value("汉族", 1), Cell::label("学历", 1), Cell::value("大学本科", 1)]),
                    row(vec![Cell::label("工作单位", 1), Cell::value("云岭市高级技工学校", 3), Cell::label("职务", 1), Cell::value("教研室主任", 1)]),
                    row(vec![Cell::label("身份证号", 1), Cell::value("440000197806019990", 3), Cell::label("手机", 1), Cell::value("15400000001", 1)]),
                    row(vec![
                        Cell::label("承担任务类型", 1),
                        Cell { across: 6, down: 1, content: Content::Boxes { options: choices(["机构评审", "标准与试题开发评审", "认定方案评审", "考评员培训指导", "评价机构评估"], Some("机构评审")) } },
                    ]),
                    GridRow::new(40.0, vec![Cell::label("主要工作\n经历", 1), Cell { across: 6, down: 1, content: Content::Prose { text: "2001年7月至2010年8月　云岭市第一机械厂　技术员\n2010年9月至今　云岭市高级技工学校　教师".into() } }]),
                    GridRow::new(36.0, vec![Cell::label("推荐单位\n意　　见", 1), Cell { across: 6, down: 1, content: Content::Statement { heading: None, text: "同意推荐。".into(), sign: vec!["（公章）".into(), "　　年　　月　　日".into()] } }]),
                ],
                flow: Flow::Breaks,
            },
            Block::Heading { text: "一、培训安排".into() },
            Block::Table {
                columns: vec![TableColumn::centre("时间", 1.4), TableColumn::left("课程名称", 3.0), TableColumn::right("金额（元）", 1.2)],
                rows: (1..=3).map(|n| vec![format!("第{n}天"), "数控编程".into(), "1,600.00".into()]).collect(),
                row_height: 8.0,
            },
            Block::Paragraph { text: "本表一式两份，由推荐单位和市职业能力建设指导中心分别留存。".into() },
            Block::Signatures { places: vec!["填表人".into(), "审核人".into()] },
            Block::Notes { heading: "注".into(), items: vec!["请在对应选项前打勾，可多选；".into(), "申请专家组专业不超过3个。".into()] },
        ],
        ..FormView::default()
    }
}

/// A form of a shipped pack, with everything that is stated on it.
pub(crate) struct Filled {
    pub(crate) form: Form,
    pub(crate) stated: Stated,
    pub(crate) signed: Signed,
    pub(crate) opinion: Opinion,
}

impl Filled {
    pub(crate) fn view(&self) -> FormView {
        Annex {
            form: &self.form,
            stated: &self.stated,
            signed: self.signed.clone(),
            opinions: vec![(SignedBy::Unit, self.opinion.clone())],
            marks: vec![],
            watermark: None,
        }
        .view()
    }
}

pub(crate) fn form(pack: &str, id: &str) -> Form {
    let shipped = domain::policy::library::shipped(pack).unwrap();
    let pack = domain::policy::check(shipped.pack).unwrap();
    pack.form(id).unwrap().clone()
}

pub(crate) fn blank(pack: &str, id: &str) -> FormView {
    Annex::blank(&form(pack, id), &Stated::default(), vec![]).view()
}

/// The form of a pack filled in by somebody who fills in everything.
pub(crate) fn filled(pack: &str, id: &str) -> Filled {
    let mut filled = application(5, 3);
    filled.form = form(pack, id);
    let stated = &mut filled.stated;
    stated.photo = Some(portrait());
    stated.team = "培训机构督导员".into();
    stated.branch = "第八条(二)".into();
    stated.filled_on = Some(date(2026, 11, 20));
    stated.specialties = ["焊工", "数控车工", "多轴数控加工"]
        .map(str::to_owned)
        .to_vec();
    stated.profile.skills = vec![Skill {
        occupation: "焊工".into(),
        level: "高级技师".into(),
        obtained: None,
        certificate: None,
    }];
    stated.profile.titles[0].level = "高级".into();
    let said = [
        ("political_status", "群众"),
        ("ethnicity", "汉族"),
        ("occupation", "职业培训教师"),
        ("postcode", "510000"),
        ("services", "职业技能培训机构评审"),
        ("services", "职业技能评价机构评估"),
        (
            "experience",
            "2012年起从事职业技能评价考评工作，担任焊工职业技能等级认定考评组长。\n2016年起参与职业技能培训机构评审。",
        ),
    ];
    for (source, answer) in said {
        let answers = stated.profile.particulars.entry(source.into()).or_default();
        answers.push(answer.into());
    }
    filled
}

pub(crate) fn application(work: usize, achievements: usize) -> Filled {
    let work = (0..work).map(|n| Work {
        from: date(2026 - 2 * (n as i16) - 2, 3, 1),
        to: (n > 0).then(|| date(2026 - 2 * (n as i16), 2, 28)),
        employer: format!("云岭市启明智能制造有限公司第{}分厂", n + 1),
        credit_code: None,
        industry: Some("装备制造业".into()),
        duty: Some("数控加工工艺编制与技能培训".into()),
        post: Some("工艺主管".into()),
        tags: vec![],
    });
    let achievements = (0..achievements).map(|n| Achievement {
        from: Some(date(2015 + n as i16, 1, 1)),
        to: Some(date(2015 + n as i16, 12, 31)),
        name: format!("第{}届职业技能竞赛数控车项目技术文件编制", n + 1),
        role: Some("制订评分标准，主持".into()),
        outcome: Some("获市级优秀成果奖，已推广使用".into()),
        level: Some("city".into()),
    });
    Filled {
        form: form("dg-2021", "annex1"),
        stated: Stated {
            channel: "单位推荐".into(),
            profile: Profile {
                name: "欧阳示范".into(),
                sex: Some(Sex::Male),
                born: Some(date(1978, 6, 1)),
                employer: Some(Employer {
                    organisation: None,
                    name: "云岭市高级技工学校".into(),
                    credit_code: None,
                    kind: Some("技工院校".into()),
                }),
                post: Some("教研室主任".into()),
                titles: vec![Title {
                    name: "高级讲师".into(),
                    level: "deputy_senior".into(),
                    field: Some("机械工程".into()),
                    obtained: Some(date(2012, 12, 1)),
                    authority: Some("云岭市人力资源和社会保障局".into()),
                }],
                education: vec![Education {
                    level: "大学本科".into(),
                    ended: Some(date(2001, 7, 1)),
                    school: Some("云岭理工大学".into()),
                    major: Some("机械设计制造及其自动化".into()),
                    years: Some(4),
                    degree: Some("工学学士".into()),
                }],
                work: work.collect(),
                achievements: achievements.collect(),
                expertise: Some("数控加工、职业技能等级认定题库开发、技能竞赛裁判".into()),
                ..Profile::default()
            },
            id_number: "440000197806019990".into(),
            address: "云岭市示范区学府路100号云岭市高级技工学校实训楼三楼".into(),
            office_phone: "0769-00000001".into(),
            mobile: "15400000001".into(),
            email: "oysf@example.com".into(),
            honour: "云岭市五一劳动奖章（2019年）".into(),
            ..Stated::default()
        },
        signed: Signed::Electronically {
            name: "欧阳示范".into(),
            on: date(2026, 11, 20),
        },
        opinion: Opinion {
            text: "同意推荐。".into(),
            on: None,
        },
    }
}

pub(crate) fn approval() -> ApprovalSheet {
    let fact = |label: &str, text: &str| (label.to_owned(), text.to_owned());
    let line = |verdict: &str, text: &str, article: &str| Line {
        verdict: verdict.into(),
        text: text.into(),
        article: article.into(),
    };
    let opinion = |label: &str, article: &str, text: &str| StationOpinion {
        label: label.into(),
        article: article.into(),
        text: text.into(),
    };
    ApprovalSheet {
        title: vec!["云岭市职业能力建设专家库".into(), "专家入库审批表".into()],
        marks: vec!["征求意见稿".into()],
        facts: vec![
            fact("姓名", "欧阳示范"),
            fact("申请编号", "SQ01-2026-0003"),
            fact("性别", "男"),
            fact("出生年月", "1978年6月"),
            fact("工作单位", "云岭市高级技工学校"),
            fact("职称/职业资格", "高级讲师"),
            fact("入库方式", "单位推荐（第五条(二)）"),
            fact(
                "符合的条件",
                "第四条(三)1 具有副高级以上专业技术职称，从事相关专业技术工作满三年",
            ),
        ],
        conditions: vec![
            line(
                "符合",
                "1978年6月1日出生，48 周岁，不满 70 周岁。",
                "第四条(二)",
            ),
            line("符合", "副高级职称，达到副高级。", "第四条(三)1"),
            line("待核实", "没有说明是否拥护党的路线方针政策。", "第四条(一)"),
        ],
        materials: "应交 4 项，齐备 4 项".into(),
        opinions: vec![
            opinion("资格审核", "第七条(一)", "通过（陈示范，2026-11-21）"),
            opinion("会议审定", "第七条(二)", ""),
            opinion("分类入库", "第七条(三)", ""),
        ],
    }
}

pub(crate) fn minutes() -> Minutes {
    let person = |n: usize, name: &str, result: &str| Decided {
        heading: "审核通过名单".into(),
        number: format!("SQ01-2026-{n:04}"),
        name: name.into(),
        employer: "云岭市高级技工学校".into(),
        votes: "同意 8，不同意 1，弃权 0".into(),
        recused: if n == 2 {
            vec!["黄演示".into()]
        } else {
            vec![]
        },
        result: result.into(),
    };
    Minutes {
        title: vec!["云岭市职业能力建设专家库".into(), "会议审定纪要".into()],
        marks: vec![],
        body: "市职业技能培训课程标准技术委员会".into(),
        number: "云课标委纪〔2026〕4号".into(),
        on: "2026年11月22日".into(),
        place: "行政楼三楼会议室".into(),
        basis: "《云岭市职业能力建设专家库管理办法》第七条(二)".into(),
        attendees: ["陈示范", "黄演示", "林示范"].map(str::to_owned).to_vec(),
        people: vec![
            person(1, "欧阳示范", "通过"),
            person(2, "李㛃", "不通过：业绩证明不全"),
        ],
    }
}

pub(crate) fn summary(count: usize) -> SummaryList {
    let names = ["陈示范", "欧阳示例", "买买提·吐尔逊", "李㛃", "黄演示"];
    let rows = (0..count).map(|n| SummaryRow {
        name: names[n % names.len()].into(),
        sex: if n % 2 == 0 { "男" } else { "女" }.into(),
        id_number: format!("44000019{:02}0101999{}", 60 + n % 40, n % 10),
        specialty: ["数控车工、机械加工", "中式烹调师", "健康管理、养老护理"][n % 3].into(),
        employer: [
            "云岭市启明智能制造有限公司",
            "云岭市高级技工学校",
            "云岭市示范职业培训学校（普通合伙）",
        ][n % 3]
            .into(),
        qualification: ["高级技师", "高级讲师", "一级/高级技师、工程师"][n % 3].into(),
        honour: ["", "云岭市技术能手", "全省技能竞赛一等奖"][n % 3].into(),
        contact: format!("154{:08}", n + 1),
    });
    SummaryList {
        channel: Some("单位推荐".into()),
        unit: "云岭市启明智能制造有限公司".into(),
        filled_by: "陈示范".into(),
        phone: "15400000009".into(),
        on: Some(date(2026, 11, 22)),
        rows: rows.collect(),
        ..SummaryList::dg()
    }
}
