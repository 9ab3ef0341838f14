//! A person as a form has it: what was typed, read all at once, and what it shows again.

mod tables;

use std::collections::BTreeMap;

use domain::contact::{Email, Landline, Mobile};
use domain::explain::Explain as _;
use domain::identity::IdentityNumber;
use domain::person::{Employer, Profile, Sex};
use domain::person_name::PersonName;
use domain::policy::pack::{Input, Source};
use domain::policy::words::Word as _;
use jiff::civil::Date;
use store::Secret;
use store::persons::Private;

use super::{PersonFile, flags};
use crate::error::Problem;
use crate::pools::OpenPool;
use crate::typed::{self, Fields};

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
        today,
        problems,
    };
    let name = match PersonName::parse(fields.text("name")) {
        Ok(name) => name.as_str().to_owned(),
        Err(error) => {
            reader.problems.push(Problem::new("name", error.sentence()));
            String::new()
        }
    };
    let (private, identity) = reader.private(kept);
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
        credentials: reader.credentials(),
        represents: reader.represents(),
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
        particulars: reader.particulars(),
        retires_on: typed::date(
            reader.problems,
            "retires_on",
            fields.text("retires_on"),
            "法定退休日期",
        ),
    };
    (
        PersonFile {
            profile,
            office_phone: office_phone.map(|phone| phone.expose()),
        },
        private,
    )
}

/// Before the word of a source in the name of a field.
const PARTICULAR: &str = "particular";

/// The name of the field in which a form's question is answered.
pub fn particular(source: Source) -> String {
    format!("{PARTICULAR}.{}", source.word())
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
    today: Date,
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
            // An instrument that ranks nothing by it takes what is said.
            None if rungs.is_empty() => domain::text::tidy(typed_rung),
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

    fn private(&mut self, kept: Option<&Private>) -> (Private, Option<IdentityNumber>) {
        let today = self.today;
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

    /// The unit a representative speaks for; it need not be the employer (JM 第二条).
    fn represents(&mut self) -> Option<Employer> {
        Some(Employer {
            organisation: None,
            name: self.short("represents", "所代表的单位")?,
            credit_code: None,
            kind: typed::optional(self.fields.text("represents_kind")),
        })
    }

    /// What only the forms of the pack ask (政治面貌, 民族, 承担任务类型 …).
    fn particulars(&mut self) -> BTreeMap<String, Vec<String>> {
        let pack = self.pool.pack.clone();
        let mut kept = BTreeMap::new();
        for field in pack.particulars() {
            let name = particular(field.source);
            let fields = self.fields;
            let answers: Vec<String> = match field.input {
                Input::TickOne | Input::TickSeveral => fields
                    .all(&name)
                    .filter(|answer| field.choices.iter().any(|choice| choice == answer))
                    .map(str::to_owned)
                    .collect(),
                Input::Lines => self
                    .limited(&name, &field.label, 1000)
                    .into_iter()
                    .collect(),
                _ => self.short(&name, &field.label).into_iter().collect(),
            };
            if !answers.is_empty() {
                kept.insert(field.source.word().to_owned(), answers);
            }
        }
        kept
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
    for (source, answers) in &profile.particulars {
        for answer in answers {
            out.push(format!("{PARTICULAR}.{source}"), answer);
        }
    }
    for kind in &profile.task_kinds {
        out.push("task_kinds", kind);
    }
    if let Some(unit) = &profile.represents {
        out.push("represents", &unit.name);
        out.push("represents_kind", text(&unit.kind));
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
    for (n, one) in profile.credentials.iter().enumerate() {
        row(
            "credential",
            n,
            vec![
                ("name", one.name.clone()),
                ("level", text(&one.level)),
                ("issuer", text(&one.issuer)),
                ("number", text(&one.number)),
            ],
        );
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
