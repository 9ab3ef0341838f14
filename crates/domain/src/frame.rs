//! 候选范围: who could be drawn for a request, for which demands, and for everyone else in scope
//! why not, with the article and the fact. The funnel is a count over the same answer.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::expert::{Expert, Status};
use crate::id::{ExpertId, PersonId, SpecialtyId};
use crate::person::Profile;
use crate::policy::citation::Citation;
use crate::policy::pack::{Exclusion, Force, Pack, RequestField, Rung};
use crate::policy::teams::NoTeam;
use crate::policy::words::Word as _;
use crate::recusal::{self, Days};
use crate::relation::Relation;
use crate::rotation::Rotation;
use crate::task::{Demand, Level, RecusalDemand, Request};

/// Everything on file about one expert in scope.
#[derive(Debug, Clone)]
pub struct Prospect {
    /// The membership.
    pub expert: Expert,
    /// The person.
    pub profile: Profile,
    /// Facts that may call for recusal.
    pub relations: Vec<Relation>,
    /// Another task in the same half-day, named, if any (A-G-7).
    pub busy: Option<String>,
    /// Where the rest rule stands.
    pub rotation: Rotation,
    /// The register the person is on (失信联合惩戒), if any.
    pub listed: Option<String>,
}

/// Why an expert in scope is not a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable code: an id of a recusal ground (`10-2`), or of the engine (`level`, `resting` …).
    pub code: String,
    /// The article.
    pub article: String,
    /// The fact, in Chinese.
    pub fact: String,
}

/// One expert's place in the frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The expert.
    pub expert: ExpertId,
    /// The person.
    pub person: PersonId,
    /// Demands whose seat this expert may take; empty when excluded.
    pub demands: Vec<u32>,
    /// The employer, as the unit a cap counts by.
    pub employer: Option<String>,
    /// Why not; empty for a candidate. All reasons, in the order of the funnel.
    pub reasons: Vec<Reason>,
    /// Would be a candidate but for the rest: the sequence counts this use.
    pub only_resting: bool,
    /// Was to rest, but the rest was waived for this request.
    pub rest_waived: bool,
}

impl Place {
    /// May this expert be drawn?
    pub const fn is_candidate(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// One step of the funnel: how many are left after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Stable code of the reason that takes people out here.
    pub code: String,
    /// In Chinese.
    pub label: String,
    /// How many it takes out.
    pub out: u32,
    /// How many are left.
    pub left: u32,
}

/// The question a frame answers.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The law.
    pub pack: &'a Pack,
    /// What is asked.
    pub request: &'a Request,
    /// The day of the draw.
    pub today: Date,
    /// The rest is waived because too few are left.
    pub rest_waived: bool,
}

impl Question<'_> {
    /// Places one expert.
    pub fn place(&self, prospect: &Prospect) -> Place {
        let mut reasons = Vec::new();
        self.standing(prospect, &mut reasons);
        self.team(prospect, &mut reasons);
        let demands = self.demands(prospect, &mut reasons);
        if let Some(register) = &prospect.listed
            && self.excludes(Exclusion::Listed)
        {
            let leaf = self.listed_citation();
            reasons.push(reason(Exclusion::Listed, leaf, format!("列在{register}中")));
        }
        if let Some(task) = &prospect.busy
            && self.excludes(Exclusion::Busy)
        {
            reasons.push(reason(
                Exclusion::Busy,
                self.draw(),
                format!("同时段已参加“{task}”"),
            ));
        }
        self.recusals(prospect, &mut reasons);
        self.requested(prospect, &mut reasons);
        let (mut only_resting, mut rest_waived) = (false, false);
        if let Some(rest) = &self.pack.draw.rest
            && prospect.rotation.rests()
            && reasons.is_empty()
        {
            if self.rest_waived && rest.force != Force::Must {
                rest_waived = true;
            } else {
                only_resting = true;
                let fact = format!("已连续 {} 次抽中，本次暂停", rest.streak);
                reasons.push(reason(Exclusion::Resting, &rest.citation, fact));
            }
        }
        Place {
            expert: prospect.expert.id,
            person: prospect.expert.person,
            demands: if reasons.is_empty() {
                demands
            } else {
                Vec::new()
            },
            employer: employer_token(&prospect.profile),
            reasons,
            only_resting,
            rest_waived,
        }
    }

    /// Does somebody with these specialties serve a demand? Where the pack does not ask for a
    /// specialty, a demand may name none and only a group of the duty axis (GZ 第九条).
    pub(crate) fn in_field(&self, demand: &Demand, held: &[SpecialtyId]) -> bool {
        let unnamed = demand.specialties.is_empty()
            && !self.pack.draw.request.contains(&RequestField::Specialty);
        unnamed || demand.specialties.iter().any(|one| held.contains(one))
    }

    fn excludes(&self, exclusion: Exclusion) -> bool {
        self.pack.draw.exclude.contains(&exclusion)
    }

    fn draw(&self) -> &Citation {
        &self.pack.draw.citation
    }

    /// The article of the register condition, else that of the draw.
    fn listed_citation(&self) -> &Citation {
        use crate::policy::pack::Test;
        self.pack
            .eligibility
            .leaves
            .iter()
            .find(|leaf| matches!(leaf.test, Some(Test::NotListed { .. })))
            .map_or(self.draw(), |leaf| &leaf.citation)
    }

    fn standing(&self, prospect: &Prospect, reasons: &mut Vec<Reason>) {
        let work = self.request.work_date().unwrap_or(self.today);
        let last = self.request.last_date().unwrap_or(work);
        let term = prospect.expert.standing.term();
        // The expert must stand on the day of the draw and still on the last day of the work.
        for day in [self.today, last] {
            let (exclusion, fact) = match prospect.expert.standing.on(day) {
                Status::Active => continue,
                Status::NotYet => (Exclusion::TermOver, format!("聘期自 {} 起", term.from)),
                Status::Expired => (Exclusion::TermOver, format!("聘期至 {} 止", term.to)),
                Status::Suspended => (Exclusion::Suspended, "现处于暂停抽取".to_owned()),
                Status::Left => (Exclusion::Left, "已出库".to_owned()),
            };
            reasons.push(reason(exclusion, self.draw(), fact));
            return;
        }
    }

    /// Work of a team is for its members (CY 第二条, 第十四条 ff.). A request that does not say which of
    /// several teams is not complete, and keeps nobody out on that account.
    fn team(&self, prospect: &Prospect, reasons: &mut Vec<Reason>) {
        if !self.excludes(Exclusion::Team) {
            return;
        }
        let Some(kind) = self.pack.task_kind(&self.request.kind) else {
            return;
        };
        let held = prospect.expert.team.as_slice();
        if let Err(NoTeam::NotMember { team, .. }) =
            self.pack.team_fits(kind, self.request.team(), held)
        {
            let fact = match held {
                [] => format!("队伍未定，不能按{team}选派"),
                _ => format!("不是{team}的成员：队伍不符"),
            };
            reasons.push(reason(Exclusion::Team, &kind.citation, fact));
        }
    }

    /// The person may be drawn as a member of another team already.
    pub(crate) fn twice(&self) -> Reason {
        let fact = "同一人已按另一支队伍的身份列入，一次只占一席".to_owned();
        reason(Exclusion::Team, self.draw(), fact)
    }

    /// The demands the expert fits; when none, the nearest miss says why.
    fn demands(&self, prospect: &Prospect, reasons: &mut Vec<Reason>) -> Vec<u32> {
        let mut fits = Vec::new();
        let mut nearest: Option<(Miss<'_>, &Demand)> = None;
        for (number, demand) in (0_u32..).zip(&self.request.demands) {
            match self.fit(prospect, demand) {
                Ok(()) => fits.push(number),
                Err(miss)
                    if nearest
                        .as_ref()
                        .is_none_or(|(known, _)| known.rank() < miss.rank()) =>
                {
                    nearest = Some((miss, demand));
                }
                Err(_) => {}
            }
        }
        if fits.is_empty()
            && let Some((miss, demand)) = nearest
        {
            reasons.push(self.why_not(prospect, demand, miss));
        }
        fits
    }

    fn fit<'d>(&self, prospect: &Prospect, demand: &'d Demand) -> Result<(), Miss<'d>> {
        if !self.in_field(demand, &prospect.expert.specialties) {
            return Err(Miss::Field);
        }
        if let Some(duty) = &demand.duty
            && !prospect.expert.duties.contains(duty)
        {
            return Err(Miss::Duty(duty));
        }
        if self.reaches(&prospect.profile, &demand.level) {
            Ok(())
        } else {
            Err(Miss::Level)
        }
    }

    fn why_not(&self, prospect: &Prospect, demand: &Demand, miss: Miss<'_>) -> Reason {
        match miss {
            Miss::Field => {
                let fact = format!("不在“{}”所需专业领域", demand.label);
                reason(Exclusion::Specialty, self.draw(), fact)
            }
            Miss::Duty(duty) => {
                let label = self.pack.axis("duty").map_or("职责", |axis| &axis.label);
                // A value that names itself (技能评价专家组) is not named twice.
                let label = if duty.ends_with(label) { "" } else { label };
                let fact = format!("“{}”需要{duty}{label}", demand.label);
                reason(Exclusion::Duty, self.draw(), fact)
            }
            Miss::Level => {
                let held =
                    highest(self.pack, &prospect.profile).unwrap_or_else(|| "未登记".to_owned());
                let asked = match &demand.level {
                    Level::Any => "不限",
                    Level::Title { rung } | Level::Skill { rung } => rung,
                };
                let fact = format!("“{}”要求{asked}以上，现为{held}", demand.label);
                reason(Exclusion::Level, self.draw(), fact)
            }
        }
    }

    /// Does the person hold the level asked, or what the pack counts as equal to it (A-G-11)?
    fn reaches(&self, profile: &Profile, level: &Level) -> bool {
        let asked = match level {
            Level::Any => return true,
            Level::Title { rung } => self.pack.vocabulary.rung("title", rung),
            Level::Skill { rung } => self.pack.vocabulary.rung("skill", rung),
        };
        let Some(asked) = asked else { return false };
        held(self.pack, profile).any(|held| {
            if self.pack.draw.level_at_least {
                self.pack.vocabulary.reaches(held, asked)
            } else {
                held == asked
            }
        })
    }

    fn recusals(&self, prospect: &Prospect, reasons: &mut Vec<Reason>) {
        let Some(rules) = &self.pack.recusal else {
            return;
        };
        if !self.excludes(Exclusion::Recusal) {
            return;
        }
        let days = Days {
            work: self.request.work_date().unwrap_or(self.today),
            draw: self.today,
        };
        let found = recusal::found(
            rules,
            &prospect.profile,
            &prospect.relations,
            self.request,
            days,
        );
        reasons.extend(found.into_iter().map(|found| Reason {
            code: found.ground.id.clone(),
            article: found.citation().to_string(),
            fact: found.fact,
        }));
    }

    fn requested(&self, prospect: &Prospect, reasons: &mut Vec<Reason>) {
        let RecusalDemand::Organisations {
            organisations,
            reason: why,
        } = &self.request.recusal
        else {
            return;
        };
        let Some(employer) = &prospect.profile.employer else {
            return;
        };
        let employer = crate::organisation::OrganisationRef {
            id: employer.organisation,
            name: employer.name.clone(),
            credit_code: employer.credit_code.clone(),
        };
        if self.excludes(Exclusion::RequestedRecusal)
            && organisations
                .iter()
                .any(|organisation| organisation.is_same(&employer, self.pack.organisation_match()))
        {
            let fact = format!("使用方要求“{}”人员回避：{why}", employer.name);
            reasons.push(reason(Exclusion::RequestedRecusal, self.draw(), fact));
        }
    }
}

/// How far somebody is from serving a demand, the nearest last. Put into words only for whoever serves
/// none: a pool is asked for each of its people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Miss<'d> {
    Field,
    /// The duty asked for.
    Duty(&'d str),
    Level,
}

impl Miss<'_> {
    const fn rank(self) -> u8 {
        match self {
            Self::Field => 0,
            Self::Duty(_) => 1,
            Self::Level => 2,
        }
    }
}

fn reason(exclusion: Exclusion, citation: &Citation, fact: String) -> Reason {
    Reason {
        code: exclusion.word().to_owned(),
        article: citation.to_string(),
        fact,
    }
}

/// The rungs a person holds on the title and skill ladders.
pub fn held(pack: &Pack, profile: &Profile) -> impl Iterator<Item = Rung> {
    titles(pack, profile).chain(skills(pack, profile))
}

fn titles(pack: &Pack, profile: &Profile) -> impl Iterator<Item = Rung> {
    let titles = profile.titles.iter();
    titles.filter_map(|t| pack.vocabulary.rung("title", &t.level))
}

fn skills(pack: &Pack, profile: &Profile) -> impl Iterator<Item = Rung> {
    let skills = profile.skills.iter();
    skills.filter_map(|s| pack.vocabulary.rung("skill", &s.level))
}

fn highest(pack: &Pack, profile: &Profile) -> Option<String> {
    let names: Vec<_> = titles(pack, profile)
        .max_by_key(|r| r.rung)
        .into_iter()
        .chain(skills(pack, profile).max_by_key(|r| r.rung))
        .map(|rung| pack.vocabulary.name(rung).to_owned())
        .collect();
    (!names.is_empty()).then(|| names.join("、"))
}

/// The unit "one employer" is counted by: register entry, else credit code, else name.
fn employer_token(profile: &Profile) -> Option<String> {
    let employer = profile.employer.as_ref()?;
    Some(match (&employer.credit_code, employer.organisation) {
        (Some(code), _) => code.clone(),
        (None, Some(id)) => id.to_string(),
        (None, None) => employer.name.clone(),
    })
}

/// The order in which reasons take people out of the funnel.
const FUNNEL: &[Exclusion] = &[
    Exclusion::Left,
    Exclusion::TermOver,
    Exclusion::Suspended,
    Exclusion::Team,
    Exclusion::Specialty,
    Exclusion::Duty,
    Exclusion::Level,
    Exclusion::Listed,
    Exclusion::Busy,
    Exclusion::Recusal,
    Exclusion::RequestedRecusal,
    Exclusion::Resting,
];

/// One person at each place.
pub fn each(places: &[Place]) -> impl Iterator<Item = (&Place, u32)> {
    places.iter().map(|place| (place, 1))
}

/// How many each kind of reason takes out, each person counted at the first that applies. Steps
/// that take nobody out are left out; the last step's `left` is the number of candidates. Places
/// come with how many people stand there.
pub fn funnel<'a>(places: impl IntoIterator<Item = (&'a Place, u32)>) -> (u32, Vec<Step>) {
    let mut scope = 0;
    let mut out = vec![0_u32; FUNNEL.len()];
    for (place, people) in places {
        scope += people;
        let first = place.reasons.iter().map(|reason| stage(&reason.code)).min();
        if let Some(stage) = first {
            out[stage] += people;
        }
    }
    let mut left = scope;
    let steps = FUNNEL
        .iter()
        .zip(out)
        .filter(|(_, out)| *out > 0)
        .map(|(exclusion, out)| {
            left -= out;
            Step {
                code: exclusion.word().to_owned(),
                label: exclusion.zh().to_owned(),
                out,
                left,
            }
        });
    (scope, steps.collect())
}

/// Codes that are not the engine's own are ids of recusal grounds.
fn stage(code: &str) -> usize {
    let recusal = FUNNEL
        .iter()
        .position(|e| *e == Exclusion::Recusal)
        .unwrap_or(0);
    FUNNEL
        .iter()
        .position(|exclusion| exclusion.word() == code)
        .unwrap_or(recusal)
}
