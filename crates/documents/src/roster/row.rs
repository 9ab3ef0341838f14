//! One row of a roster: from cells to facts, with everything that is wrong with it.

use domain::contact::{Email, Landline, Mobile};
use domain::credit_code::CreditCode;
use domain::date_text::LooseDate;
use domain::identity::IdentityNumber;
use domain::person::{Education, Employer, Honour, Profile, Sex, Skill, Title, Work};
use domain::person_name::PersonName;
use domain::text;
use domain::title::ReadBy;
use jiff::ToSpan;
use jiff::civil::Date;

use super::cells::{LONG, RowReader, SEPARATORS, SHORT, is_nothing, parts, unguarded};
use super::field::Field;
use super::problem::{Complaint, RowProblem, Severity};
use super::ranks::{Ladder, RosterVocabulary};
use super::{Column, RosterRow, Unresolved};
use crate::table::{Row, Value};

/// What the parsing of a row gives.
pub(super) struct Parsed {
    pub(super) row: RosterRow,
    pub(super) problems: Vec<RowProblem>,
}

impl Parsed {
    pub(super) fn is_error(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.severity == Severity::Error)
    }
}

/// Reads `row`. `on` is the day ages and years are counted on.
pub(super) fn parse(
    row: &Row,
    columns: &[Column],
    vocabulary: &RosterVocabulary,
    on: Date,
) -> Parsed {
    let mut reader = RowReader {
        row,
        columns,
        vocabulary,
        on,
        problems: Vec::new(),
    };
    reader.check_cells();
    let parsed = reader.read();
    let mut problems = reader.problems;
    // By column as the row is read, A before AA.
    problems.sort_by_key(|problem| {
        problem
            .column
            .as_ref()
            .map(|letters| (letters.len(), letters.clone()))
    });
    Parsed {
        row: parsed,
        problems,
    }
}

impl RowReader<'_> {
    fn read(&mut self) -> RosterRow {
        let id_number = self.id();
        let mut profile = Profile {
            name: self.name(),
            ..Profile::default()
        };
        self.sex_and_birth(id_number.as_ref(), &mut profile);
        let (mobile, landline) = self.phones();
        let mut unresolved = Vec::new();
        let specialties = self.specialties();
        profile.employer = self.employer();
        profile.post = self.text(Field::Post, SHORT);
        self.ranks(&mut profile, &specialties, &mut unresolved);
        self.honours(&mut profile, &mut unresolved);
        profile.education = self.education().into_iter().collect();
        profile.work = self.work(profile.employer.as_ref());
        profile.expertise =
            Some(self.texts(Field::Expertise, LONG).join("；")).filter(|text| !text.is_empty());
        profile.retires_on = self.date(Field::RetiresOn).map(LooseDate::last_day);
        if let Some(truth) = self.yes_or_no(Field::Backbone) {
            profile.flags.insert("technical_backbone".to_owned(), truth);
        }
        RosterRow {
            number: self.row.number,
            profile,
            id_number,
            mobile,
            landline,
            email: self.email(),
            address: self.text(Field::Address, SHORT),
            team: self.text(Field::Team, SHORT),
            specialties,
            unresolved,
        }
    }

    fn name(&mut self) -> String {
        let typed = self
            .cells(Field::Name)
            .next()
            .map(|(_, cell)| cell.value.text())
            .unwrap_or_default();
        match PersonName::parse(&typed) {
            Ok(name) => name.to_string(),
            Err(error) => {
                self.explained(Field::Name, &error, Severity::Error);
                String::new()
            }
        }
    }

    fn id(&mut self) -> Option<IdentityNumber> {
        let value = self
            .cells(Field::Id)
            .next()
            .map(|(_, cell)| cell.value.clone());
        if value.as_ref().is_some_and(Value::lost_digits) {
            self.complain(Field::Id, Complaint::LostDigits { field: Field::Id });
            return None;
        }
        let typed = value.as_ref().map(unguarded).unwrap_or_default();
        match IdentityNumber::parse_on(&typed, self.on) {
            Ok(number) => Some(number),
            Err(error) => {
                self.explained(Field::Id, &error, Severity::Error);
                None
            }
        }
    }

    fn sex_and_birth(&mut self, id: Option<&IdentityNumber>, profile: &mut Profile) {
        let stated =
            self.text(Field::Sex, SHORT)
                .and_then(|text| match text::match_key(&text).as_str() {
                    "男" | "男性" | "m" | "male" => Some(Sex::Male),
                    "女" | "女性" | "f" | "female" => Some(Sex::Female),
                    _ => {
                        self.complain(Field::Sex, Complaint::Sex);
                        None
                    }
                });
        let born = self.date(Field::Born);
        if let Some(id) = id {
            if stated.is_some_and(|sex| sex != id.sex()) {
                self.complain(Field::Sex, Complaint::SexDiffers);
            }
            let differs = |born: LooseDate| match born {
                LooseDate::Day(day) => day != id.born(),
                LooseDate::Month { year, month } => {
                    (year, month) != (id.born().year(), id.born().month())
                }
            };
            if born.is_some_and(differs) {
                self.complain(Field::Born, Complaint::BornDiffers);
            }
        }
        profile.sex = id.map(IdentityNumber::sex).or(stated);
        profile.born = id
            .map(IdentityNumber::born)
            .or(born.and_then(LooseDate::day));
    }

    fn phones(&mut self) -> (Option<Mobile>, Option<Landline>) {
        let mut mobile = None;
        let mut landline = None;
        for field in [Field::Mobile, Field::Contact, Field::Landline] {
            let typed: Vec<String> = self
                .cells(field)
                .map(|(_, cell)| unguarded(&cell.value).into_owned())
                .collect();
            for text in typed.iter().filter(|text| !is_nothing(text)) {
                let split = |c: char| SEPARATORS.contains(&c) || matches!(c, '/' | '／');
                for part in text.split(split).filter(|part| !part.trim().is_empty()) {
                    self.phone(field, part, &mut mobile, &mut landline);
                }
            }
        }
        if mobile.is_none()
            && landline.is_none()
            && !self
                .problems
                .iter()
                .any(|p| p.code.starts_with("mobile") || p.code.starts_with("landline"))
        {
            let field = if self.column(Field::Mobile).is_some() {
                Field::Mobile
            } else {
                Field::Contact
            };
            self.complain(field, Complaint::NoContact);
        }
        (mobile, landline)
    }

    fn phone(
        &mut self,
        field: Field,
        part: &str,
        mobile: &mut Option<Mobile>,
        landline: &mut Option<Landline>,
    ) {
        let error = match Mobile::parse(part) {
            Ok(number) => {
                if field != Field::Landline || mobile.is_none() {
                    mobile.get_or_insert(number);
                }
                return;
            }
            Err(error) => error,
        };
        match Landline::parse(part) {
            Ok(line) if field != Field::Mobile => {
                landline.get_or_insert(line);
            }
            Err(error) if field == Field::Landline => {
                self.explained(field, &error, Severity::Error);
            }
            _ => self.explained(field, &error, Severity::Error),
        }
    }

    fn email(&mut self) -> Option<Email> {
        let typed = self.text(Field::Email, SHORT)?;
        match Email::parse(&typed) {
            Ok(email) => Some(email),
            Err(error) => {
                self.explained(Field::Email, &error, Severity::Error);
                None
            }
        }
    }

    fn employer(&mut self) -> Option<Employer> {
        let name = self.text(Field::Employer, SHORT);
        let code =
            self.text(Field::CreditCode, SHORT)
                .and_then(|typed| match CreditCode::parse(&typed) {
                    Ok(code) => Some(code.as_str().to_owned()),
                    Err(error) => {
                        self.explained(Field::CreditCode, &error, Severity::Error);
                        None
                    }
                });
        let kind = self.text(Field::UnitKind, SHORT).and_then(|typed| {
            let kind = self.vocabulary.unit_kind(&typed);
            if kind.is_none() {
                self.complain(Field::UnitKind, Complaint::UnknownUnitKind);
            }
            kind
        });
        Some(Employer {
            organisation: None,
            name: name?,
            credit_code: code,
            kind,
        })
    }

    fn specialties(&mut self) -> Vec<String> {
        let mut specialties: Vec<String> = Vec::new();
        for text in self.texts(Field::Specialty, LONG) {
            for part in parts(&text) {
                if !specialties.contains(&part) {
                    specialties.push(part);
                }
            }
        }
        specialties
    }

    /// 职称 and 职业技能等级, in columns of their own or together in one.
    fn ranks(
        &mut self,
        profile: &mut Profile,
        specialties: &[String],
        unresolved: &mut Vec<Unresolved>,
    ) {
        let occupation = self.text(Field::Occupation, SHORT);
        let stated_rung = self
            .text(Field::TitleLevel, SHORT)
            .and_then(|text| self.title(Field::TitleLevel, &text));
        let obtained = self.past(Field::TitleObtained).map(LooseDate::first_day);
        let (field, authority) = (
            self.text(Field::TitleField, SHORT),
            self.text(Field::TitleAuthority, SHORT),
        );
        for text in self.texts(Field::Title, SHORT) {
            for name in parts(&text) {
                let level = match &stated_rung {
                    Some(stated) => Some(stated.clone()),
                    None => self.title(Field::Title, &name),
                };
                match level {
                    Some(level) => profile.titles.push(Title {
                        name,
                        level,
                        field: field.clone(),
                        obtained,
                        authority: authority.clone(),
                    }),
                    None => unresolved.push(Unresolved {
                        field: Field::Title,
                        text: name,
                    }),
                }
            }
        }
        let skill_on = self.past(Field::SkillObtained).map(LooseDate::first_day);
        let certificate = self.text(Field::SkillCertificate, SHORT);
        if let Some(text) = self.text(Field::SkillLevel, SHORT) {
            match self.vocabulary.skill(&text) {
                Some(read) => {
                    self.by_ending(Field::SkillLevel, Ladder::Skill, &text, &read.rung, read.by);
                    profile.skills.push(Skill {
                        occupation: occupation
                            .clone()
                            .or_else(|| specialties.first().cloned())
                            .unwrap_or_default(),
                        level: read.rung,
                        obtained: skill_on,
                        certificate,
                    });
                }
                // 职业资格 heads a column of titles in some lists.
                None => self.either(
                    Field::SkillLevel,
                    &text,
                    occupation.as_deref(),
                    profile,
                    unresolved,
                ),
            }
        }
        for text in self.texts(Field::Qualification, SHORT) {
            for phrase in parts(&text) {
                self.either(
                    Field::Qualification,
                    &phrase,
                    occupation
                        .as_deref()
                        .or(specialties.first().map(String::as_str)),
                    profile,
                    unresolved,
                );
            }
        }
    }

    /// The rung of a title; says when it is not known, or known by the ending alone.
    fn title(&mut self, field: Field, text: &str) -> Option<String> {
        let Some(read) = self.vocabulary.title(text) else {
            self.complain(field, Complaint::UnknownTitle);
            return None;
        };
        self.by_ending(field, Ladder::Title, text, &read.rung, read.by);
        Some(read.rung)
    }

    /// Says when a rank was read by its ending alone, which somebody should look at.
    fn by_ending(&mut self, field: Field, ladder: Ladder, text: &str, rung: &str, by: ReadBy) {
        if by != ReadBy::Ending {
            return;
        }
        let (text, rung) = (text.to_owned(), rung.to_owned());
        self.complain(
            field,
            match ladder {
                Ladder::Title => Complaint::TitleByEnding { text, rung },
                Ladder::Skill => Complaint::SkillByEnding { text, rung },
            },
        );
    }

    /// A phrase that may be a title or a skill level; 一级/高级技师 names one level twice.
    fn either(
        &mut self,
        field: Field,
        phrase: &str,
        occupation: Option<&str>,
        profile: &mut Profile,
        unresolved: &mut Vec<Unresolved>,
    ) {
        let pieces: Vec<&str> = phrase
            .split(['/', '／'])
            .map(str::trim)
            .filter(|piece| !piece.is_empty())
            .collect();
        let mut known = false;
        for piece in &pieces {
            let Some(rank) = self.vocabulary.rank(piece) else {
                continue;
            };
            known = true;
            self.by_ending(field, rank.ladder, piece, &rank.rung, rank.by);
            match rank.ladder {
                Ladder::Title => profile.titles.push(Title {
                    name: (*piece).to_owned(),
                    level: rank.rung,
                    field: None,
                    obtained: None,
                    authority: None,
                }),
                Ladder::Skill if profile.skills.iter().any(|skill| skill.level == rank.rung) => {}
                Ladder::Skill => profile.skills.push(Skill {
                    occupation: if rank.before.is_empty() {
                        occupation.unwrap_or_default().to_owned()
                    } else {
                        rank.before
                    },
                    level: rank.rung,
                    obtained: None,
                    certificate: None,
                }),
            }
        }
        if !known {
            let complaint = if field == Field::SkillLevel {
                Complaint::UnknownSkill
            } else {
                Complaint::UnknownTitle
            };
            self.complain(field, complaint);
            unresolved.push(Unresolved {
                field,
                text: phrase.to_owned(),
            });
        }
    }

    fn honours(&mut self, profile: &mut Profile, unresolved: &mut Vec<Unresolved>) {
        let level = self.text(Field::HonourLevel, SHORT);
        let awarded = self.past(Field::HonourDate).map(LooseDate::first_day);
        let by = self.text(Field::HonourBy, SHORT);
        for text in self.texts(Field::Honour, LONG) {
            for name in text
                .split(['\n', '；', ';'])
                .map(str::trim)
                .filter(|name| !is_nothing(name))
            {
                let rung = [level.as_deref(), by.as_deref(), Some(name)]
                    .into_iter()
                    .flatten()
                    .find_map(|words| self.vocabulary.honour(words));
                match rung {
                    Some(level) => profile.honours.push(Honour {
                        name: name.to_owned(),
                        level,
                        awarded,
                        by: by.clone(),
                    }),
                    None => {
                        self.complain(Field::Honour, Complaint::UnknownHonour);
                        unresolved.push(Unresolved {
                            field: Field::Honour,
                            text: name.to_owned(),
                        });
                    }
                }
            }
        }
    }

    fn education(&mut self) -> Option<Education> {
        let level = self.text(Field::EducationLevel, SHORT);
        let education = Education {
            level: level.clone().unwrap_or_default(),
            ended: self.past(Field::Graduated).map(LooseDate::last_day),
            school: self.text(Field::School, SHORT),
            major: self.text(Field::Major, SHORT),
            years: self.number(Field::StudyYears, 10),
            degree: self.text(Field::Degree, SHORT),
        };
        (level.is_some() || education.school.is_some() || education.degree.is_some())
            .then_some(education)
    }

    fn work(&mut self, employer: Option<&Employer>) -> Vec<Work> {
        let line = |from: Date, tags: &[&str]| Work {
            from,
            to: None,
            employer: employer
                .map(|employer| employer.name.clone())
                .unwrap_or_default(),
            credit_code: employer.and_then(|employer| employer.credit_code.clone()),
            industry: None,
            duty: None,
            post: None,
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        };
        let start = self.date(Field::WorkStart).map(LooseDate::first_day);
        let years = self.number(Field::RelatedYears, 80);
        let related = self
            .date(Field::RelatedStart)
            .map(LooseDate::first_day)
            .or_else(|| self.on.checked_sub(i64::from(years?).years()).ok());
        let related = related.map(|from| line(from, &["related"]));
        let other = start
            .filter(|start| related.as_ref().is_none_or(|line| line.from != *start))
            .map(|from| line(from, &[]));
        related.into_iter().chain(other).collect()
    }
}
