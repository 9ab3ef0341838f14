//! Synthetic views of every document, shared by the golden texts and the picture example.
#![allow(dead_code, reason = "each test binary uses its own part")]

use documents::applications::{ApplicationForm, Opinion, Signed, SummaryList, SummaryRow};
use documents::form::FormView;
use domain::person::{Achievement, Education, Employer, Profile, Sex, Title, Work};
use jiff::civil::{DateTime, date};

pub(crate) fn at() -> DateTime {
    date(2026, 11, 22).at(9, 30, 0, 0)
}

pub(crate) fn forms() -> Vec<(&'static str, FormView)> {
    vec![
        ("application_blank", ApplicationForm::default().view()),
        ("application_filled", application(12, 7).view()),
        ("summary_blank", SummaryList::dg().view()),
        ("summary_7", summary(7).view()),
        ("summary_60", summary(60).view()),
    ]
}

pub(crate) fn application(work: usize, achievements: usize) -> ApplicationForm {
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
    ApplicationForm {
        channel: Some("单位推荐".into()),
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
        signed: Signed::Electronically {
            name: "欧阳示范".into(),
            on: date(2026, 11, 20),
        },
        opinion: Opinion {
            text: "同意推荐。".into(),
            on: None,
        },
        ..ApplicationForm::default()
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
