//! What each field of a form shows: its source, looked up in what is stated.

use std::collections::BTreeMap;

use domain::person::{Achievement, Education, Profile, Sex, Title, Work};
use domain::policy::pack::{Form, FormField, Source};
use jiff::civil::Date;

use crate::dates;
use crate::photo::Photo;

/// What is stated on a form: of a person, of the application, of a list of several.
#[derive(Debug, Clone, Default)]
pub struct Stated {
    /// Facts of the person.
    pub profile: Profile,
    /// 身份证号码, as it is to be printed (in full, or masked).
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
    /// 照片
    pub photo: Option<Photo>,
    /// 入库方式, as the form's boxes have it.
    pub channel: String,
    /// 申报类别, as the form's boxes have it.
    pub team: String,
    /// 符合的条件, as the form's boxes have it.
    pub branch: String,
    /// Names of the specialties applied for.
    pub specialties: Vec<String>,
    /// 单位 of a list.
    pub unit: String,
    /// 填报人
    pub filled_by: String,
    /// 联系电话 of the 填报人
    pub filler_phone: String,
    /// 填表日期
    pub filled_on: Option<Date>,
    /// Everybody on a list, in order.
    pub rows: Vec<Stated>,
}

/// What a field shows.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Words, several where boxes are ticked or names given one by one.
    Words(Vec<String>),
    /// Rows of a table, each with a text for every column of the field.
    Rows(Vec<Vec<String>>),
    /// A picture, or room for one.
    Picture(Option<Photo>),
}

impl Stated {
    /// What `field` shows.
    pub fn answer(&self, field: &FormField) -> Answer {
        let rows = |texts: &dyn Fn(Source) -> String| {
            let row = field.columns.iter().map(|column| texts(column.source));
            row.collect::<Vec<String>>()
        };
        match field.source {
            Source::Photo => Answer::Picture(self.photo.clone()),
            Source::Work => {
                let entries = self.profile.work.iter();
                Answer::Rows(
                    entries
                        .map(|one| rows(&|source| work(one, source)))
                        .collect(),
                )
            }
            Source::Achievements => {
                let entries = self.profile.achievements.iter();
                Answer::Rows(
                    entries
                        .map(|one| rows(&|source| achievement(one, source)))
                        .collect(),
                )
            }
            Source::HighestEducation => {
                let entries = self.profile.education.iter().take(1);
                Answer::Rows(
                    entries
                        .map(|one| rows(&|source| education(one, source)))
                        .collect(),
                )
            }
            Source::BatchRows => {
                let entries = (1..).zip(&self.rows);
                Answer::Rows(
                    entries
                        .map(|(number, one)| {
                            rows(&|source| match source {
                                Source::RowNumber => number.to_string(),
                                source => one.words(source).join("、"),
                            })
                        })
                        .collect(),
                )
            }
            source => Answer::Words(self.words(source)),
        }
    }

    /// What every field of a form shows, by its id: a row of a table as one text, a picture as its name.
    pub fn answers(&self, form: &Form) -> BTreeMap<String, Vec<String>> {
        let texts = |field: &FormField| match self.answer(field) {
            Answer::Words(words) => words,
            Answer::Rows(rows) => rows.into_iter().map(|row| row.concat()).collect(),
            Answer::Picture(photo) => photo.map(|_| field.label.clone()).into_iter().collect(),
        };
        let fields = form.fields.iter();
        fields
            .map(|field| (field.id.clone(), texts(field)))
            .collect()
    }

    /// The one place where a source of the packs meets a fact.
    fn words(&self, source: Source) -> Vec<String> {
        let person = &self.profile;
        let employer = person.employer.as_ref();
        let one = |text: &str| vec![text.to_owned()];
        let some = |text: &Option<String>| text.iter().cloned().collect::<Vec<_>>();
        let words = match source {
            Source::Channel => one(&self.channel),
            Source::Name => one(&person.name),
            Source::Sex => one(person.sex.map_or("", sex)),
            Source::BirthMonth => person.born.map(dates::month).into_iter().collect(),
            Source::IdentityNumber => one(&self.id_number),
            Source::Address => one(&self.address),
            Source::OfficePhone => one(&self.office_phone),
            Source::Mobile => one(&self.mobile),
            Source::Email => one(&self.email),
            Source::Employer => employer.map(|one| one.name.clone()).into_iter().collect(),
            Source::EmployerKind => employer
                .and_then(|one| one.kind.clone())
                .into_iter()
                .collect(),
            Source::Post => some(&person.post),
            Source::TitleOrSkill => one(&qualifications(person)),
            Source::Expertise => some(&person.expertise),
            Source::HighestHonour => one(&self.honour),
            Source::TitleAppointment => person.titles.iter().map(title).collect(),
            Source::Unit => one(&self.unit),
            Source::FilledBy => one(&self.filled_by),
            Source::FillerPhone => one(&self.filler_phone),
            Source::FilledOn => self.filled_on.map(dates::long).into_iter().collect(),
            Source::Contact if self.mobile.is_empty() => one(&self.office_phone),
            Source::Contact => one(&self.mobile),
            Source::OccupationOrMajor | Source::Specialties => self.specialties.clone(),
            Source::Team => one(&self.team),
            Source::Branch => one(&self.branch),
            Source::EducationLevel => {
                let highest = person.education.first();
                highest.map(|one| one.level.clone()).into_iter().collect()
            }
            Source::Titles => person.titles.iter().map(|one| one.name.clone()).collect(),
            Source::Skills => person.skills.iter().map(skill).collect(),
            Source::SkillLevel => person.skills.iter().map(|one| one.level.clone()).collect(),
            Source::SkillOccupation => {
                let all = person.skills.iter();
                all.map(|one| one.occupation.clone()).collect()
            }
            Source::TitleLevel => person.titles.iter().map(|one| one.level.clone()).collect(),
            Source::TitleField => {
                let all = person.titles.iter();
                all.filter_map(|one| one.field.clone()).collect()
            }
            Source::PoliticalStatus
            | Source::Ethnicity
            | Source::Occupation
            | Source::Postcode
            | Source::Services
            | Source::Experience => {
                use domain::policy::words::Word as _;
                let kept = person.particulars.get(source.word());
                kept.cloned().unwrap_or_default()
            }
            // Of tables and pictures: shown by their rows, or as what they are.
            Source::Photo
            | Source::Work
            | Source::Achievements
            | Source::HighestEducation
            | Source::BatchRows
            | Source::RowNumber
            | Source::Period
            | Source::WorkEmployer
            | Source::Industry
            | Source::Duty
            | Source::WorkPost
            | Source::AchievementName
            | Source::AchievementRole
            | Source::AchievementOutcome
            | Source::GraduatedOn
            | Source::School
            | Source::Major
            | Source::SchoolYears
            | Source::Degree => Vec::new(),
        };
        words.into_iter().filter(|text| !text.is_empty()).collect()
    }
}

fn work(work: &Work, source: Source) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    match source {
        Source::Period => dates::span(Some(work.from), work.to, "—至今"),
        Source::WorkEmployer => work.employer.clone(),
        Source::Industry => text(&work.industry),
        Source::Duty => text(&work.duty),
        Source::WorkPost => text(&work.post),
        _ => String::new(),
    }
}

fn achievement(done: &Achievement, source: Source) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    match source {
        Source::Period => dates::span(done.from, done.to, "起"),
        Source::AchievementName => done.name.clone(),
        Source::AchievementRole => text(&done.role),
        Source::AchievementOutcome => text(&done.outcome),
        _ => String::new(),
    }
}

fn education(one: &Education, source: Source) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    match source {
        Source::GraduatedOn => one.ended.map(dates::month).unwrap_or_default(),
        Source::School => text(&one.school),
        Source::Major => text(&one.major),
        Source::SchoolYears => one
            .years
            .map(|years| format!("{years}年"))
            .unwrap_or_default(),
        Source::Degree => text(&one.degree),
        Source::EducationLevel => one.level.clone(),
        _ => String::new(),
    }
}

/// 男 or 女.
pub fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "男",
        Sex::Female => "女",
    }
}

fn skill(one: &domain::person::Skill) -> String {
    match one.occupation.as_str() {
        "" => one.level.clone(),
        occupation => format!("{occupation}{}", one.level),
    }
}

/// 职称/职业资格 as one phrase: title names, then skill levels with their occupation.
pub fn qualifications(person: &Profile) -> String {
    let titles = person.titles.iter().map(|title| title.name.clone());
    let skills = person.skills.iter().map(skill);
    titles.chain(skills).collect::<Vec<_>>().join("、")
}

/// 专业技术职务任职资格: name, field, when and by whom.
fn title(one: &Title) -> String {
    let parts = [
        Some(one.name.clone()),
        one.field.clone(),
        one.obtained.map(dates::month),
        one.authority.clone(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("，")
}
