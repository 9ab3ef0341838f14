//! Vetting under the instruments of Jiangmen, Guangzhou and Chaoyang, on both engines: points concluded
//! one by one, relaxations with extent and reason, the check before the unit, outcomes with reasons,
//! ways in counted apart, time limits with reminders.

use crate::bureau::{APPLICANTS, Bureau};
use domain::actor::{Actor, Grant, Role};
use domain::application::State;
use domain::id::RecordId;
use domain::policy::library::shipped;
use domain::policy::pack::{How, Pack, Station};
use jiff::civil::date;
use service::accounts::NewAccount;
use service::inbox::Urgency;
use service::roles::RoleIn;
use service::typed::Fields;
use service::{Error, PageRequest};
use store::messages::MessageFilter;
use store::testing::{TestStore, on_both};

async fn open(engine: &TestStore, pack: &str) -> (Bureau, Pack) {
    let text = shipped(pack).expect("shipped").pack;
    let bureau = Bureau::open_under(engine, 0, text).await;
    (bureau, domain::policy::check::check(text).expect("sound"))
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    Fields::from(
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<Vec<_>>(),
    )
}

fn codes<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<String> {
    match outcome {
        Err(Error::Refused(reasons)) => reasons.into_iter().map(|one| one.code).collect(),
        Err(Error::Invalid(problems)) => problems.into_iter().map(|one| one.field).collect(),
        other => panic!("{other:?}"),
    }
}

/// Entered at the desk with everything declared, and all papers; not yet handed in.
async fn entered(
    bureau: &Bureau,
    pack: &Pack,
    channel: &str,
    n: usize,
    more: &[(&str, &str)],
) -> RecordId {
    let service = &bureau.service;
    let desk = bureau.now(&bureau.officer);
    let (name, number) = APPLICANTS[n];
    let specialty = bureau.specialty.to_string();
    let mut pairs = vec![
        ("channel", channel),
        ("notice", "ZJ01-2022-0001"),
        ("notice_closes", "2022-06-30"),
        ("name", name),
        ("id_number", number),
        ("mobile", "16400000001"),
        ("employer", "示例理工大学"),
        ("specialty", specialty.as_str()),
        ("pledge", "yes"),
        ("privacy", "yes"),
    ];
    pairs.extend_from_slice(more);
    let mut form = fields(&pairs);
    for leaf in &pack.eligibility.leaves {
        if leaf.how.contains(&How::Declared) {
            form.push("declared", leaf.id.as_str());
        }
    }
    let id = service
        .enter_application(&desk, 1, &form)
        .await
        .expect("entered");
    let mut papers = Fields::default();
    let list = pack.admission.channel(channel).expect("known");
    for item in domain::policy::checklist::items(pack, list) {
        for what in ["given", "opinion", "sealed"] {
            papers.push(format!("{what}.{}", item.id), "yes");
        }
        for part in &item.parts {
            papers.push(format!("part.{}", item.id), part.id.as_str());
        }
    }
    service
        .record_materials(&desk, 1, id, &papers)
        .await
        .expect("papers");
    id
}

async fn submit(bureau: &Bureau, id: RecordId) -> Result<State, Error> {
    let desk = bureau.now(&bureau.officer);
    bureau.service.submit_application(&desk, 1, id).await
}

async fn pass(bureau: &Bureau, id: RecordId) -> Result<State, Error> {
    let desk = bureau.now(&bureau.officer);
    bureau.service.pass_application(&desk, 1, id, "").await
}

/// What has to be seen with one's own eyes, seen; some leaves not.
fn seen(pack: &Pack, except: &[&str]) -> Fields {
    let mut checked = Fields::default();
    for leaf in &pack.eligibility.leaves {
        if leaf.how.contains(&How::Reviewed) {
            let holds = if except.contains(&leaf.id.as_str()) {
                "no"
            } else {
                "yes"
            };
            checked.push(format!("confirm.{}", leaf.id), holds);
            checked.push(format!("note.{}", leaf.id), "查阅证明材料原件");
        }
    }
    for register in &pack.vocabulary.registers {
        checked.push(format!("register.{}", register.id), "clear");
        checked.push(format!("register_source.{}", register.id), "公开网站");
    }
    checked
}

async fn check(bureau: &Bureau, id: RecordId, checked: &Fields) -> Result<(), Error> {
    let desk = bureau.now(&bureau.officer);
    bureau
        .service
        .check_application(&desk, 1, id, checked)
        .await
}

/// Covers: JM-7-3.
#[tokio::test]
async fn nobody_passes_before_every_point_is_concluded() {
    on_both(|engine| async move {
        let (bureau, pack) = open(&engine, "jm-2022").await;
        let teacher = [
            ("employer_kind", "高等院校"),
            ("category", "高等院校、技师学院教职员"),
            ("member_kind", "个人"),
        ];
        let id = entered(&bureau, &pack, "applied", 0, &teacher).await;
        submit(&bureau, id).await.expect("handed in");
        let mut checked = seen(&pack, &[]);
        check(&bureau, id, &checked).await.expect("noted");
        let points = ["材料真实", "材料有效", "符合资格条件"];
        assert_eq!(codes(pass(&bureau, id).await), points);
        checked.push("point.1", "yes");
        checked.push("point.2", "yes");
        check(&bureau, id, &checked).await.expect("noted");
        assert_eq!(
            codes(pass(&bureau, id).await),
            points[..1],
            "真实性 is open"
        );
        let mut untrue = checked.clone();
        untrue.push("point.0", "no");
        check(&bureau, id, &untrue).await.expect("noted");
        assert_eq!(codes(pass(&bureau, id).await), points[..1], "found untrue");
        checked.push("point.0", "yes");
        check(&bureau, id, &checked).await.expect("noted");
        let state = pass(&bureau, id).await.expect("all concluded");
        assert_eq!(state.station(), Some(Station::PublicNotice));
    })
    .await;
}

/// Covers: GZ-11-7-0.
#[tokio::test]
async fn a_relaxation_says_which_condition_how_far_and_why() {
    on_both(|engine| async move {
        let (bureau, pack) = open(&engine, "gz-2022").await;
        let service = &bureau.service;
        let desk = bureau.now(&bureau.officer);
        // A prize winner without title: ground 3, condition (二).
        let prize = [
            ("duty", "技能评价专家组"),
            ("honour.0.name", "市技术能手"),
            ("honour.0.level", "市级"),
            ("work.0.from", "2010-01-01"),
            ("work.0.employer", "示例理工大学"),
            ("work.0.tags", "evaluation"),
        ];
        let id = entered(&bureau, &pack, "selected", 0, &prize).await;
        submit(&bureau, id).await.expect("handed in");
        let base = seen(&pack, &["R1X", "R4", "R5X"]);
        check(&bureau, id, &base).await.expect("noted");
        assert_eq!(codes(pass(&bureau, id).await), ["TITLE_MID"]);
        let reason = service.pass_application(&desk, 1, id, "特殊人才").await;
        assert_eq!(codes(reason), ["TITLE_MID"], "a reason alone is not enough");

        let with = |pairs: &[(&str, &str)]| {
            let mut typed = base.clone();
            for (name, value) in pairs {
                typed.push(*name, *value);
            }
            typed
        };
        let extent = ("relax.TITLE_MID", "放宽到助理级职称");
        let reason = ("relax_reason.TITLE_MID", "市级技能竞赛第一名");
        let silent = check(&bureau, id, &with(&[extent])).await;
        assert_eq!(codes(silent), ["relax_reason.TITLE_MID"]);
        let endless = check(&bureau, id, &with(&[reason])).await;
        assert_eq!(codes(endless), ["relax.TITLE_MID"]);
        assert_eq!(
            codes(pass(&bureau, id).await),
            ["TITLE_MID"],
            "nothing was kept"
        );
        check(&bureau, id, &with(&[extent, reason]))
            .await
            .expect("granted");
        pass(&bureau, id).await.expect("relaxed");

        let figures = service
            .admission_statistics(&desk, 1)
            .await
            .expect("figures");
        let [relaxed] = figures.relaxed.as_slice() else {
            panic!("{:?}", figures.relaxed);
        };
        assert_eq!(relaxed.condition, "中级以上专业技术任职资格");
        assert_eq!(relaxed.extent, extent.1);
        assert_eq!(relaxed.reason, reason.1);
        assert_eq!(relaxed.article, "第十一条(七)3");

        // Without a ground nothing is relaxed.
        let plain = entered(
            &bureau,
            &pack,
            "selected",
            1,
            &[prize[0], prize[3], prize[4], prize[5]],
        )
        .await;
        submit(&bureau, plain).await.expect("handed in");
        check(&bureau, plain, &with(&[extent, reason]))
            .await
            .expect("noted, without effect");
        let stopped = codes(pass(&bureau, plain).await);
        assert!(stopped.contains(&"TITLE_MID".to_owned()), "{stopped:?}");
    })
    .await;
}

/// Covers: CY-12-e, CY-12-c, CY-3-d.
#[tokio::test]
async fn chaoyang_checks_before_the_unit_and_says_why_at_the_end() {
    on_both(|engine| async move {
        let (bureau, pack) = open(&engine, "cy-2021").await;
        let service = &bureau.service;
        let desk = bureau.now(&bureau.officer);
        let worked = [
            ("team", "school"),
            ("flag.in_city", "yes"),
            ("work.0.from", "2005-01-01"),
            ("work.0.employer", "示例理工大学"),
            ("work.0.tags", "teaching"),
        ];
        let relying = |on: &'static str| {
            let mut all = worked.to_vec();
            all.push(("relies_on", on));
            all
        };
        // All that is declared speaks against every alternative: it does not reach the unit.
        let bare = entered(&bureau, &pack, "apply", 0, &relying("8-1-title")).await;
        let unmet = codes(submit(&bureau, bare).await);
        for leaf in ["EDU", "TITLE", "SKILL", "KNOWN", "GOV", "OTHER"] {
            assert!(unmet.contains(&leaf.to_owned()), "{leaf}: {unmet:?}");
        }
        // Left to judgement, it goes on to the unit.
        let known = entered(&bureau, &pack, "apply", 1, &relying("8-2")).await;
        let state = submit(&bureau, known).await.expect("left to judgement");
        assert_eq!(state.station(), Some(Station::Recommendation));
        pass(&bureau, known).await.expect("recommended on paper");

        // 退回补正 keeps what was said; 不通过 needs its reason.
        let silent = service.refuse_application(&desk, 1, known, " ").await;
        assert_eq!(codes(silent), ["reason"]);
        let empty = vec![("career".to_owned(), String::new())];
        let wordless = service
            .return_application(&desk, 1, known, &empty, None)
            .await;
        assert_eq!(codes(wordless), ["reason"]);
        let wrong = vec![("career".to_owned(), "缺少任教证明。".to_owned())];
        service
            .return_application(&desk, 1, known, &wrong, Some(date(2022, 6, 20)))
            .await
            .expect("returned");
        let state = submit(&bureau, known).await.expect("put right");
        assert_eq!(state.station(), Some(Station::Vetting));
        let view = service.application(&desk, 1, known).await.expect("seen");
        let kept = &view.application.review.returns;
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].corrections[0].reason, "缺少任教证明。");
        assert_eq!(kept[0].by.name, desk.actor.name);
        service
            .refuse_application(&desk, 1, known, "任教经历不实。")
            .await
            .expect("with its reason");
        let view = service.application(&desk, 1, known).await.expect("seen");
        assert!(matches!(
            &view.application.state,
            State::Refused { reason, at: Station::Vetting, .. } if reason == "任教经历不实。"
        ));

        // The same team takes people both ways, and they are counted apart.
        let honoured: Vec<(&str, &str)> = worked
            .into_iter()
            .chain([
                ("honour.0.name", "全国技术能手"),
                ("honour.0.level", "国家级"),
                ("title.0.name", "高级工程师"),
            ])
            .collect();
        let direct = entered(&bureau, &pack, "direct", 2, &honoured).await;
        let state = submit(&bureau, direct).await.expect("nominated");
        assert_eq!(state.station(), Some(Station::Approval));
        let figures = service
            .admission_statistics(&desk, 1)
            .await
            .expect("figures");
        let counted: Vec<(&str, u64, u64, u64)> = figures
            .channels
            .iter()
            .filter(|row| row.handed_in > 0)
            .map(|row| (row.channel.as_str(), row.handed_in, row.open, row.ended))
            .collect();
        assert_eq!(counted, [("直接特聘", 1, 1, 0), ("申报评聘", 1, 0, 1)]);
    })
    .await;
}

/// Reminders sent so far, by subject.
async fn reminders(bureau: &Bureau) -> Vec<String> {
    let found = store::messages::page(
        &mut bureau.store.read(),
        bureau.store.seals(),
        &MessageFilter::default(),
        &PageRequest::first(50),
    )
    .await
    .expect("read");
    let subjects = found.items.into_iter().map(|one| one.message.subject);
    let mut subjects: Vec<String> = subjects.filter(|one| one.contains("期")).collect();
    subjects.sort();
    subjects
}

#[tokio::test]
async fn a_station_with_a_time_limit_reminds_once_before_and_once_after() {
    on_both(|engine| async move {
        // The text names no limit; one that a pack sets is obeyed, and another length another day.
        let text = shipped("jm-2022").expect("shipped").pack;
        for (limit, last) in [("3个工作日", date(2022, 6, 9)), ("5日", date(2022, 6, 11))] {
            let limited = text.replacen(
                "label = \"资格审核\"",
                &format!("label = \"资格审核\"\ndue = \"{limit}\""),
                1,
            );
            let pack = domain::policy::check::check(&limited).expect("sound");
            let step = pack.admission.step(Station::Vetting).expect("there");
            let since = date(2022, 6, 6).at(9, 0, 0, 0);
            let calendar = domain::calendar::Calendar::built_in();
            let due = step.due.expect("limited").after(since, &calendar);
            assert_eq!(due.value.date(), last, "{limit}");
        }
        let limited = text.replacen(
            "label = \"资格审核\"",
            "label = \"资格审核\"\ndue = \"3个工作日\"",
            1,
        );
        let bureau = Bureau::open_under(&engine, 0, &limited).await;
        let pack = domain::policy::check::check(&limited).expect("sound");
        let service = &bureau.service;
        let new = NewAccount {
            login: "vetting".into(),
            name: "审核甲".into(),
            ..NewAccount::default()
        };
        let made = service.create_account(&service.console(), &new).await;
        let (account, _) = made.expect("an account");
        let security = Actor {
            name: "安全管理员".into(),
            grants: vec![Grant::of_system(Role::SecurityAdmin)],
            ..Actor::system()
        };
        let security = service.ctx(security, "test", "");
        service
            .grant_role(&security, account, RoleIn::new(Role::Officer, Some(1)))
            .await
            .expect("a role");
        let teacher = [
            ("employer_kind", "高等院校"),
            ("category", "高等院校、技师学院教职员"),
            ("member_kind", "个人"),
        ];
        let id = entered(&bureau, &pack, "applied", 0, &teacher).await;
        submit(&bureau, id).await.expect("handed in");
        let at = |instant: &str| bureau.clock.set(instant.parse().expect("a time"));
        let run = async || {
            service
                .remind_applications(&service.schedule())
                .await
                .expect("run")
        };
        assert_eq!(run().await, 0, "three days are left");
        at("2022-06-08T02:00:00Z");
        assert_eq!(run().await, 1, "the day before the last");
        assert_eq!(run().await, 0, "once");
        at("2022-06-09T02:00:00Z");
        assert_eq!(run().await, 0, "said already");
        // Nothing ran for a week: what was missed is said once.
        at("2022-06-17T02:00:00Z");
        assert_eq!(run().await, 1);
        assert_eq!(run().await, 0);
        assert_eq!(
            reminders(&bureau).await,
            ["入库申请即将到期", "入库申请已超期"]
        );
        let desk = bureau.now(&bureau.officer);
        let inbox = service.inbox(&desk, bureau.pool).await.expect("an inbox");
        let item = inbox
            .items
            .iter()
            .find(|item| item.path.ends_with(&id.to_string()));
        assert_eq!(item.expect("waits").urgency, Urgency::Overdue);

        // Returned: the applicant is reminded before the last day to put it right, and not after.
        let wrong = vec![("qualification".to_owned(), "缺少证明。".to_owned())];
        service
            .return_application(&desk, 1, id, &wrong, Some(date(2022, 6, 20)))
            .await
            .expect("returned");
        assert_eq!(run().await, 0);
        at("2022-06-19T02:00:00Z");
        assert_eq!(run().await, 1);
        at("2022-06-22T02:00:00Z");
        assert_eq!(run().await, 0);
        assert!(
            reminders(&bureau)
                .await
                .contains(&"入库申请补正即将到期".to_owned())
        );
    })
    .await;
}
