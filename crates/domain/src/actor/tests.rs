//! The matrix as reviewed, and what a grant reaches.

use super::*;
use uuid::Uuid;

fn pool(n: u128) -> PoolId {
    PoolId(Uuid::from_u128(n))
}

fn actor(role: Role, pool: Option<PoolId>) -> Actor {
    Actor {
        account: Some(AccountId(Uuid::from_u128(1))),
        name: "测试".into(),
        organisation: Some(OrganisationId(Uuid::from_u128(7))),
        person: Some(PersonId(Uuid::from_u128(8))),
        grants: vec![Grant {
            role,
            pool,
            remit: Remit::Pool,
        }],
        within: Within::Everything,
    }
}

#[test]
fn a_token_reads_and_does_only_what_its_scopes_name() {
    let target = Target::pool(pool(1));
    let mut officer = actor(Role::Officer, Some(pool(1)));
    officer.within = Within::Scopes(BTreeSet::from([Scope::Tasks]));
    for action in Action::ALL {
        let reached = officer.allow(*action, target).is_ok();
        let full = actor(Role::Officer, Some(pool(1)))
            .allow(*action, target)
            .is_ok();
        let inside = matches!(action.scope(), None | Some(Scope::Tasks));
        assert_eq!(reached, full && inside, "{}", action.code());
        assert_eq!(
            officer.reach_in(*action, pool(1)) != Reach::None,
            reached,
            "{}",
            action.code()
        );
        assert_eq!(
            officer.pools_for(*action).is_empty(),
            !reached,
            "{}",
            action.code()
        );
    }
    assert!(officer.allow(Action::ReadExperts, target).is_ok());
    assert!(officer.allow(Action::ReviewTask, target).is_ok());
    assert!(officer.allow(Action::RunDraw, target).is_err());
}

/// The whole matrix as a text a reviewer reads; a change of any permission changes this file.
///
/// Covers: DG-3-a.
#[test]
fn the_matrix_is_as_reviewed() {
    let mut text = String::new();
    for action in Action::ALL {
        let cells: Vec<_> = Role::ALL
            .iter()
            .filter(|role| reach(**role, *action) != Reach::None)
            .map(|role| format!("{}:{:?}", role.code(), reach(*role, *action)))
            .collect();
        text.push_str(&format!("{:<22} {}\n", action.code(), cells.join(" ")));
    }
    let golden = include_str!("../../tests/golden/roles.txt");
    assert_eq!(
        text, golden,
        "role matrix changed; review it and update tests/golden/roles.txt"
    );
}

#[test]
fn a_grant_counts_in_its_pool_only() {
    let officer = actor(Role::Officer, Some(pool(1)));
    assert!(
        officer
            .allow(Action::ReadExperts, Target::pool(pool(1)))
            .is_ok()
    );
    assert!(
        officer
            .allow(Action::ReadExperts, Target::pool(pool(2)))
            .is_err()
    );
    assert!(officer.allow(Action::ReadExperts, Target::SYSTEM).is_err());
}

/// Covers: CY-5-a, CY-5-b, CY-5-c.
#[test]
fn a_department_reaches_what_is_of_its_own_teams_and_nothing_else() {
    let teams = |ids: &[&str]| Remit::Teams(ids.iter().map(|id| (*id).to_owned()).collect());
    let target = Target::pool(pool(1));
    let mut section = actor(Role::Officer, Some(pool(1)));
    section.grants[0].remit = teams(&["project"]);
    let may = |actor: &Actor, team| {
        actor
            .allow(Action::EditExperts, target.of_team(team))
            .is_ok()
    };
    assert!(may(&section, Some("project")));
    assert!(!may(&section, Some("lecturer")));
    assert!(!may(&section, None), "what is of no team is of the whole");
    let elsewhere = Target::pool(pool(2)).of_team(Some("project"));
    assert!(section.allow(Action::EditExperts, elsewhere).is_err());
    assert_eq!(section.reach_in(Action::EditExperts, pool(1)), Reach::Teams);
    assert_eq!(
        section.remit(Action::EditExperts, pool(1)),
        Ok(teams(&["project"]))
    );
    assert!(section.remit(Action::EditParameters, pool(1)).is_err());

    // Two remits add up; the whole is more than any.
    let mut both = section.clone();
    both.grants.push(Grant {
        remit: teams(&["exam"]),
        ..section.grants[0].clone()
    });
    assert!(may(&both, Some("project")) && may(&both, Some("exam")));
    assert_eq!(
        both.remit(Action::EditExperts, pool(1)),
        Ok(teams(&["exam", "project"]))
    );
    both.grants.push(Grant::whole(Role::Officer, pool(1)));
    assert!(may(&both, Some("lecturer")) && may(&both, None));
    assert_eq!(both.remit(Action::EditExperts, pool(1)), Ok(Remit::Pool));

    // What a unit reaches is narrowed too: its own tasks, for its own teams.
    let mut requester = actor(Role::Requester, Some(pool(1)));
    requester.grants[0].remit = teams(&["exam"]);
    let own = target.of_organisation(OrganisationId(Uuid::from_u128(7)));
    let files = |team| requester.allow(Action::FileTask, own.of_team(team)).is_ok();
    assert!(files(Some("exam")));
    assert!(!files(Some("school")) && !files(None));
}

#[test]
fn a_unit_reach_needs_the_same_organisation() {
    let requester = actor(Role::Requester, Some(pool(1)));
    let own = OrganisationId(Uuid::from_u128(7));
    let other = OrganisationId(Uuid::from_u128(9));
    let target = Target::pool(pool(1));
    assert!(
        requester
            .allow(Action::ReadTasks, target.of_organisation(own))
            .is_ok()
    );
    assert!(
        requester
            .allow(Action::ReadTasks, target.of_organisation(other))
            .is_err()
    );
    assert!(requester.allow(Action::ReadTasks, target).is_err());
}

#[test]
fn administrators_touch_no_business_and_never_share_a_person() {
    for admin in [Role::SystemAdmin, Role::SecurityAdmin, Role::Auditor] {
        for action in Action::ALL {
            assert!(!matches!(
                reach(admin, *action),
                Reach::Pool | Reach::Unit | Reach::Own
            ));
        }
        for other in Role::ALL {
            assert_eq!(exclusive(admin, *other), admin != *other);
        }
    }
    for (a, b) in [
        (Role::Officer, Role::Approver),
        (Role::Officer, Role::Supervisor),
    ] {
        assert!(exclusive(a, b) && exclusive(b, a));
    }
    assert!(!exclusive(Role::Secretary, Role::Finance));
}
