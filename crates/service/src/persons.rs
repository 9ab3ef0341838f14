//! Persons: the facts of 附件1 as typed, read all at once; as stored; as a form shows them again; and
//! what differs between two versions.

use domain::contact::{Email, Landline, Mobile};
use domain::explain::Explain as _;
use domain::identity::IdentityNumber;
use domain::person::{Achievement, Education, Employer, Honour, Profile, Sex, Skill, Title, Work};
use domain::person_name::PersonName;
use domain::policy::evidence;
use domain::policy::pack::{Pack, Test};
use domain::skill_level::SkillLevel;
use domain::title;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::Secret;
use store::persons::Private;

use crate::error::Problem;
use crate::pools::OpenPool;
use crate::typed::{self, Fields};

/// Most rows of one table of the form.
const MOST_ROWS: usize = 60;

/// What is stored of a person in the open; identity number, mobile, mail and address are sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFile {
    /// The facts conditions are tested against.
    #[serde(flatten)]
    pub profile: Profile,
    /// 办公电话
    #[serde(default)]
    pub office_phone: Option<String>,
}

/// One fact that changed, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What it is (工作单位).
    pub label: String,
    /// Before; empty when there was nothing.
    pub before: String,
    /// After; empty when there is nothing.
    pub after: String,
}

/// The names of plain facts the pack's conditions ask about, with what users call them.
pub fn flags(pack: &Pack) -> Vec<(String, String)> {
    fn walk(test: &Test, names: &mut Vec<String>) {
        match test {
            Test::Flag { name } | Test::Stated { name } => names.push(name.clone()),
            Test::All { of } | Test::Any { of } => of.iter().for_each(|test| walk(test, names)),
            _ => {}
        }
    }
    let mut names = Vec::new();
    pack.eligibility
        .leaves
        .iter()
        .filter_map(|leaf| leaf.test.as_ref())
        .for_each(|test| walk(test, &mut names));
    let spared = pack
        .admission
        .renewal
        .as_ref()
        .and_then(|renewal| renewal.spared.as_ref());
    names.extend(spared.map(|spared| spared.flag.clone()));
    named(names, evidence::flag)
}

/// The tags by which the pack counts years of work, with what users call them.
pub fn work_tags(pack: &Pack) -> Vec<(String, String)> {
    fn walk(test: &Test, names: &mut Vec<String>) {
        match test {
            Test::Years { tag: Some(tag), .. } => names.push(tag.clone()),
            Test::All { of } | Test::Any { of } => of.iter().for_each(|test| walk(test, names)),
            _ => {}
        }
    }
    let mut names = Vec::new();
    pack.eligibility
        .leaves
        .iter()
        .filter_map(|leaf| leaf.test.as_ref())
        .for_each(|test| walk(test, &mut names));
    named(names, evidence::work_tag)
}

fn named(mut names: Vec<String>, words: impl Fn(&str) -> &str) -> Vec<(String, String)> {
    names.dedup();
    names
        .into_iter()
        .map(|name| {
            let label = words(&name).to_owned();
            (name, label)
        })
        .collect()
}

/// Reads the fields of a person. `kept` is what is sealed already: on a change, a sealed field left
/// empty keeps its value.
pub(crate) fn read(
    fields: &Fields,
    pool: &OpenPool,
    today: Date,
    kept: Option<&Private>,
    problems: &mut Vec<Problem>,
) -> (PersonFile, Private) {
    let mut reader = Reader {
        fields,
        pool,
        problems,
    };
    let name = match PersonName::parse(fields.text("name")) {
        Ok(name) => name.as_str().to_owned(),
        Err(error) => {
            reader.problems.push(Problem::new("name", error.sentence()));
            String::new()
        }
    };
    let (private, identity) = reader.private(kept, today);
    let typed_sex = match fields.text("sex") {
        "male" => Some(Sex::Male),
        "female" => Some(Sex::Female),
        _ => None,
    };
    if let (Some(identity), Some(sex)) = (&identity, typed_sex)
        && identity.sex() != sex
    {
        reader.problems.push(Problem::new(
            "sex",
            "性别与身份证号码第 17 位不一致。请对照证件核对性别和号码。",
        ));
    }
    let typed_born = typed::date(reader.problems, "born", fields.text("born"), "出生日期");
    if let (Some(identity), Some(born)) = (&identity, typed_born)
        && identity.born() != born
    {
        reader.problems.push(Problem::new(
            "born",
            format!(
                "出生日期 {born} 与身份证号码中的 {} 不一致。请对照证件核对。",
                identity.born()
            ),
        ));
    }
    let office_phone = typed::parsed(
        reader.problems,
        "office_phone",
        fields.text("office_phone"),
        Landline::parse,
    );
    let profile = Profile {
        name,
        sex: identity.as_ref().map(IdentityNumber::sex).or(typed_sex),
        born: identity.as_ref().map(IdentityNumber::born).or(typed_born),
        employer: reader.employer(),
        post: reader.short("post", "职务"),
        titles: reader.titles(),
        skills: reader.skills(),
        education: reader.education(),
        work: reader.work(),
        achievements: reader.achievements(),
        honours: reader.honours(),
        expertise: reader.long("expertise", "专业特长"),
        flags: flags(&pool.pack)
            .into_iter()
            .filter_map(|(flag, _)| {
                Some((flag.clone(), answer(fields.text(&format!("flag.{flag}")))?))
            })
            .collect(),
        task_kinds: fields
            .all("task_kinds")
            .filter(|id| pool.pack.task_kind(id).is_some())
            .map(str::to_owned)
            .collect(),
        retires_on: typed::date(
            reader.problems,
            "retires_on",
            fields.text("retires_on"),
            "法定退休日期",
        ),
        ..Profile::default()
    };
    (
        PersonFile {
            profile,
            office_phone: office_phone.map(|phone| phone.expose()),
        },
        private,
    )
}

fn answer(value: &str) -> Option<bool> {
    match value {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

struct Reader<'a> {
    fields: &'a Fields,
    pool: &'a OpenPool,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn limited(&mut self, field: &str, label: &str, limit: usize) -> Option<String> {
        let text = typed::optional(self.fields.text(field))?;
        typed::at_most(self.problems, field, label, &text, limit);
        Some(text)
    }

    fn short(&mut self, field: &str, label: &str) -> Option<String> {
        self.limited(field, label, 100)
    }

    fn long(&mut self, field: &str, label: &str) -> Option<String> {
        self.limited(field, label, 500)
    }

    fn needed(&mut self, field: &str, label: &str) -> String {
        let text = self.short(field, label);
        if text.is_none() {
            self.problems.push(Problem::new(
                field,
                format!("这一行没有填写{label}。请补上，或把整行清空。"),
            ));
        }
        text.unwrap_or_default()
    }

    fn rung(&mut self, field: &str, ladder: &str, label: &str, typed_rung: &str) -> String {
        let rungs = self.pool.rungs(ladder);
        let found = self
            .pool
            .pack
            .vocabulary
            .ladders
            .iter()
            .find(|l| l.id == ladder)
            .and_then(|l| l.rung(typed_rung));
        match found.and_then(|rung| rungs.get(usize::from(rung))) {
            Some(rung) => rung.clone(),
            None if typed_rung.is_empty() => {
                self.problems.push(Problem::new(
                    field,
                    format!("没有选择{label}。条件按等级判断，请选择。"),
                ));
                String::new()
            }
            None => {
                self.problems.push(Problem::new(
                    field,
                    format!(
                        "{label}“{typed_rung}”不在等级表里（{}）。请从列表中选择。",
                        rungs.join("、")
                    ),
                ));
                String::new()
            }
        }
    }

    fn private(
        &mut self,
        kept: Option<&Private>,
        today: Date,
    ) -> (Private, Option<IdentityNumber>) {
        let number = typed::parsed(
            self.problems,
            "id_number",
            self.fields.text("id_number"),
            |text| IdentityNumber::parse_on(text, today),
        );
        let stored = kept.and_then(|kept| kept.id_number.as_ref());
        let identity = number.or_else(|| IdentityNumber::parse(stored?.reveal()).ok());
        if identity.is_none() && stored.is_none() && self.fields.text("id_number").trim().is_empty()
        {
            self.problems.push(Problem::new(
                "id_number",
                "没有填写身份证号码。它用来识别同一个人、计算年龄和核对失信名单，请填写。",
            ));
        }
        let phone = typed::parsed(
            self.problems,
            "mobile",
            self.fields.text("mobile"),
            Mobile::parse,
        );
        let email = typed::parsed(
            self.problems,
            "email",
            self.fields.text("email"),
            Email::parse,
        );
        let address = self.limited("address", "通讯地址", 200);
        let or_kept = |new: Option<String>, old: fn(&Private) -> &Option<Secret>| {
            new.map(Secret::new)
                .or_else(|| kept.and_then(|kept| old(kept).clone()))
        };
        let private = Private {
            id_number: or_kept(
                identity.as_ref().map(|number| number.expose().to_owned()),
                |p| &p.id_number,
            ),
            phone: or_kept(phone.map(|phone| phone.expose().to_owned()), |p| &p.phone),
            email: or_kept(email.map(|email| email.expose().to_owned()), |p| &p.email),
            address: or_kept(address, |p| &p.address),
        };
        (private, identity)
    }

    fn employer(&mut self) -> Option<Employer> {
        let name = self.short("employer", "现工作单位")?;
        let kind = typed::optional(self.fields.text("employer_kind"));
        if let Some(kind) = &kind
            && !self.pool.offered("employer_kind").contains(kind)
        {
            self.problems.push(Problem::new(
                "employer_kind",
                format!("单位属性“{kind}”不在附件1的选项里。请从列表中选择。"),
            ));
        }
        let code = typed::parsed(
            self.problems,
            "credit_code",
            self.fields.text("credit_code"),
            domain::credit_code::CreditCode::parse,
        );
        Some(Employer {
            organisation: self.fields.text("employer_id").parse().ok(),
            name,
            credit_code: code.map(|code| code.as_str().to_owned()),
            kind,
        })
    }

    fn table(&mut self, table: &str, label: &str) -> Vec<usize> {
        let rows = self.fields.rows(table);
        if rows.len() > MOST_ROWS {
            self.problems.push(Problem::new(
                format!("{table}.0"),
                format!(
                    "{label}最多 {MOST_ROWS} 行，现在是 {} 行。请删去次要的。",
                    rows.len()
                ),
            ));
        }
        rows.into_iter().take(MOST_ROWS).collect()
    }

    fn titles(&mut self) -> Vec<Title> {
        let mut titles = Vec::new();
        for n in self.table("title", "职称") {
            let at = |part: &str| format!("title.{n}.{part}");
            let name = self.needed(&at("name"), "职称名称");
            let mut level = self.fields.text(&at("level")).to_owned();
            if !name.is_empty() {
                match title::read(&name) {
                    Ok(reading) if level.is_empty() => reading.level.label().clone_into(&mut level),
                    Ok(reading)
                        if reading.by == title::ReadBy::Name && level != reading.level.label() =>
                    {
                        self.problems.push(Problem::new(at("level"), format!("“{name}”在国家公布的职称系列中属{}，选择的是{level}。请对照证书核对。", reading.level.label())));
                    }
                    Err(error) if level.is_empty() => {
                        self.problems
                            .push(Problem::new(at("name"), error.sentence()));
                        continue;
                    }
                    _ => {}
                }
            }
            let level = self.rung(&at("level"), "title", "职称级别", &level);
            titles.push(Title {
                name,
                level,
                field: self.short(&at("field"), "专业领域"),
                obtained: typed::from_day(
                    self.problems,
                    &at("obtained"),
                    self.fields.text(&at("obtained")),
                    "取得时间",
                ),
                authority: self.short(&at("authority"), "审批机关"),
            });
        }
        titles
    }

    fn skills(&mut self) -> Vec<Skill> {
        let mut skills = Vec::new();
        for n in self.table("skill", "职业资格") {
            let at = |part: &str| format!("skill.{n}.{part}");
            let occupation = self.needed(&at("occupation"), "职业（工种）");
            let typed_level = self.fields.text(&at("level")).to_owned();
            let level =
                match typed::parsed(self.problems, &at("level"), &typed_level, SkillLevel::parse) {
                    Some(level) => self.rung(&at("level"), "skill", "技能等级", level.label()),
                    None if typed_level.trim().is_empty() => {
                        self.rung(&at("level"), "skill", "技能等级", "")
                    }
                    None => continue,
                };
            skills.push(Skill {
                occupation,
                level,
                obtained: typed::from_day(
                    self.problems,
                    &at("obtained"),
                    self.fields.text(&at("obtained")),
                    "取得时间",
                ),
                certificate: self.short(&at("certificate"), "证书编号"),
            });
        }
        skills
    }

    fn education(&mut self) -> Vec<Education> {
        let mut rows = Vec::new();
        for n in self.table("education", "学历") {
            let at = |part: &str| format!("education.{n}.{part}");
            let typed_level = self.fields.text(&at("level")).to_owned();
            let level = self.rung(&at("level"), "education", "学历", &typed_level);
            let years = match self.fields.text(&at("years")).trim().trim_end_matches('年') {
                "" => None,
                text => match text.parse::<u8>() {
                    Ok(years @ 1..=12) => Some(years),
                    _ => {
                        self.problems.push(Problem::new(
                            at("years"),
                            format!("学制“{text}”不是 1 到 12 之间的整数。请填写年数。"),
                        ));
                        None
                    }
                },
            };
            rows.push(Education {
                level,
                ended: typed::from_day(
                    self.problems,
                    &at("ended"),
                    self.fields.text(&at("ended")),
                    "毕业时间",
                ),
                school: self.short(&at("school"), "学校"),
                major: self.short(&at("major"), "专业"),
                years,
                degree: self.short(&at("degree"), "学位"),
            });
        }
        // The form prints the highest: the first.
        let rung = |row: &Education| {
            std::cmp::Reverse(
                self.pool
                    .rank("education", std::iter::once(row.level.as_str())),
            )
        };
        rows.sort_by_key(rung);
        rows
    }

    fn period(&mut self, from_field: &str, to_field: &str) -> (Option<Date>, Option<Date>) {
        let from = typed::from_day(
            self.problems,
            from_field,
            self.fields.text(from_field),
            "起始时间",
        );
        let to = typed::last_day(
            self.problems,
            to_field,
            self.fields.text(to_field),
            "结束时间",
        );
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            self.problems.push(Problem::new(
                to_field,
                format!("结束时间 {to} 早于起始时间 {from}。请核对这一行的两个日期。"),
            ));
        }
        (from, to)
    }

    fn work(&mut self) -> Vec<Work> {
        let tags = work_tags(&self.pool.pack);
        let mut rows = Vec::new();
        for n in self.table("work", "工作经历") {
            let at = |part: &str| format!("work.{n}.{part}");
            let (from, to) = self.period(&at("from"), &at("to"));
            if from.is_none() && self.fields.text(&at("from")).trim().is_empty() {
                self.problems.push(Problem::new(
                    at("from"),
                    "这一行没有填写起始时间。工作年限从这一天算起，请填写。",
                ));
            }
            let employer = self.needed(&at("employer"), "工作单位");
            let row = Work {
                from: from.unwrap_or(Date::MIN),
                to,
                employer,
                credit_code: None,
                industry: self.short(&at("industry"), "所属行业领域"),
                duty: self.short(&at("duty"), "从事何专业技术工作"),
                post: self.short(&at("post"), "职务"),
                tags: tags
                    .iter()
                    .filter(|(tag, _)| self.fields.holds(&at("tags"), tag))
                    .map(|(tag, _)| tag.clone())
                    .collect(),
            };
            rows.push(row);
        }
        rows
    }

    fn achievements(&mut self) -> Vec<Achievement> {
        let mut rows = Vec::new();
        for n in self.table("achievement", "主要专业工作业绩") {
            let at = |part: &str| format!("achievement.{n}.{part}");
            let (from, to) = self.period(&at("from"), &at("to"));
            let name = self.needed(&at("name"), "专业技术工作名称");
            let level = match self.fields.text(&at("level")).to_owned() {
                level if level.is_empty() => None,
                level => Some(self.rung(&at("level"), "admin", "级别", &level)),
            };
            rows.push(Achievement {
                from,
                to,
                name,
                role: self.long(&at("role"), "工作内容及本人地位"),
                outcome: self.long(&at("outcome"), "完成情况及效果"),
                level,
            });
        }
        rows
    }

    fn honours(&mut self) -> Vec<Honour> {
        let mut rows = Vec::new();
        for n in self.table("honour", "荣誉称号") {
            let at = |part: &str| format!("honour.{n}.{part}");
            let name = self.needed(&at("name"), "荣誉称号");
            let typed_level = self.fields.text(&at("level")).to_owned();
            rows.push(Honour {
                name,
                level: self.rung(&at("level"), "admin", "授予级别", &typed_level),
                awarded: typed::from_day(
                    self.problems,
                    &at("awarded"),
                    self.fields.text(&at("awarded")),
                    "授予时间",
                ),
                by: self.short(&at("by"), "授予单位"),
            });
        }
        rows
    }
}

/// The fields a form shows for a person. Sealed values are never among them.
pub fn fields(file: &PersonFile) -> Fields {
    let mut out = Fields::default();
    let profile = &file.profile;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let day = |value: Option<Date>| value.map(|day| day.to_string()).unwrap_or_default();
    out.push("name", &profile.name);
    out.push(
        "sex",
        match profile.sex {
            Some(Sex::Male) => "male",
            Some(Sex::Female) => "female",
            None => "",
        },
    );
    out.push("born", day(profile.born));
    out.push("office_phone", text(&file.office_phone));
    if let Some(employer) = &profile.employer {
        out.push("employer", &employer.name);
        out.push(
            "employer_id",
            employer
                .organisation
                .map(|id| id.to_string())
                .unwrap_or_default(),
        );
        out.push("credit_code", text(&employer.credit_code));
        out.push("employer_kind", text(&employer.kind));
    }
    out.push("post", text(&profile.post));
    out.push("expertise", text(&profile.expertise));
    out.push("retires_on", day(profile.retires_on));
    for (flag, holds) in &profile.flags {
        out.push(format!("flag.{flag}"), if *holds { "yes" } else { "no" });
    }
    for kind in &profile.task_kinds {
        out.push("task_kinds", kind);
    }
    let mut row = |table: &str, n: usize, parts: Vec<(&str, String)>| {
        for (part, value) in parts {
            out.push(format!("{table}.{n}.{part}"), value);
        }
    };
    for (n, title) in profile.titles.iter().enumerate() {
        row(
            "title",
            n,
            vec![
                ("name", title.name.clone()),
                ("level", title.level.clone()),
                ("field", text(&title.field)),
                ("obtained", day(title.obtained)),
                ("authority", text(&title.authority)),
            ],
        );
    }
    for (n, skill) in profile.skills.iter().enumerate() {
        row(
            "skill",
            n,
            vec![
                ("occupation", skill.occupation.clone()),
                ("level", skill.level.clone()),
                ("obtained", day(skill.obtained)),
                ("certificate", text(&skill.certificate)),
            ],
        );
    }
    for (n, education) in profile.education.iter().enumerate() {
        let years = education
            .years
            .map(|years| years.to_string())
            .unwrap_or_default();
        row(
            "education",
            n,
            vec![
                ("level", education.level.clone()),
                ("ended", day(education.ended)),
                ("school", text(&education.school)),
                ("major", text(&education.major)),
                ("years", years),
                ("degree", text(&education.degree)),
            ],
        );
    }
    for (n, work) in profile.work.iter().enumerate() {
        let mut parts = vec![
            ("from", work.from.to_string()),
            ("to", day(work.to)),
            ("employer", work.employer.clone()),
            ("industry", text(&work.industry)),
            ("duty", text(&work.duty)),
            ("post", text(&work.post)),
        ];
        parts.extend(work.tags.iter().map(|tag| ("tags", tag.clone())));
        row("work", n, parts);
    }
    for (n, done) in profile.achievements.iter().enumerate() {
        row(
            "achievement",
            n,
            vec![
                ("from", day(done.from)),
                ("to", day(done.to)),
                ("name", done.name.clone()),
                ("role", text(&done.role)),
                ("outcome", text(&done.outcome)),
                ("level", text(&done.level)),
            ],
        );
    }
    for (n, honour) in profile.honours.iter().enumerate() {
        row(
            "honour",
            n,
            vec![
                ("name", honour.name.clone()),
                ("level", honour.level.clone()),
                ("awarded", day(honour.awarded)),
                ("by", text(&honour.by)),
            ],
        );
    }
    out
}

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
            profile
                .sex
                .map_or("", documents::applications::sex)
                .to_owned(),
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

/// The masked forms a page shows: identity number, mobile, mail, address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Masked {
    /// 身份证号码
    pub id_number: String,
    /// 手机
    pub phone: String,
    /// 电子邮箱
    pub email: String,
    /// 通讯地址, first characters only
    pub address: String,
}

impl Masked {
    /// The masks of these values; empty where nothing is on file.
    pub fn of(private: &Private) -> Self {
        let number = |s: &Secret| {
            IdentityNumber::parse(s.reveal()).map_or_else(|_| "****".to_owned(), |n| n.masked())
        };
        let phone = |s: &Secret| {
            Mobile::parse(s.reveal()).map_or_else(|_| "****".to_owned(), |n| n.masked())
        };
        let email = |s: &Secret| {
            Email::parse(s.reveal()).map_or_else(|_| "****".to_owned(), |n| n.masked())
        };
        let address = |s: &Secret| s.reveal().chars().take(6).collect::<String>() + "****";
        Self {
            id_number: private.id_number.as_ref().map(number).unwrap_or_default(),
            phone: private.phone.as_ref().map(phone).unwrap_or_default(),
            email: private.email.as_ref().map(email).unwrap_or_default(),
            address: private.address.as_ref().map(address).unwrap_or_default(),
        }
    }
}

/// 最高级别荣誉: the one the form prints (附件1 填表说明2).
pub fn highest_honour(pool: &OpenPool, profile: &Profile) -> String {
    let best = profile
        .honours
        .iter()
        .max_by_key(|honour| pool.rank("admin", std::iter::once(honour.level.as_str())));
    best.map(|honour| honour.name.clone()).unwrap_or_default()
}
