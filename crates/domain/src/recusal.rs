//! 回避: which grounds of the pack the facts on file meet, each with its article and the fact.

use jiff::civil::Date;

use crate::organisation::OrganisationRef;
use crate::period;
use crate::person::{Employer, Profile};
use crate::policy::citation::Citation;
use crate::policy::pack::{
    Detect, ExceptWhen, Ground, LookBack, LookBackFrom, Match, OrganisationMatch, RecusalRules,
    Subject,
};
use crate::relation::{Other, Relation};
use crate::task::{Request, Reviewed};

/// A ground met, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<'p> {
    /// The ground.
    pub ground: &'p Ground,
    /// The fact, in Chinese.
    pub fact: String,
}

impl Found<'_> {
    /// Where the ground stands.
    pub const fn citation(&self) -> &Citation {
        &self.ground.citation
    }
}

/// The two days a look-back may count from.
#[derive(Debug, Clone, Copy)]
pub struct Days {
    /// First day of the work.
    pub work: Date,
    /// Day of the draw.
    pub draw: Date,
}

/// What is compared with a request.
struct Matter<'a> {
    profile: &'a Profile,
    /// Those that stand.
    relations: Vec<&'a Relation>,
    days: Days,
    same: OrganisationMatch,
}

/// Every ground that facts on file meet for this person and request, in the order of the text.
/// Grounds that only the expert can declare are not looked for, nor relations he has withdrawn.
pub fn found<'p>(
    rules: &'p RecusalRules,
    profile: &Profile,
    relations: &[Relation],
    request: &Request,
    days: Days,
) -> Vec<Found<'p>> {
    let matter = Matter {
        profile,
        relations: relations.iter().filter(|one| one.stands()).collect(),
        days,
        same: rules.organisation_match,
    };
    let mut all = Vec::new();
    for ground in rules
        .grounds
        .iter()
        .filter(|g| g.detect.contains(&Detect::Automatic))
    {
        let fact = request.reviewed.iter().find_map(|reviewed| {
            by_match(ground, &matter, reviewed).or_else(|| by_relation(ground, &matter, reviewed))
        });
        all.extend(fact.map(|fact| Found { ground, fact }));
    }
    all
}

/// Does a relation the expert declares make this ground hold for this request? Used when a
/// declaration is checked; the exceptions of the pack apply (DG 第十条(六): listed companies).
pub fn declaration_holds(ground: &Ground, relation: Option<&str>, request: &Request) -> bool {
    let Some(relation) = relation else {
        return true;
    };
    !request
        .reviewed
        .iter()
        .all(|reviewed| excepted(ground, relation, reviewed))
        || request.reviewed.is_empty()
}

fn by_match(ground: &Ground, matter: &Matter<'_>, reviewed: &Reviewed) -> Option<String> {
    let Matter {
        profile, relations, ..
    } = matter;
    let employer = employer(profile);
    ground.matches.iter().find_map(|kind| match kind {
        Match::PersonInProject => {
            let person = reviewed
                .people
                .iter()
                .find(|person| person.name == profile.name)?;
            let role = if person.leads {
                "负责人"
            } else {
                "参与人员"
            };
            Some(format!(
                "与“{}”的项目{role}同名",
                reviewed.organisation.name
            ))
        }
        Match::SameLegalPerson => employer
            .as_ref()
            .filter(|employer| employer.is_same(&reviewed.organisation, matter.same))
            .map(|employer| {
                format!(
                    "现工作单位为“{}”，与本次项目负责人同属一个法人单位",
                    employer.name
                )
            }),
        Match::ReviewedEmployer => employer
            .as_ref()
            .filter(|employer| employer.is_same(&reviewed.organisation, matter.same))
            .map(|employer| format!("现受聘于“{}”", employer.name))
            .or_else(|| formerly_employed(ground, matter, reviewed)),
        Match::ReviewedRepresented => profile
            .represents
            .as_ref()
            .map(as_reference)
            .filter(|unit| unit.is_same(&reviewed.organisation, matter.same))
            .map(|unit| format!("为“{}”的单位代表", unit.name)),
        Match::SameCall => {
            let call = reviewed.call.as_ref()?;
            relations.iter().find_map(|relation| match &relation.other {
                Other::Call { guideline, round }
                    if *guideline == call.guideline && *round == call.round =>
                {
                    Some(format!("同期（{round}）申报同一指南“{guideline}”"))
                }
                _ => None,
            })
        }
    })
}

fn formerly_employed(ground: &Ground, matter: &Matter<'_>, reviewed: &Reviewed) -> Option<String> {
    let since = since(ground.look_back?, matter.days);
    matter.profile.work.iter().find_map(|work| {
        let place = OrganisationRef {
            id: None,
            name: work.employer.clone(),
            credit_code: work.credit_code.clone(),
        };
        let recent = work.to.is_none_or(|to| since <= to) && work.from <= matter.days.work;
        (recent && place.is_same(&reviewed.organisation, matter.same)).then(|| match work.to {
            Some(to) => format!("曾受聘于“{}”，{to} 离职", work.employer),
            None => format!("现受聘于“{}”", work.employer),
        })
    })
}

fn by_relation(ground: &Ground, matter: &Matter<'_>, reviewed: &Reviewed) -> Option<String> {
    let Matter { days, .. } = *matter;
    matter.relations.iter().find_map(|relation| {
        let kind = ground
            .relations
            .iter()
            .find(|kind| kind.name == relation.kind)?;
        if excepted(ground, &relation.kind, reviewed)
            || !concerns(ground, relation, reviewed, matter.same)
        {
            return None;
        }
        let in_time = kind.lasting
            || match (ground.look_back, relation.to) {
                (_, None) => true,
                (Some(look_back), Some(to)) => since(look_back, days) <= to,
                (None, Some(to)) => days.work <= to,
            };
        in_time.then(|| {
            let until = relation
                .to
                .map_or_else(|| "至今".to_owned(), |to| format!("至 {to}"));
            let with = match &relation.other {
                Other::Organisation { organisation } => organisation.name.as_str(),
                Other::Person { name, .. } => name.as_str(),
                Other::Call { guideline, .. } => guideline.as_str(),
            };
            format!(
                "与“{with}”有{}关系，{until}（{}）",
                relation.kind,
                relation.source.zh()
            )
        })
    })
}

fn concerns(
    ground: &Ground,
    relation: &Relation,
    reviewed: &Reviewed,
    same: OrganisationMatch,
) -> bool {
    let leader = |name: &str| reviewed.people.iter().any(|p| p.leads && p.name == name);
    match (&relation.other, ground.subject) {
        (Other::Organisation { organisation }, Subject::ReviewedOrganisation | Subject::Any) => {
            organisation.is_same(&reviewed.organisation, same)
        }
        (Other::Person { name, .. }, Subject::ProjectLeader | Subject::Any) => leader(name),
        (Other::Call { guideline, round }, Subject::Call | Subject::Any) => reviewed
            .call
            .as_ref()
            .is_some_and(|c| c.guideline == *guideline && c.round == *round),
        _ => false,
    }
}

fn excepted(ground: &Ground, relation: &str, reviewed: &Reviewed) -> bool {
    ground.exceptions.iter().any(|exception| {
        exception.relation == relation
            && match exception.when {
                ExceptWhen::Listed => reviewed.listed,
            }
    })
}

/// The earliest day that still counts.
fn since(look_back: LookBack, days: Days) -> Date {
    let from = match look_back.from {
        LookBackFrom::Work => days.work,
        LookBackFrom::Draw => days.draw,
    };
    period::look_back(from, look_back.months)
}

fn employer(profile: &Profile) -> Option<OrganisationRef> {
    profile.employer.as_ref().map(as_reference)
}

fn as_reference(unit: &Employer) -> OrganisationRef {
    OrganisationRef {
        id: unit.organisation,
        name: unit.name.clone(),
        credit_code: unit.credit_code.clone(),
    }
}
