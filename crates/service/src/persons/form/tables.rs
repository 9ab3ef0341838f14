//! The tables of the form, row by row.

use domain::explain::Explain as _;
use domain::person::{Achievement, Credential, Education, Honour, Skill, Title, Work};
use domain::skill_level::SkillLevel;
use domain::title::{self, ReadBy, TitleError};
use jiff::civil::Date;

use super::Reader;
use crate::error::Problem;
use crate::persons::work_tags;
use crate::typed;

/// Most rows of one table of the form.
const MOST_ROWS: usize = 60;

/// A title that no list has, with the level its ending speaks of, if any: what to write, and how to say
/// that it is so all the same.
fn unlisted(name: &str, ending: &str) -> String {
    let seen = match ending {
        "" => String::new(),
        level => format!("，只有词尾像{level}职称"),
    };
    format!(
        "职称“{name}”不在国家公布的职称名称中{seen}。请对照证书改成目录里的名称，如“机械工程师”写“工程师”；证书上确是这样写的，请选定级别并填写审批机关，供审核时核对。"
    )
}

impl Reader<'_> {
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

    pub(super) fn titles(&mut self) -> Vec<Title> {
        let mut titles = Vec::new();
        for n in self.table("title", "职称") {
            let at = |part: &str| format!("title.{n}.{part}");
            let name = self.needed(&at("name"), "职称名称");
            let mut level = self.fields.text(&at("level")).to_owned();
            if !name.is_empty() {
                // Where no list has it, level and authority say that it is so all the same.
                let stated =
                    !level.is_empty() && !self.fields.text(&at("authority")).trim().is_empty();
                let (part, fault) = match title::read(&name) {
                    Ok(reading) if reading.by == ReadBy::Ending => {
                        let ending = reading.level.label();
                        ("name", (!stated).then(|| unlisted(&name, ending)))
                    }
                    Ok(reading) if level.is_empty() => {
                        reading.level.label().clone_into(&mut level);
                        ("level", None)
                    }
                    Ok(reading) if reading.by == ReadBy::Name && level != reading.level.label() => {
                        let listed = reading.level.label();
                        (
                            "level",
                            Some(format!(
                                "“{name}”在国家公布的职称系列中属{listed}，选择的是{level}。请对照证书核对。"
                            )),
                        )
                    }
                    Ok(_) => ("name", None),
                    Err(TitleError::Unknown) => ("name", (!stated).then(|| unlisted(&name, ""))),
                    Err(TitleError::Technician) if !level.is_empty() => ("name", None),
                    Err(error) => ("name", Some(error.sentence())),
                };
                if let Some(sentence) = fault {
                    self.problems.push(Problem::new(at(part), sentence));
                    if part == "name" {
                        continue;
                    }
                }
            }
            let level = self.rung(&at("level"), "title", "职称级别", &level);
            titles.push(Title {
                name,
                level,
                field: self.short(&at("field"), "专业领域"),
                obtained: typed::past_day(
                    self.problems,
                    &at("obtained"),
                    self.fields.text(&at("obtained")),
                    "取得时间",
                    self.today,
                ),
                authority: self.short(&at("authority"), "审批机关"),
            });
        }
        titles
    }

    pub(super) fn skills(&mut self) -> Vec<Skill> {
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
                obtained: typed::past_day(
                    self.problems,
                    &at("obtained"),
                    self.fields.text(&at("obtained")),
                    "取得时间",
                    self.today,
                ),
                certificate: self.short(&at("certificate"), "证书编号"),
            });
        }
        skills
    }

    /// 证书、证卡 that are neither a title nor a skill level.
    pub(super) fn credentials(&mut self) -> Vec<Credential> {
        let mut rows = Vec::new();
        for n in self.table("credential", "证卡") {
            let at = |part: &str| format!("credential.{n}.{part}");
            let typed_level = self.fields.text(&at("level")).to_owned();
            let level = match typed_level.trim() {
                "" => None,
                some => Some(self.rung(&at("level"), "admin", "发证层级", some)),
            };
            rows.push(Credential {
                name: self.needed(&at("name"), "证书名称"),
                level,
                issuer: self.short(&at("issuer"), "发证机构"),
                number: self.short(&at("number"), "证书编号"),
            });
        }
        rows
    }

    pub(super) fn education(&mut self) -> Vec<Education> {
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
                ended: typed::past_day(
                    self.problems,
                    &at("ended"),
                    self.fields.text(&at("ended")),
                    "毕业时间",
                    self.today,
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

    pub(super) fn work(&mut self) -> Vec<Work> {
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

    pub(super) fn achievements(&mut self) -> Vec<Achievement> {
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

    pub(super) fn honours(&mut self) -> Vec<Honour> {
        let mut rows = Vec::new();
        for n in self.table("honour", "荣誉称号") {
            let at = |part: &str| format!("honour.{n}.{part}");
            let name = self.needed(&at("name"), "荣誉称号");
            let typed_level = self.fields.text(&at("level")).to_owned();
            rows.push(Honour {
                name,
                level: self.rung(&at("level"), "admin", "授予级别", &typed_level),
                awarded: typed::past_day(
                    self.problems,
                    &at("awarded"),
                    self.fields.text(&at("awarded")),
                    "授予时间",
                    self.today,
                ),
                by: self.short(&at("by"), "授予单位"),
            });
        }
        rows
    }
}
