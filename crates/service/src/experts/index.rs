//! What lists, searches and rosters find of a member.

use domain::expert::{Standing, Status};
use domain::pinyin;
use domain::roster;
use store::experts::ExpertKeys;
use store::persons::PersonKeys;

use super::{Member, Membership, PersonFile};
use crate::pools::OpenPool;

pub(crate) fn person_keys(file: &PersonFile) -> PersonKeys {
    PersonKeys {
        name: file.profile.name.clone(),
        name_sort: pinyin::sort_key(&file.profile.name),
    }
}

/// Code of a standing as lists filter by it; whether a term has ended is asked of its days.
pub(crate) fn standing_code(standing: &Standing) -> &'static str {
    match standing {
        Standing::Appointed { .. } => Status::Active.code(),
        Standing::Suspended { .. } => Status::Suspended.code(),
        Standing::Lapsed { .. } => Status::Expired.code(),
        Standing::Left { .. } => Status::Left.code(),
    }
}

pub(crate) fn keys(pool: &OpenPool, member: &Membership, file: &PersonFile) -> ExpertKeys {
    let term = member.expert.standing.term();
    let profile = &file.profile;
    ExpertKeys {
        seq: 0,
        pool: member.expert.pool,
        person: member.expert.person,
        team: member.expert.team.clone().unwrap_or_default(),
        number: Some(member.expert.number.clone()).filter(|number| !number.is_empty()),
        number_sort: member.expert.number.clone(),
        status: standing_code(&member.expert.standing).to_owned(),
        term_from: Some(term.from),
        term_to: Some(term.to),
        name: profile.name.clone(),
        name_sort: pinyin::sort_key(&profile.name),
        employer: profile
            .employer
            .as_ref()
            .map(|e| e.name.clone())
            .unwrap_or_default(),
        employer_organisation: profile.employer.as_ref().and_then(|e| e.organisation),
        title_rank: pool.rank(
            "title",
            profile.titles.iter().map(|title| title.level.as_str()),
        ),
        skill_rank: pool.rank(
            "skill",
            profile.skills.iter().map(|skill| skill.level.as_str()),
        ),
        card: roster::card(&member.expert, profile),
    }
}

/// What lists and rosters index of a standing that has changed.
pub(crate) fn index_standing(member: &mut Member, file: &PersonFile) {
    standing_code(&member.body.expert.standing).clone_into(&mut member.keys.status);
    member.keys.card = roster::card(&member.body.expert, &file.profile);
}

pub(crate) fn refresh_keys(pool: &OpenPool, member: &mut Member, file: &PersonFile) {
    let seq = member.keys.seq;
    member.keys = ExpertKeys {
        seq,
        ..keys(pool, &member.body, file)
    };
}
