//! Invented people and organisations for demonstrations and tests, the same for the same seed.
//!
//! Nobody is meant: identity numbers use province codes with sequence 000 or 999, which are issued
//! to no one; phones use ranges that no carrier has; mail goes to example.com and example.org; the
//! city does not exist, or the name says 示例.

mod chance;
mod words;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::bank_card::BankCard;
use crate::contact::{Email, Mobile};
use crate::credit_code::{self, CreditCode};
use crate::identity::{self, IdentityNumber};
use crate::period::add_months;
use crate::person::{Achievement, Education, Employer, Honour, Profile, Sex, Skill, Title, Work};
use crate::pinyin::SearchKeys;
use crate::skill_level::SkillLevel;
use crate::title::{self, TitleLevel};
use chance::Chance;

/// Where the invented organisations are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Place {
    /// 云津市, which does not exist.
    #[default]
    Invented,
    /// A real city: what the name of every organisation begins with, the city and 示例.
    Example(&'static str),
}

impl Place {
    /// What organisation names begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Invented => "云津市",
            Self::Example(prefix) => prefix,
        }
    }
}

/// One invented person. `profile.task_kinds` is left to the caller: kinds are words of a pack.
#[derive(Debug, Clone)]
pub struct Person {
    /// What conditions are tested against.
    pub profile: Profile,
    /// 公民身份号码; birth date and sex agree with the profile.
    pub identity: IdentityNumber,
    /// 手机号
    pub mobile: Mobile,
    /// 电子邮箱
    pub email: Email,
    /// 银行卡号
    pub bank_card: BankCard,
}

/// Draws people and organisations from a seed. Identity numbers do not repeat within one cast, up
/// to about 500 000 people.
#[derive(Debug, Clone)]
pub struct Cast {
    chance: Chance,
    today: Date,
    place: Place,
    serial: u32,
    identities: BTreeSet<String>,
    employers: Vec<Employer>,
}

/// Province codes in the order in which they are tried.
const PROVINCES: [&str; 10] = ["44", "43", "45", "36", "35", "42", "41", "51", "34", "11"];

impl Cast {
    /// A cast whose people are 35 to 68 years old on `today`, employed by about 40 organisations.
    pub fn new(seed: u64, today: Date, place: Place) -> Self {
        let mut cast = Self {
            chance: Chance::new(seed),
            today,
            place,
            serial: 0,
            identities: BTreeSet::new(),
            employers: Vec::new(),
        };
        cast.move_to(place);
        cast
    }

    /// From now on people live here, and are employed by organisations of this place.
    pub fn move_to(&mut self, place: Place) {
        self.place = place;
        self.employers = (0..40).map(|number| self.invent_employer(number)).collect();
    }

    /// The organisations, schools first.
    pub fn employers(&self) -> &[Employer] {
        &self.employers
    }

    /// The next person.
    pub fn person(&mut self) -> Person {
        let sex = if self.chance.percent(60) {
            Sex::Male
        } else {
            Sex::Female
        };
        let days = self.chance.between(35 * 365 + 9, 69 * 365);
        let born = self.today.saturating_sub(jiff::Span::new().days(days));
        let name = self.name(sex, born);
        self.person_called(name, sex, born)
    }

    /// The next `count` people.
    pub fn people(&mut self, count: usize) -> Vec<Person> {
        (0..count).map(|_| self.person()).collect()
    }

    /// People whose names and birthdays trouble software: one and four characters, a middle dot,
    /// rare characters, fifteen characters and more, polyphone surnames, the same name twice, the
    /// same name and birthday twice, a birthday on 29 February, seventy today and tomorrow.
    pub fn edge_cases(&mut self) -> Vec<Person> {
        let years_ago = |years| add_months(self.today, -12 * years);
        let seventy = years_ago(70);
        let cases = [
            ("陈", Sex::Male, years_ago(45)),
            ("欧阳建国", Sex::Male, years_ago(60)),
            ("买买提·吐尔逊", Sex::Male, years_ago(50)),
            ("𬭩㛃龑", Sex::Female, years_ago(41)),
            (
                "阿依古丽·买买提吐尔逊·阿卜杜热依木",
                Sex::Female,
                years_ago(39),
            ),
            ("单于明", Sex::Male, years_ago(52)),
            ("区示范", Sex::Male, years_ago(48)),
            ("吕绿", Sex::Female, years_ago(44)),
            ("林示例", Sex::Female, years_ago(47)),
            ("林示例", Sex::Female, years_ago(56)),
            ("黄示例", Sex::Male, years_ago(49)),
            ("黄示例", Sex::Male, years_ago(49)),
            ("查闰生", Sex::Male, Date::constant(1972, 2, 29)),
            ("曾古稀", Sex::Male, seventy),
            (
                "曾将稀",
                Sex::Female,
                seventy.saturating_add(jiff::Span::new().days(1)),
            ),
        ];
        let cases = cases.into_iter();
        cases
            .map(|(name, sex, born)| self.person_called(name.to_owned(), sex, born))
            .collect()
    }

    /// A person with a given name; everything else is drawn.
    pub fn person_called(&mut self, name: String, sex: Sex, born: Date) -> Person {
        self.serial += 1;
        let (identity, born) = self.identity(sex, born);
        let career = self.career(born);
        Person {
            mobile: self.mobile(),
            email: self.email(&name),
            bank_card: self.bank_card(),
            identity,
            profile: Profile {
                name,
                sex: Some(sex),
                born: Some(born),
                ..career
            },
        }
    }

    fn name(&mut self, sex: Sex, born: Date) -> String {
        let surname = if self.chance.percent(2) {
            self.chance.pick(&words::COMPOUND).to_owned()
        } else {
            let mut draw = self.chance.below(100);
            let tier = words::SURNAMES.iter().find(|(_, share)| {
                let here = draw < *share;
                draw = draw.saturating_sub(*share);
                here
            });
            self.chance
                .character(tier.map_or("陈", |(names, _)| names))
                .to_string()
        };
        let generation = match born.year() {
            ..1970 => 0,
            1970..1985 => 1,
            _ => 2,
        };
        let characters = words::GIVEN[usize::from(sex == Sex::Female)][generation];
        let mut name = surname;
        let length = if self.chance.percent(82) { 2 } else { 1 };
        let given = name.chars().count() + length;
        while name.chars().count() < given {
            let next = self.chance.character(characters);
            if !name.contains(next) {
                name.push(next);
            }
        }
        name
    }

    /// A number not given yet, on `born` or, when all of that day are taken, on a day close by.
    fn identity(&mut self, sex: Sex, born: Date) -> (IdentityNumber, Date) {
        let sequence = if sex == Sex::Male { "999" } else { "000" };
        let mut day = born;
        loop {
            for province in PROVINCES {
                let first = format!("{province}0000{}{sequence}", day.strftime("%Y%m%d"));
                if let Ok(number) = identity::complete(&first)
                    && self.identities.insert(number.expose().to_owned())
                {
                    return (number, day);
                }
            }
            day = day.saturating_sub(jiff::Span::new().days(1));
        }
    }

    fn mobile(&mut self) -> Mobile {
        let prefix = ["154", "160", "163", "164"][self.chance.below(4) as usize];
        // An odd factor that five does not divide gives every serial another number.
        let number = u64::from(self.serial) * 37_000_007 % 100_000_000;
        Mobile::parse(&format!("{prefix}{number:08}")).expect("prefix and eight digits")
    }

    fn email(&mut self, name: &str) -> Email {
        let initials = SearchKeys::of_name(name).initials.into_iter().next();
        let initials = initials
            .filter(|key| key.is_ascii())
            .unwrap_or_else(|| "x".to_owned());
        let domain = self.chance.pick(&["example.com", "example.org"]);
        let address = format!("{initials}{:04}@{domain}", self.serial);
        Email::parse(&address).expect("letters and digits at an example domain")
    }

    fn bank_card(&mut self) -> BankCard {
        let first = format!("620000{:012}", self.serial);
        let check = (0..10).map(|check| BankCard::parse(&format!("{first}{check}")));
        let mut right = check.flatten().filter(|card| card.doubts().is_empty());
        right.next().expect("one of ten check digits is right")
    }

    fn career(&mut self, born: Date) -> Profile {
        let field = words::FIELDS[self.chance.below(words::FIELDS.len() as u64) as usize];
        let began = Date::new(born.year() + 22, 7, 1).unwrap_or(born);
        let employer = self.employer(field);
        let enterprise = is_enterprise(&employer);
        let title = if enterprise { field.title } else { "讲师" };
        let subject = field.subject;
        let work = self.work(began, &employer, field);
        let title = self.title(title, subject, began);
        let skill = self.skill(field.occupation, began);
        let posts = words::POSTS[usize::from(!enterprise)];
        Profile {
            post: Some(self.chance.pick(&posts).to_owned()),
            employer: Some(employer),
            titles: title.into_iter().collect(),
            skills: skill.into_iter().collect(),
            education: vec![self.education(began, subject)],
            work,
            achievements: vec![self.achievement(subject)],
            honours: self.honour().into_iter().collect(),
            expertise: Some(format!("{subject}、{}职业技能评价", field.occupation)),
            flags: [(
                "technical_backbone".to_owned(),
                enterprise && self.chance.percent(40),
            )]
            .into(),
            ..Profile::default()
        }
    }

    /// A school, or an enterprise of the field's trade.
    fn employer(&mut self, field: words::Field) -> Employer {
        let school = self.chance.percent(45);
        let fits = |employer: &Employer| match is_enterprise(employer) {
            true => {
                !school
                    && field
                        .trades
                        .iter()
                        .any(|trade| employer.name.contains(trade))
            }
            false => school,
        };
        let fitting: Vec<&Employer> = self.employers.iter().filter(|one| fits(one)).collect();
        self.chance.pick(&fitting).clone()
    }

    /// Two jobs without a gap; the second lasts to this day.
    fn work(&mut self, began: Date, employer: &Employer, field: words::Field) -> Vec<Work> {
        let months = self.chance.between(36, 120) as i32;
        let change = add_months(began, months).min(self.today);
        let earlier = self.employer(field);
        let tags = [("related", 90), ("training", 50), ("evaluation", 50)];
        let job = |from, to, employer: &Employer, chance: &mut Chance| Work {
            from,
            to,
            employer: employer.name.clone(),
            credit_code: employer.credit_code.clone(),
            industry: Some(industry(employer).to_owned()),
            duty: Some(field.subject.to_owned()),
            post: None,
            tags: tags
                .iter()
                .filter(|(_, percent)| chance.percent(*percent))
                .map(|(tag, _)| (*tag).to_owned())
                .collect(),
        };
        let last = change.yesterday().unwrap_or(change);
        let first = job(began, Some(last), &earlier, &mut self.chance);
        let second = job(change, None, employer, &mut self.chance);
        vec![first, second]
    }

    fn title(&mut self, middle: &str, field: &str, began: Date) -> Option<Title> {
        let level = match self.chance.below(100) {
            0..15 => return None,
            15..25 => TitleLevel::Assistant,
            25..65 => TitleLevel::Intermediate,
            65..92 => TitleLevel::Associate,
            _ => TitleLevel::Full,
        };
        let series = title::read(middle).ok()?.series.into_iter().next()?;
        let listed = title::all().iter().filter(|title| title.series == series);
        // The rung of the same row: 工程师 gives 高级工程师, 讲师 gives 副教授.
        let name = listed.into_iter().find(|title| title.level == level)?.name;
        Some(Title {
            name: name.to_owned(),
            level: level.label().to_owned(),
            field: Some(field.to_owned()),
            obtained: Some(self.since(began, 60)),
            authority: Some(format!(
                "{}人力资源和社会保障局（虚构）",
                self.place.prefix()
            )),
        })
    }

    fn skill(&mut self, occupation: &str, began: Date) -> Option<Skill> {
        let level = match self.chance.below(100) {
            0..20 => return None,
            20..30 => SkillLevel::Intermediate,
            30..50 => SkillLevel::Senior,
            50..75 => SkillLevel::Technician,
            75..97 => SkillLevel::SeniorTechnician,
            _ => SkillLevel::SpecialTechnician,
        };
        Some(Skill {
            occupation: occupation.to_owned(),
            level: level.label().to_owned(),
            obtained: Some(self.since(began, 48)),
            certificate: Some(format!("SL{:014}", self.serial)),
        })
    }

    fn education(&mut self, began: Date, major: &str) -> Education {
        let (level, years, degree) = match self.chance.below(10) {
            0 => ("中专", 3, None),
            1..4 => ("大专", 3, None),
            4..9 => ("本科", 4, Some("学士")),
            _ => ("研究生", 3, Some("硕士")),
        };
        Education {
            level: level.to_owned(),
            ended: began.yesterday().ok(),
            school: Some(format!("{}职业大学（虚构）", self.place.prefix())),
            major: Some(major.to_owned()),
            years: Some(years),
            degree: degree.map(str::to_owned),
        }
    }

    fn achievement(&mut self, duty: &str) -> Achievement {
        let to = add_months(self.today, -(self.chance.between(6, 60) as i32));
        let (kind, role) = self.chance.pick(&[
            &("培训课程开发", "主持"),
            &("职业技能评价题库编写", "参加"),
            &("技能竞赛裁判工作", "参加"),
            &("技能大师工作室建设", "主持"),
        ]);
        Achievement {
            from: Some(add_months(to, -12)),
            to: Some(to),
            name: format!("{duty}{kind}"),
            role: Some((*role).to_owned()),
            outcome: Some("已完成并投入使用".to_owned()),
            level: Some(self.chance.pick(&["镇街", "市级", "省级"]).to_owned()),
        }
    }

    fn honour(&mut self) -> Option<Honour> {
        let level = match self.chance.below(100) {
            0..70 => return None,
            70..80 => "镇街",
            80..94 => "市级",
            94..99 => "省级",
            _ => "国家级",
        };
        Some(Honour {
            name: format!("{level}技术能手（虚构）"),
            level: level.to_owned(),
            awarded: Some(add_months(
                self.today,
                -(self.chance.between(3, 120) as i32),
            )),
            by: None,
        })
    }

    /// A day at least `months` after `began`, not after today.
    fn since(&mut self, began: Date, months: i32) -> Date {
        let months = months + self.chance.between(0, 120) as i32;
        add_months(began, months).min(self.today)
    }

    fn invent_employer(&mut self, number: u32) -> Employer {
        let place = self.place.prefix();
        let number_of = number as usize;
        let (name, kind, class) = if number_of < words::SCHOOLS.len() * 2 {
            let (ending, kind, class) = words::SCHOOLS[number_of % words::SCHOOLS.len()];
            let brand = words::BRANDS[number_of % words::BRANDS.len()];
            (format!("{place}{brand}{ending}"), kind, class)
        } else {
            // 7 trades and 12 brands have no common factor: 84 names before one repeats.
            let brand = words::BRANDS[number_of % words::BRANDS.len()];
            let trade = words::TRADES[number_of % words::TRADES.len()].0;
            (format!("{place}{brand}{trade}有限公司"), "企业", "91")
        };
        Employer {
            organisation: None,
            name,
            credit_code: demo_code(class, number).map(String::from),
            kind: Some(kind.to_owned()),
        }
    }
}

/// A credit code of no registered body: division 440000, organisation code XDEM and four digits.
fn demo_code(class: &str, number: u32) -> Option<CreditCode> {
    credit_code::complete(
        &format!("{class}440000"),
        &format!("XDEM{:04}", number % 10_000),
    )
}

fn is_enterprise(employer: &Employer) -> bool {
    employer.kind.as_deref() == Some("企业")
}

fn industry(employer: &Employer) -> &'static str {
    let trade = words::TRADES
        .iter()
        .find(|(trade, _)| employer.name.contains(trade));
    trade.map_or("教育", |(_, industry)| industry)
}
