//! A person in words, fact by fact, and what differs between two versions.

use domain::policy::evidence;
use domain::policy::pack::Source;
use domain::policy::words::Word as _;
use jiff::civil::Date;
use store::Secret;
use store::persons::Private;

use super::{Difference, PersonFile};

/// Every fact in words, one line per label, so that two versions can be compared by people.
pub fn lines(file: &PersonFile) -> Vec<(&'static str, String)> {
    let profile = &file.profile;
    let day = |value: Option<Date>| value.map(|day| day.to_string());
    let span = |from: Option<Date>, to: Option<Date>| match (from, to) {
        (None, None) => None,
        (from, to) => Some(format!(
            "{} 至 {}",
            day(from).unwrap_or_default(),
            day(to).unwrap_or_else(|| "今".to_owned())
        )),
    };
    let join = |parts: Vec<Option<String>>| {
        parts
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("，")
    };
    let all = |rows: Vec<String>| rows.join("；");
    let employer = profile.employer.as_ref();
    vec![
        ("姓名", profile.name.clone()),
        (
            "性别",
            profile.sex.map_or("", documents::annex::sex).to_owned(),
        ),
        ("出生日期", day(profile.born).unwrap_or_default()),
        ("办公电话", file.office_phone.clone().unwrap_or_default()),
        (
            "工作单位",
            employer.map(|e| e.name.clone()).unwrap_or_default(),
        ),
        (
            "单位属性",
            employer.and_then(|e| e.kind.clone()).unwrap_or_default(),
        ),
        (
            "单位信用代码",
            employer
                .and_then(|e| e.credit_code.clone())
                .unwrap_or_default(),
        ),
        ("职务", profile.post.clone().unwrap_or_default()),
        (
            "职称",
            all(profile
                .titles
                .iter()
                .map(|t| {
                    join(vec![
                        Some(t.name.clone()),
                        Some(t.level.clone()),
                        t.field.clone(),
                        day(t.obtained),
                        t.authority.clone(),
                    ])
                })
                .collect()),
        ),
        (
            "职业资格",
            all(profile
                .skills
                .iter()
                .map(|s| {
                    join(vec![
                        Some(s.occupation.clone()),
                        Some(s.level.clone()),
                        day(s.obtained),
                        s.certificate.clone(),
                    ])
                })
                .collect()),
        ),
        (
            "证书证卡",
            all(profile
                .credentials
                .iter()
                .map(|one| {
                    join(vec![
                        Some(one.name.clone()),
                        one.level.clone(),
                        one.issuer.clone(),
                        one.number.clone(),
                    ])
                })
                .collect()),
        ),
        (
            "所代表的单位",
            profile
                .represents
                .as_ref()
                .map(|unit| join(vec![Some(unit.name.clone()), unit.kind.clone()]))
                .unwrap_or_default(),
        ),
        (
            "学历学位",
            all(profile
                .education
                .iter()
                .map(|e| {
                    join(vec![
                        Some(e.level.clone()),
                        day(e.ended),
                        e.school.clone(),
                        e.major.clone(),
                        e.years.map(|y| format!("{y}年")),
                        e.degree.clone(),
                    ])
                })
                .collect()),
        ),
        (
            "工作经历",
            all(profile
                .work
                .iter()
                .map(|w| {
                    join(vec![
                        span(Some(w.from), w.to),
                        Some(w.employer.clone()),
                        w.industry.clone(),
                        w.duty.clone(),
                        w.post.clone(),
                        Some(
                            w.tags
                                .iter()
                                .map(|tag| evidence::work_tag(tag))
                                .collect::<Vec<_>>()
                                .join("、"),
                        ),
                    ])
                })
                .collect()),
        ),
        (
            "主要业绩",
            all(profile
                .achievements
                .iter()
                .map(|a| {
                    join(vec![
                        span(a.from, a.to),
                        Some(a.name.clone()),
                        a.role.clone(),
                        a.outcome.clone(),
                        a.level.clone(),
                    ])
                })
                .collect()),
        ),
        (
            "荣誉",
            all(profile
                .honours
                .iter()
                .map(|h| {
                    join(vec![
                        Some(h.name.clone()),
                        Some(h.level.clone()),
                        day(h.awarded),
                        h.by.clone(),
                    ])
                })
                .collect()),
        ),
        ("专业特长", profile.expertise.clone().unwrap_or_default()),
        (
            "认定事项",
            profile
                .flags
                .iter()
                .map(|(flag, holds)| {
                    format!(
                        "{}：{}",
                        evidence::flag(flag),
                        if *holds { "是" } else { "否" }
                    )
                })
                .collect::<Vec<_>>()
                .join("；"),
        ),
        ("可承担工作", profile.task_kinds.join("、")),
        ("法定退休日期", day(profile.retires_on).unwrap_or_default()),
    ]
    .into_iter()
    .chain(Source::PARTICULARS.map(|source| {
        let said = profile.particulars.get(source.word());
        (
            source.zh(),
            said.map(|said| said.join("、")).unwrap_or_default(),
        )
    }))
    .collect()
}

/// What differs, sealed fields named without their values.
pub fn differences(
    before: (&PersonFile, &Private),
    after: (&PersonFile, &Private),
) -> Vec<Difference> {
    let mut found: Vec<Difference> = lines(before.0)
        .into_iter()
        .zip(lines(after.0))
        .filter(|((_, old), (_, new))| old != new)
        .map(|((label, old), (_, new))| Difference {
            label: label.to_owned(),
            before: old,
            after: new,
        })
        .collect();
    type Field = fn(&Private) -> &Option<Secret>;
    let sealed: [(&str, Field); 4] = [
        ("身份证号码", |p| &p.id_number),
        ("手机", |p| &p.phone),
        ("电子邮箱", |p| &p.email),
        ("通讯地址", |p| &p.address),
    ];
    for (label, field) in sealed {
        if field(before.1) != field(after.1) {
            let said = |private: &Private| {
                field(private)
                    .as_ref()
                    .map_or_else(String::new, |_| "（已登记）".to_owned())
            };
            found.push(Difference {
                label: label.to_owned(),
                before: said(before.1),
                after: said(after.1),
            });
        }
    }
    found
}
