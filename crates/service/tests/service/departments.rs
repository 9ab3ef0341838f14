//! Departments that own the people and the money of a pool's teams, each for itself, on both engines.

use std::collections::{BTreeMap, BTreeSet};

use crate::groups::{add, specialty};
use crate::registry::{Bureau, form, id_number};
use domain::actor::{Actor, Grant, Remit, Role};
use domain::expert::Status;
use domain::half_day::{HalfDay, Slot};
use domain::id::{AccountId, ExpertId};
use domain::task::{Demand, Level, Mode, RecusalDemand, Request, Venue};
use jiff::civil::date;
use service::experts::{Chosen, ExpertQuery};
use service::exports::ExportForm;
use service::imports::ImportState;
use service::typed::Fields;
use service::{Ctx, Error, PageRequest};
use store::testing::on_both;
use uuid::Uuid;

/// The departments of the pack with the teams they own.
const DEPARTMENTS: [(&str, &[&str]); 3] = [
    ("section", &["project"]),
    ("centre", &["briefing", "licence", "school", "teaching"]),
    ("testing", &["exam"]),
];

/// Somebody with a role for the teams of a department alone.
fn of_department(bureau: &Bureau, role: Role, department: &str) -> Ctx {
    let teams = DEPARTMENTS
        .iter()
        .find(|(name, _)| *name == department)
        .map(|(_, teams)| teams.iter().map(|team| (*team).to_owned()).collect())
        .expect("a department");
    let actor = Actor {
        account: Some(AccountId(Uuid::now_v7())),
        name: "周测试".into(),
        organisation: Some(bureau.organisation),
        grants: vec![Grant {
            remit: Remit::Teams(teams),
            ..Grant::whole(role, bureau.pools[0])
        }],
        ..Actor::system()
    };
    bureau.service.ctx(actor, "127.0.0.1", "test")
}

/// One member of each team, born in as many different years; somebody of two teams besides.
async fn members(bureau: &Bureau) -> BTreeMap<&'static str, ExpertId> {
    let welding = [specialty(bureau, "焊工").await];
    let mut members = BTreeMap::new();
    let teams = DEPARTMENTS.iter().flat_map(|(_, teams)| teams.iter());
    for (year, team) in (1970..).zip(teams) {
        let born = format!("{year}0101");
        let added = add(bureau, &welding, &born, &[("team", team)]).await;
        members.insert(*team, added.expect("a member"));
    }
    let both = add(bureau, &welding, "19700101", &[("team", "exam")]).await;
    both.expect("the member of another team in a second one");
    members
}

/// The numbers on a department's list, and in what it exports.
async fn held(bureau: &Bureau, ctx: &Ctx) -> BTreeSet<String> {
    let everybody = ExpertQuery::default();
    let page = PageRequest::first(50);
    let listed = bureau.service.experts(ctx, 1, &everybody, &page).await;
    let listed: BTreeSet<String> = listed
        .expect("listed")
        .rows
        .into_iter()
        .map(|row| row.number)
        .collect();
    let chosen = Chosen::Query(Box::new(everybody));
    let file = bureau
        .service
        .export_experts(ctx, 1, &chosen, ExportForm::Csv, "核对")
        .await
        .expect("exported");
    let text = String::from_utf8(file.bytes).expect("text");
    assert_eq!(text.lines().count(), listed.len() + 1, "{text}");
    for number in &listed {
        assert!(text.contains(number.as_str()), "{number} in {text}");
    }
    listed
}

/// Covers: CY-5-a, CY-5-b, CY-21-a.
#[tokio::test]
async fn each_department_has_the_library_of_its_own_teams() {
    on_both(async |test| {
        let bureau = Bureau::under(&test, "cy-2021", 1).await;
        let members = members(&bureau).await;
        let whole = held(&bureau, &bureau.officer()).await;
        assert_eq!(whole.len(), members.len() + 1);
        let mut together = BTreeSet::new();
        let mut sum = 0;
        for (department, teams) in DEPARTMENTS {
            let officer = of_department(&bureau, Role::Officer, department);
            let own = held(&bureau, &officer).await;
            // 考试鉴定中心 has the one who is in two teams as well.
            let extra = usize::from(department == "testing");
            assert_eq!(own.len(), teams.len() + extra, "{department}");
            sum += own.len();
            together.extend(own);
            let totals = bureau.service.expert_totals(&officer, 1).await;
            let active = totals.expect("totals")[0];
            assert_eq!(active.0, Status::Active);
            assert_eq!(
                active.1,
                store::Count::Exactly((teams.len() + extra) as u64)
            );
            // Asking for the team of another finds nobody, and says nothing of who is in it.
            let foreign = if department == "section" {
                "exam"
            } else {
                "project"
            };
            let query = ExpertQuery::of(&form(&[("team", foreign)]));
            let page = PageRequest::first(50);
            let found = bureau.service.experts(&officer, 1, &query, &page).await;
            assert!(found.expect("listed").rows.is_empty(), "{department}");
            let groups = bureau.service.groups(&officer, 1).await.expect("groups");
            let shown: BTreeSet<&str> = groups.divisions[0]
                .groups
                .iter()
                .flat_map(|group| group.parts.iter().map(|part| part.id.as_str()))
                .collect();
            assert_eq!(shown, teams.iter().copied().collect(), "{department}");
        }
        assert_eq!(together, whole, "together they have everybody");
        assert_eq!(sum, whole.len(), "and nobody twice");
    })
    .await;
}

/// Covers: CY-5-a, CY-5-b.
#[tokio::test]
async fn what_is_of_another_department_is_neither_shown_nor_changed() {
    on_both(async |test| {
        let bureau = Bureau::under(&test, "cy-2021", 1).await;
        let members = members(&bureau).await;
        let service = &bureau.service;
        let section = of_department(&bureau, Role::Officer, "section");
        let own = service.expert(&section, 1, members["project"]).await;
        let own = own.expect("its own");
        let mut fields = form(&[("employer", "示例市云岭技工学校"), ("reason", "本人申请")]);
        for (name, value) in own.fields().pairs() {
            fields.push(name, value);
        }
        let versions = (own.version, own.person_version);
        service
            .change_expert(&section, 1, members["project"], versions, &fields)
            .await
            .expect("changes its own");

        let lecturer = members["teaching"];
        let owned_by_the_centre = |refused: Error| match refused {
            Error::OutsideRemit(reason) => {
                assert_eq!(reason.article, "第五条");
                assert!(reason.sentence.contains("师资培养讲师"), "{reason:?}");
                assert!(reason.sentence.contains("职建中心"), "{reason:?}");
            }
            other => panic!("{other:?}"),
        };
        owned_by_the_centre(
            service
                .expert(&section, 1, lecturer)
                .await
                .expect_err("seen"),
        );
        owned_by_the_centre(
            service
                .change_expert(&section, 1, lecturer, (1, 1), &fields)
                .await
                .expect_err("changed"),
        );
        owned_by_the_centre(
            service
                .reveal_expert(&section, 1, lecturer, "核对")
                .await
                .expect_err("read"),
        );
        owned_by_the_centre(
            service
                .attachments(&section, 1, lecturer)
                .await
                .expect_err("files"),
        );
        owned_by_the_centre(
            service
                .expert_eligibility(&section, 1, lecturer)
                .await
                .expect_err("conditions"),
        );
        owned_by_the_centre(
            service
                .expert_history(&section, 1, lecturer)
                .await
                .expect_err("history"),
        );
        let ticked = Chosen::Ticked(vec![members["project"], lecturer]);
        owned_by_the_centre(
            service
                .export_experts(&section, 1, &ticked, ExportForm::Csv, "核对")
                .await
                .expect_err("exported"),
        );
        let entry: Fields = crate::groups::expert(&[], "19900101", &[("team", "teaching")]);
        owned_by_the_centre(
            service
                .add_expert(&section, 1, &entry)
                .await
                .expect_err("entered"),
        );
        // What concerns the pool as a whole is not a department's.
        assert!(matches!(
            service.campaigns(&section, bureau.pools[0]).await,
            Err(Error::Forbidden(_))
        ));
        let approver = of_department(&bureau, Role::Approver, "section");
        let filter = service::ledger::LedgerFilter::default();
        assert!(matches!(
            service
                .pool_ledger(&approver, bureau.pools[0], &filter)
                .await,
            Err(Error::Forbidden(_))
        ));
    })
    .await;
}

/// Covers: CY-5-a, CY-21-a.
#[tokio::test]
async fn a_department_imports_rows_of_its_own_teams_alone() {
    on_both(async |test| {
        let bureau = Bureau::under(&test, "cy-2021", 1).await;
        let testing = of_department(&bureau, Role::Officer, "testing");
        let head = "姓名,身份证号码,职业、专业,队伍,工作单位,最高学历,手机\n";
        let row = |born: &str, team: &str| {
            format!(
                "单志强,{},焊工,{team},示例市启明机电设备有限公司,大学本科,16012345678\n",
                id_number(born, true)
            )
        };
        let text = head.to_owned()
            + &row("19800101", "师资培养讲师")
            + &row("19810101", "鉴定、认定督导（考）员");
        let fields = form(&[
            ("basis", "示例纪要〔2026〕3号"),
            ("basis_on", "2026-03-01"),
            ("new_specialties", "add"),
        ]);
        let service = &bureau.service;
        let id = service
            .begin_import(&testing, 1, "名册.csv", text.into_bytes(), &fields)
            .await
            .expect("kept");
        let import = service.read_import(&testing, 1, id).await.expect("read");
        let ImportState::Ready { counts, .. } = &import.state else {
            panic!("{:?}", import.state)
        };
        let preview = service.import_preview(&testing, 1, id).await.expect("kept");
        assert_eq!((counts.new, counts.errors), (1, 1), "{preview:?}");
        let said = &preview.problems[0].sentence;
        assert!(
            said.contains("职建中心") && said.contains("第五条"),
            "{said}"
        );
        // A file may name anybody: it is for whoever brought it, and for those of the whole pool.
        let section = of_department(&bureau, Role::Officer, "section");
        assert!(matches!(
            service.import_preview(&section, 1, id).await,
            Err(Error::NotFound)
        ));
        assert!(service.imports(&section, 1).await.expect("own").is_empty());
        assert_eq!(
            service
                .imports(&bureau.officer(), 1)
                .await
                .expect("all")
                .len(),
            1
        );
    })
    .await;
}

fn request(kind: &str, specialty: domain::id::SpecialtyId) -> Request {
    let fields = [
        ("description", "巡查"),
        ("occupation", "焊工"),
        ("exam_site", "示例考点"),
        ("exam_room", "第一考场"),
        ("session", "上午"),
        ("feedback_due", "2026-12-31"),
    ];
    Request {
        content: "现场督考".to_owned(),
        scope: String::new(),
        kind: kind.to_owned(),
        sub_kind: None,
        fields: fields
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        half_days: vec![HalfDay {
            date: date(2026, 12, 1),
            slot: Slot::Morning,
        }],
        starts_at: None,
        place: "示例考点".to_owned(),
        venue: Venue::OnSite,
        reviewed: Vec::new(),
        demands: vec![Demand {
            label: "督考".to_owned(),
            specialties: vec![specialty],
            level: Level::Any,
            duty: None,
            seats: 1,
            reserves: 0,
        }],
        per_employer: None,
        recusal: RecusalDemand::Nobody,
        mode: Mode::Random,
    }
}

/// Covers: CY-5-c.
#[tokio::test]
async fn a_department_asks_for_experts_of_its_own_teams() {
    on_both(async |test| {
        let bureau = Bureau::under(&test, "cy-2021", 1).await;
        let welding = specialty(&bureau, "焊工").await;
        let service = &bureau.service;
        let pool = bureau.pools[0];
        let testing = of_department(&bureau, Role::Requester, "testing");
        let refused = service
            .file_task(&testing, pool, request("16-1-4", welding))
            .await
            .expect_err("of another");
        let Error::OutsideRemit(reason) = &refused else {
            panic!("{refused:?}")
        };
        assert!(reason.sentence.contains("培训机构督导员"), "{reason:?}");
        assert!(reason.sentence.contains("职建中心"), "{reason:?}");
        let id = service
            .file_task(&testing, pool, request("16-2-4", welding))
            .await
            .expect("its own");
        let task = service.task(&testing, id).await.expect("seen").task;
        assert_eq!(task.team.as_deref(), Some("exam"));

        // A kind of work that several teams do says whose it is before anything else.
        let unsaid = service
            .file_task(&testing, pool, request("14-5", welding))
            .await
            .expect_err("no team");
        assert!(matches!(unsaid, Error::Invalid(_)), "{unsaid:?}");

        // Officers see and accept what is of their teams.
        let page = PageRequest::first(10);
        for (department, sees) in [("testing", 1), ("section", 0)] {
            let officer = of_department(&bureau, Role::Officer, department);
            let listed = service.tasks(&officer, pool, &[], &page).await;
            assert_eq!(listed.expect("listed").items.len(), sees, "{department}");
            let found = service.task(&officer, id).await;
            assert_eq!(found.is_ok(), sees == 1, "{department}");
            let accepted = service.accept_task(&officer, id).await;
            assert_eq!(accepted.is_ok(), sees == 1, "{department}");
        }
    })
    .await;
}
