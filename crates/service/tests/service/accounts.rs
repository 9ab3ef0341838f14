//! First set-up, log-in, sessions, roles: on both engines, with what the ledger says about each.

use crate::office::{OPEN, Office, PASSWORD, form, person, token};
use domain::actor::Role;
use domain::event::EventKind;
use service::Error;
use service::accounts::{Device, NewAccount};
use service::roles::RoleIn;
use service::second_factor::SecondFactorPolicy;
use service::sessions::Gate;
use service::system_log::LogFilter;
use store::testing::on_both;
use totp_rs::Builder;

fn codes(error: &Error) -> Vec<&str> {
    match error {
        Error::Refused(reasons) => reasons.iter().map(|reason| reason.code.as_str()).collect(),
        Error::Invalid(problems) => problems
            .iter()
            .map(|problem| problem.field.as_str())
            .collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn a_set_up_link_works_once_and_a_later_start_voids_it() {
    on_both(async |engine| {
        let office = Office::bare(&engine);
        let visitor = office.service.visitor("192.0.2.1", "r");
        let first = office
            .service
            .set_up_link()
            .await
            .expect("store")
            .expect("no account");
        let second = office
            .service
            .set_up_link()
            .await
            .expect("store")
            .expect("no account");
        assert!(matches!(
            office
                .service
                .set_up(&visitor, &token(&first), &form())
                .await,
            Err(Error::NotFound)
        ));
        let done = office
            .service
            .set_up(&visitor, &token(&second), &form())
            .await
            .expect("set up");
        assert_eq!((done.pool, done.links.len()), (1, 3));
        assert!(matches!(
            office
                .service
                .set_up(&visitor, &token(&second), &form())
                .await,
            Err(Error::NotFound)
        ));
        assert_eq!(office.service.set_up_link().await.expect("store"), None);
        assert_eq!(office.entries(EventKind::SystemSetUp).await.len(), 1);
        assert_eq!(office.entries(EventKind::AccountCreated).await.len(), 4);
        assert_eq!(
            office.service.installation().await.expect("store").bureau,
            form().bureau
        );

        let link = done.links[0].address.clone();
        office.set_password(&link).await.expect("set");
        assert!(
            matches!(office.set_password(&link).await, Err(Error::NotFound)),
            "a link works once"
        );
        office.clock.advance(73 * 3600);
        assert!(
            matches!(
                office.set_password(&done.links[1].address).await,
                Err(Error::NotFound)
            ),
            "and for 72 hours"
        );
    })
    .await;
}

#[tokio::test]
async fn of_two_who_set_up_at_once_one_does() {
    on_both(async |engine| {
        let office = Office::bare(&engine);
        let link = token(
            &office
                .service
                .set_up_link()
                .await
                .expect("store")
                .expect("no account"),
        );
        let tries = (0..4).map(|n| {
            let (service, link) = (office.service.clone(), link.clone());
            tokio::spawn(async move {
                let visitor = service.visitor(format!("192.0.2.{n}"), "r");
                service.set_up(&visitor, &link, &form()).await
            })
        });
        let mut done = 0;
        for each in tries.collect::<Vec<_>>() {
            match each.await.expect("runs") {
                Ok(_) => done += 1,
                Err(error) => assert!(matches!(error, Error::NotFound), "{error}"),
            }
        }
        assert_eq!(done, 1);
        assert_eq!(
            store::accounts::total(&mut office.store.read())
                .await
                .expect("store"),
            4
        );
    })
    .await;
}

/// Covers: DG-3-a.
#[tokio::test]
async fn a_set_up_names_different_people_and_says_everything_wrong_at_once() {
    on_both(async |engine| {
        let office = Office::bare(&engine);
        let visitor = office.service.visitor("192.0.2.1", "r");
        let link = token(
            &office
                .service
                .set_up_link()
                .await
                .expect("store")
                .expect("no account"),
        );
        let mut typed = form();
        typed.auditor = person("wangqiang", "王强");
        typed.password_again = "other".into();
        typed.bureau = "局".into();
        let error = office
            .service
            .set_up(&visitor, &link, &typed)
            .await
            .expect_err("refused");
        assert_eq!(
            codes(&error),
            ["bureau", "auditor_login", "auditor_name", "password_again"]
        );
        // The instrument has run out since: it takes an explicit word.
        office.at("2026-11-22T01:00:00Z");
        let visitor = office.service.visitor("192.0.2.1", "r");
        let link = token(
            &office
                .service
                .set_up_link()
                .await
                .expect("store")
                .expect("no account"),
        );
        let expired = office
            .service
            .set_up(&visitor, &link, &form())
            .await
            .expect_err("expired");
        assert_eq!(codes(&expired), ["despite_standing"]);
        let mut confirmed = form();
        confirmed.pool.despite_standing = true;
        office
            .service
            .set_up(&visitor, &link, &confirmed)
            .await
            .expect("confirmed");
    })
    .await;
}

#[tokio::test]
async fn unknown_wrong_and_disabled_read_the_same() {
    on_both(async |engine| {
        let office = Office::open(&engine).await;
        let (_, admin) = office.log_in("wangqiang").await;
        let unknown = office
            .try_log_in("nobody", PASSWORD, "a")
            .await
            .expect_err("unknown")
            .to_string();
        let wrong = office
            .try_log_in("zhoumin", "wrong", "b")
            .await
            .expect_err("wrong")
            .to_string();
        office
            .service
            .disable_account(&admin.ctx, office.id_of("zhoumin").await)
            .await
            .expect("disabled");
        let disabled = office
            .try_log_in("zhoumin", PASSWORD, "c")
            .await
            .expect_err("disabled")
            .to_string();
        assert_eq!((&unknown, &unknown), (&wrong, &disabled));
        assert_eq!(office.entries(EventKind::LogInRefused).await.len(), 3);
        assert!(
            office
                .try_log_in(" ＣhenQiming ", PASSWORD, "d")
                .await
                .is_ok(),
            "the name has one spelling"
        );
    })
    .await;
}

#[tokio::test]
async fn five_wrong_tries_lock_one_network_and_nobody_else() {
    on_both(async |engine| {
        let office = Office::open(&engine).await;
        for name in ["chenqiming", "nobody"] {
            let mut said = Vec::new();
            for _ in 0..6 {
                said.push(
                    office
                        .try_log_in(name, "wrong", "guesser")
                        .await
                        .expect_err("wrong")
                        .to_string(),
                );
            }
            assert_eq!(said[0], said[3]);
            assert_ne!(said[3], said[4], "the fifth says that it is over");
            assert_eq!(said[4], said[5]);
        }
        assert!(
            office
                .try_log_in("chenqiming", PASSWORD, "guesser")
                .await
                .is_err(),
            "even with the right one"
        );
        assert!(
            office
                .try_log_in("chenqiming", PASSWORD, "office")
                .await
                .is_ok(),
            "the owner elsewhere is not locked out"
        );
        office.clock.advance(14 * 60);
        assert!(
            office
                .try_log_in("chenqiming", PASSWORD, "guesser")
                .await
                .is_err()
        );
        office.clock.advance(61);
        assert!(
            office
                .try_log_in("chenqiming", PASSWORD, "guesser")
                .await
                .is_ok()
        );
        assert_eq!(office.entries(EventKind::AccountLocked).await.len(), 2);
        assert_eq!(office.entries(EventKind::LogInRefused).await.len(), 8);
    })
    .await;
}

#[tokio::test]
async fn parallel_guesses_do_not_outrun_the_count() {
    on_both(async |engine| {
        let office = Office::open(&engine).await;
        let guesses = (0..16).map(|n| {
            let service = office.service.clone();
            tokio::spawn(async move {
                let typed = service::sessions::Credentials {
                    login: "chenqiming".into(),
                    password: format!("guess-{n}"),
                    network: "guesser".into(),
                    agent: String::new(),
                };
                service
                    .log_in(&service.visitor("guesser", "r"), &typed)
                    .await
            })
        });
        for guess in guesses.collect::<Vec<_>>() {
            let error = guess.await.expect("runs").expect_err("wrong");
            assert!(matches!(error, Error::Unauthenticated(_)), "{error}");
        }
        let looked_at = office.entries(EventKind::LogInRefused).await.len()
            + office.entries(EventKind::AccountLocked).await.len();
        assert_eq!(looked_at, 5, "only five passwords were looked at");
    })
    .await;
}

#[tokio::test]
async fn sessions_end_when_idle_when_old_and_when_the_account_is_disabled() {
    on_both(async |engine| {
        let office = Office::open(&engine).await;
        let (idle, _) = office.log_in("chenqiming").await;
        office.clock.advance(29 * 60);
        assert!(office.session(&idle).await.is_some(), "and this use counts");
        office.clock.advance(29 * 60);
        assert!(office.session(&idle).await.is_some());
        office.clock.advance(31 * 60);
        assert!(office.session(&idle).await.is_none());

        let (old, _) = office.log_in("chenqiming").await;
        for _ in 0..35 {
            office.clock.advance(20 * 60);
            assert!(office.session(&old).await.is_some());
        }
        office.clock.advance(20 * 60);
        assert!(
            office.session(&old).await.is_none(),
            "twelve hours are over"
        );

        let (one, _) = office.log_in("chenqiming").await;
        let (two, _) = office.log_in("chenqiming").await;
        let (_, admin) = office.log_in("wangqiang").await;
        let id = office.id_of("chenqiming").await;
        office
            .service
            .disable_account(&admin.ctx, id)
            .await
            .expect("disabled");
        assert!(office.session(&one).await.is_none() && office.session(&two).await.is_none());
        assert_eq!(
            office.entries(EventKind::AccountDisabled).await[0]
                .object
                .id,
            id.to_string()
        );
        office
            .service
            .enable_account(&admin.ctx, id)
            .await
            .expect("enabled");
        assert!(
            office.session(&one).await.is_none(),
            "what ended stays ended"
        );
        assert!(
            office
                .try_log_in("chenqiming", PASSWORD, "office")
                .await
                .is_ok()
        );
        let own = office
            .service
            .disable_account(&admin.ctx, admin.account)
            .await
            .expect_err("refused");
        assert_eq!(codes(&own), ["own_account"]);
    })
    .await;
}

#[tokio::test]
async fn a_changed_or_reset_password_ends_the_other_sessions() {
    on_both(async |engine| {
        let office = Office::open(&engine).await;
        let (here, session) = office.log_in("chenqiming").await;
        let (there, _) = office.log_in("chenqiming").await;
        let change = async |current: &str, new: &str| {
            office
                .service
                .change_password(&session, current, new, new)
                .await
        };
        assert_eq!(
            codes(&change("wrong", "Xin-mi-ma-2022").await.expect_err("wrong")),
            ["current"]
        );
        assert_eq!(
            codes(&change(PASSWORD, PASSWORD).await.expect_err("the same")),
            ["password"]
        );
        change(PASSWORD, "Xin-mi-ma-2022").await.expect("changed");
        assert_eq!(
            codes(
                &change("Xin-mi-ma-2022", PASSWORD)
                    .await
                    .expect_err("used before")
            ),
            ["password"]
        );
        assert!(office.session(&here).await.is_some() && office.session(&there).await.is_none());
        assert!(
            office
                .try_log_in("chenqiming", PASSWORD, "office")
                .await
                .is_err()
        );

        let (_, admin) = office.log_in("wangqiang").await;
        let link = office
            .service
            .reset_account(&admin.ctx, session.account, Device::Kept)
            .await
            .expect("reset");
        assert!(office.session(&here).await.is_none());
        assert!(
            office
                .try_log_in("chenqiming", "Xin-mi-ma-2022", "office")
                .await
                .is_err()
        );
        let visitor = office.service.visitor("192.0.2.1", "r");
        office
            .service
            .use_password_link(
                &visitor,
                &token(&link.address),
                "Di-san-2022",
                "Di-san-2022",
            )
            .await
            .expect("set");
        assert!(
            office
                .try_log_in("chenqiming", "Di-san-2022", "office")
                .await
                .is_ok()
        );
        office.clock.advance(181 * 24 * 3600);
        let due = office
            .try_log_in("chenqiming", "Di-san-2022", "office")
            .await
            .expect("logged in");
        assert_eq!(
            office.session(&due.token).await.expect("live").gate,
            Gate::Password
        );
    })
    .await;
}

/// Covers: DG-3-a.
#[tokio::test]
async fn nobody_grants_himself_and_nobody_holds_two_that_check_each_other() {
    on_both(async |engine| {
        let office = Office::open(&engine).await;
        let officer = office.id_of("chenqiming").await;
        let (_, security) = office.log_in("liwentao").await;
        let service = &office.service;
        for (role, pool) in [
            (Role::Approver, Some(1)),
            (Role::Supervisor, Some(1)),
            (Role::Requester, Some(1)),
            (Role::Auditor, None),
        ] {
            let refused = service
                .grant_role(&security.ctx, officer, RoleIn::new(role, pool))
                .await
                .expect_err("exclusive");
            assert_eq!(codes(&refused), ["exclusive_roles"], "{role:?}");
        }
        let own = service
            .grant_role(
                &security.ctx,
                security.account,
                RoleIn::new(Role::SystemAdmin, None),
            )
            .await
            .expect_err("own");
        assert_eq!(codes(&own), ["own_roles"]);
        for (login, name) in [
            ("wangqiang", "系统"),
            ("chenqiming", "经办"),
            ("zhoumin", "审计"),
        ] {
            let (_, other) = office.log_in(login).await;
            let refused = service
                .grant_role(&other.ctx, officer, RoleIn::new(Role::Finance, Some(1)))
                .await;
            assert!(matches!(refused, Err(Error::Forbidden(_))), "{name}");
        }
        let new = office.add("zhaorui", "赵瑞").await;
        let (token, fresh) = office.log_in("zhaorui").await;
        assert!(fresh.ctx.actor.grants.is_empty());
        assert_eq!(
            codes(
                &service
                    .grant_role(&security.ctx, new, RoleIn::new(Role::Officer, None))
                    .await
                    .expect_err("no pool")
            ),
            ["pool"]
        );
        assert_eq!(
            codes(
                &service
                    .grant_role(&security.ctx, new, RoleIn::new(Role::Auditor, Some(1)))
                    .await
                    .expect_err("a pool")
            ),
            ["pool"]
        );
        assert!(matches!(
            service
                .grant_role(&security.ctx, new, RoleIn::new(Role::Officer, Some(9)))
                .await,
            Err(Error::NotFound)
        ));
        service
            .grant_role(&security.ctx, new, RoleIn::new(Role::Supervisor, Some(1)))
            .await
            .expect("granted");
        assert!(
            office
                .session(&token)
                .await
                .expect("live")
                .ctx
                .actor
                .is(Role::Supervisor),
            "at the next request"
        );
        service
            .withdraw_role(&security.ctx, new, RoleIn::new(Role::Supervisor, Some(1)))
            .await
            .expect("withdrawn");
        assert!(
            !office
                .session(&token)
                .await
                .expect("live")
                .ctx
                .actor
                .is(Role::Supervisor),
            "at the next request"
        );
        assert_eq!(office.entries(EventKind::RoleGranted).await.len(), 5);
        assert_eq!(office.entries(EventKind::RoleWithdrawn).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn only_the_system_administrator_makes_accounts() {
    on_both(async |engine| {
        let office = Office::open(&engine).await;
        let new = NewAccount {
            login: "sunbo".into(),
            name: "孙博".into(),
            ..NewAccount::default()
        };
        for login in ["liwentao", "zhoumin", "chenqiming"] {
            let (_, other) = office.log_in(login).await;
            assert!(matches!(
                office.service.create_account(&other.ctx, &new).await,
                Err(Error::Forbidden(_))
            ));
            let other = office
                .service
                .reset_account(&other.ctx, other.account, Device::Kept)
                .await;
            assert!(matches!(other, Err(Error::Forbidden(_))));
        }
        let (_, admin) = office.log_in("wangqiang").await;
        let (_, link) = office
            .service
            .create_account(&admin.ctx, &new)
            .await
            .expect("created");
        assert!(
            office.try_log_in("sunbo", "", "office").await.is_err(),
            "no password is no way in"
        );
        let taken = office
            .service
            .create_account(&admin.ctx, &new)
            .await
            .expect_err("taken");
        assert_eq!(codes(&taken), ["login"]);
        office.set_password(&link.address).await.expect("set");
        let (_, session) = office.log_in("sunbo").await;
        assert_eq!(session.gate, OPEN);
        assert_eq!(
            session.ctx.actor.organisation, admin.ctx.actor.organisation,
            "of the same unit"
        );
    })
    .await;
}

#[tokio::test]
async fn one_time_codes_are_asked_for_bound_and_used_once() {
    on_both(async |engine| {
        let office = Office::open(&engine).await;
        let (_, security) = office.log_in("liwentao").await;
        let policy = SecondFactorPolicy {
            roles: vec![Role::Officer],
        };
        office
            .service
            .set_second_factor_policy(&security.ctx, policy)
            .await
            .expect("set");
        let (token, session) = office_session(&office, "chenqiming").await;
        assert_eq!(session.gate, Gate::Enrolment, "the role asks for codes");
        let offered = office
            .service
            .offer_second_factor(&session)
            .await
            .expect("offered");
        assert!(
            offered
                .address
                .starts_with("otpauth://totp/Linxuan:chenqiming?secret=")
        );
        let device = Builder::new()
            .with_secret(totp_rs::Secret::try_from_base32(&offered.secret).expect("base 32"))
            .build()
            .expect("a device");
        let code = |session: &service::sessions::SignedIn| {
            let seconds = u64::try_from(session.ctx.now.as_second()).expect("after 1970");
            device.generate(seconds).to_string()
        };
        assert_eq!(
            codes(
                &office
                    .service
                    .enable_second_factor(&session, "000000")
                    .await
                    .expect_err("wrong")
            ),
            ["code"]
        );
        office
            .service
            .enable_second_factor(&session, &code(&session))
            .await
            .expect("bound");
        assert_eq!(office.session(&token).await.expect("live").gate, OPEN);

        office.clock.advance(60);
        let half = office
            .try_log_in("chenqiming", PASSWORD, "office")
            .await
            .expect("password");
        assert_eq!(half.gate, Gate::Code);
        let waiting = office.session(&half.token).await.expect("live");
        let right = code(&waiting);
        let whole = office
            .service
            .enter_code(&waiting, &right, "office", "test")
            .await
            .expect("right");
        assert!(
            office.session(&half.token).await.is_none(),
            "the token changes"
        );
        let whole = office.session(&whole.token).await.expect("live");
        assert_eq!(
            (whole.gate, whole.ctx.factors.as_str()),
            (OPEN, "password+totp")
        );

        let again = office
            .try_log_in("chenqiming", PASSWORD, "office")
            .await
            .expect("password");
        let again = office.session(&again.token).await.expect("live");
        let replayed = office
            .service
            .enter_code(&again, &right, "office", "test")
            .await
            .expect_err("used");
        assert_eq!(codes(&replayed), ["code"]);
        let kept = office
            .service
            .disable_second_factor(&whole, &right)
            .await
            .expect_err("required");
        assert_eq!(codes(&kept), ["second_factor_required"]);

        let (_, admin) = office.log_in("wangqiang").await;
        let link = office
            .service
            .reset_account(&admin.ctx, whole.account, Device::Lost)
            .await
            .expect("reset");
        let visitor = office.service.visitor("192.0.2.1", "r");
        office
            .service
            .use_password_link(
                &visitor,
                &crate::office::token(&link.address),
                "Di-san-2022",
                "Di-san-2022",
            )
            .await
            .expect("set");
        let started = office
            .try_log_in("chenqiming", "Di-san-2022", "office")
            .await
            .expect("no code asked");
        assert_eq!(
            office.session(&started.token).await.expect("live").gate,
            Gate::Enrolment
        );
        assert_eq!(office.entries(EventKind::TotpEnabled).await.len(), 1);
        assert_eq!(office.entries(EventKind::TotpDisabled).await.len(), 1);
    })
    .await;
}

async fn office_session(office: &Office, login: &str) -> (String, service::sessions::SignedIn) {
    let started = office
        .try_log_in(login, PASSWORD, "office")
        .await
        .expect("logged in");
    let session = office.session(&started.token).await.expect("live");
    (started.token, session)
}

#[tokio::test]
async fn the_auditor_reads_the_log_and_only_the_auditor() {
    on_both(async |engine| {
        let office = Office::open(&engine).await;
        let (_, auditor) = office.log_in("zhoumin").await;
        let all = LogFilter::default();
        let (lines, next) = office
            .service
            .system_log(&auditor.ctx, &all)
            .await
            .expect("read");
        assert_eq!(next, None);
        assert_eq!(lines[0].words, "登录");
        assert_eq!(lines[0].by, "周敏");
        assert!(
            lines
                .iter()
                .any(|line| line.kind == "account.created" && line.about == "王强（wangqiang）")
        );
        let some = LogFilter {
            kind: Some(EventKind::RoleGranted),
            ..LogFilter::default()
        };
        let (granted, _) = office
            .service
            .system_log(&auditor.ctx, &some)
            .await
            .expect("read");
        assert_eq!(granted.len(), 4);
        for login in ["wangqiang", "liwentao", "chenqiming"] {
            let (_, other) = office.log_in(login).await;
            assert!(matches!(
                office.service.system_log(&other.ctx, &all).await,
                Err(Error::Forbidden(_))
            ));
        }
    })
    .await;
}
