//! Teams and groups of a pool, on both engines: a membership is of a team, one person has one in each,
//! lists are narrowed by either axis.

use std::collections::BTreeMap;

use crate::registry::{Bureau, form, id_number};
use domain::actor::Role;
use domain::engagement::{Answered, Engagement, State as Seated};
use domain::event::EventKind;
use domain::half_day::{HalfDay, Slot};
use domain::id::{AccountId, EngagementId, ExpertId, PersonId, SpecialtyId, TaskId};
use domain::task::{Demand, Level, Mode, RecusalDemand, Request, State, Task, Venue};
use jiff::civil::Date;
use service::Error;
use service::experts::{Chosen, ExpertQuery};
use service::exports::ExportForm;
use service::imports::{ImportState, RowsWithErrors};
use service::typed::Fields;
use store::engagements::EngagementKeys;
use store::tasks::TaskKeys;
use store::testing::{now, on_both};
use store::{LedgerId, PageRequest, document};
use uuid::Uuid;

pub(crate) async fn specialty(bureau: &Bureau, name: &str) -> SpecialtyId {
    bureau
        .service
        .add_specialty(&bureau.officer(), 1, name, "使用方需要")
        .await
        .expect("added")
}

/// A teacher whom no condition of the packs keeps out.
pub(crate) fn expert(specialties: &[SpecialtyId], born: &str, more: &[(&str, &str)]) -> Fields {
    // What is said first counts.
    let mut fields = form(more);
    for (name, value) in [
        ("name", "区静怡"),
        ("id_number", &id_number(born, true)),
        ("mobile", "16012345678"),
        ("employer", "示例市启明机电设备有限公司"),
        ("education.0.level", "大学本科"),
        ("title.0.name", "高级工程师"),
        ("title.0.obtained", "2010年6月"),
        ("work.0.from", "2000-07"),
        ("work.0.to", "至今"),
        ("work.0.employer", "示例市启明机电设备有限公司"),
        ("work.0.tags", "teaching"),
        ("work.0.tags", "training"),
        ("work.0.tags", "evaluation"),
        ("flag.in_city", "yes"),
        ("basis", "示例纪要〔2026〕3号"),
        ("basis_on", "2026-03-01"),
    ] {
        fields.push(name, value);
    }
    for one in specialties {
        fields.push("specialty", one.to_string());
    }
    fields
}

pub(crate) async fn add(
    bureau: &Bureau,
    specialties: &[SpecialtyId],
    born: &str,
    more: &[(&str, &str)],
) -> service::Result<ExpertId> {
    bureau
        .service
        .add_expert(&bureau.officer(), 1, &expert(specialties, born, more))
        .await
}

fn sentence(refused: service::Result<ExpertId>, field: &str) -> String {
    match refused {
        Err(Error::Invalid(problems)) => problems
            .into_iter()
            .find(|problem| problem.field == field)
            .map(|problem| problem.sentence)
            .unwrap_or_default(),
        other => panic!("{other:?}"),
    }
}

async fn listed(bureau: &Bureau, pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let query = ExpertQuery::of(&form(pairs));
    let page = PageRequest::first(50);
    let found = bureau
        .service
        .experts(&bureau.officer(), 1, &query, &page)
        .await
        .expect("listed");
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    let mut rows: Vec<_> = found
        .rows
        .into_iter()
        .map(|row| (row.number.clone(), row.groups()))
        .collect();
    rows.sort();
    rows
}

/// Covers: CY-2-a, CY-2-e.
#[tokio::test]
async fn one_person_is_a_member_of_each_team_on_its_own_term() {
    on_both(async |test| {
        let bureau = Bureau::under(&test, "cy-2021", 1).await;
        let ctx = bureau.officer();
        let welding = [specialty(&bureau, "焊工").await];
        let division = |groups: service::groups::Groups| groups.divisions[0].clone();
        let offered = division(bureau.service.groups(&ctx, 1).await.expect("groups"));
        let names: Vec<&str> = offered.groups.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["评审专家", "讲师", "督导员"]);
        assert_eq!(offered.groups[1].owner.as_deref(), Some("职建中心"));

        let born = "19800101";
        let unsaid = add(&bureau, &welding, born, &[]).await;
        assert!(sentence(unsaid, "team").contains("没有选择队伍"));
        let whole = add(&bureau, &welding, born, &[("team", "supervisor")]).await;
        let said = sentence(whole, "team");
        assert!(
            said.contains("培训机构督导员、鉴定、认定督导（考）员"),
            "{said}"
        );
        let by_application = [("team", "project"), ("channel", "apply")];
        let wrong = add(&bureau, &welding, born, &by_application).await;
        assert!(sentence(wrong, "channel").contains("不能聘入“项目评审专家”"));

        let teaching = add(&bureau, &welding, born, &[("team", "teaching")])
            .await
            .expect("a lecturer");
        let later = [("team", "school"), ("term_from", "2026-06-01")];
        let school = add(&bureau, &welding, born, &later)
            .await
            .expect("and a supervisor");
        assert_ne!(teaching, school);
        let again = add(&bureau, &welding, born, &[("team", "school")]).await;
        assert!(sentence(again, "id_number").contains("培训机构督导员"));
        let view = |id| bureau.service.expert(&ctx, 1, id);
        let (one, other) = (
            view(teaching).await.expect("one"),
            view(school).await.expect("other"),
        );
        assert_eq!(one.member.expert.person, other.member.expert.person);
        assert_ne!(
            one.member.expert.standing.term(),
            other.member.expert.standing.term()
        );
        assert_ne!(one.member.expert.number, other.member.expert.number);
        assert_eq!(other.team.as_deref(), Some("培训机构督导员"));

        let groups = bureau.service.groups(&ctx, 1).await.expect("groups");
        assert_eq!((groups.people, groups.memberships), (1, 2));
        assert_eq!(division(groups).groups[2].members, 1);
        assert_eq!(listed(&bureau, &[("team", "supervisor")]).await.len(), 1);
        assert_eq!(listed(&bureau, &[("team", "exam")]).await.len(), 0);
        assert_eq!(listed(&bureau, &[]).await.len(), 2);
        assert!(listed(&bureau, &[("team", "none")]).await.is_empty());

        // What is changed of the person is changed for both; a membership stays of its team.
        let mut fields = one.fields();
        fields.push("reason", "本人申请");
        let moved: Vec<_> = fields
            .pairs()
            .iter()
            .map(|(name, value)| match name.as_str() {
                "employer" => (name.clone(), "示例市云岭技工学校".to_owned()),
                _ => (name.clone(), value.clone()),
            })
            .collect();
        let versions = (one.version, one.person_version);
        bureau
            .service
            .change_expert(&ctx, 1, teaching, versions, &Fields::from(moved.clone()))
            .await
            .expect("changed");
        let employer = [("employer", "云岭技工")];
        assert_eq!(
            listed(&bureau, &employer).await.len(),
            2,
            "both are found by it"
        );
        let now = view(teaching).await.expect("found");
        let to_exam: Vec<_> = moved
            .into_iter()
            .map(|(name, value)| match name.as_str() {
                "team" => (name, "exam".to_owned()),
                _ => (name, value),
            })
            .collect();
        let versions = (now.version, now.person_version);
        let refused = bureau
            .service
            .change_expert(&ctx, 1, teaching, versions, &Fields::from(to_exam))
            .await;
        let Err(Error::Invalid(problems)) = refused else {
            panic!("{refused:?}")
        };
        assert!(problems[0].sentence.contains("请为另一支队伍另办聘任"));
    })
    .await;
}

/// Covers: CY-2-a.
#[tokio::test]
async fn a_roster_names_the_team_of_each_row() {
    on_both(async |test| {
        let bureau = Bureau::under(&test, "cy-2021", 1).await;
        let ctx = bureau.officer();
        let head = "姓名,身份证号码,职业、专业,队伍,工作单位,最高学历,手机\n";
        let row = |born: &str, team: &str| {
            format!(
                "单志强,{},焊工,{team},示例市启明机电设备有限公司,大学本科,16012345678\n",
                id_number(born, true)
            )
        };
        let text = head.to_owned()
            + &row("19800101", "师资培养讲师")
            + &row("19800101", "鉴定、认定督导(考)员")
            + &row("19810101", "督导员")
            + &row("19820101", "")
            + &row("19800101", "师资培养讲师");
        let fields = form(&[
            ("basis", "示例纪要〔2026〕3号"),
            ("basis_on", "2026-03-01"),
            ("new_specialties", "add"),
        ]);
        let id = bureau
            .service
            .begin_import(&ctx, 1, "名册.csv", text.into_bytes(), &fields)
            .await
            .expect("kept");
        let import = bureau.service.read_import(&ctx, 1, id).await.expect("read");
        let ImportState::Ready { counts, .. } = &import.state else {
            panic!("{:?}", import.state)
        };
        let preview = bureau
            .service
            .import_preview(&ctx, 1, id)
            .await
            .expect("kept");
        assert_eq!((counts.new, counts.errors), (2, 3), "{preview:?}");
        let problems: Vec<&str> = preview
            .problems
            .iter()
            .map(|problem| problem.sentence.as_str())
            .collect();
        assert!(
            problems.iter().any(|said| said.contains("下面还分队伍")),
            "{problems:?}"
        );
        assert!(
            problems.iter().any(|said| said.contains("没有选择队伍")),
            "{problems:?}"
        );
        assert!(
            problems
                .iter()
                .any(|said| said.contains("身份证号码与第 2 行相同"))
        );
        bureau
            .service
            .confirm_import(&ctx, 1, id, RowsWithErrors::LeaveOut)
            .await
            .expect("written");
        let groups = bureau.service.groups(&ctx, 1).await.expect("groups");
        assert_eq!((groups.people, groups.memberships), (1, 2));
        let rows = listed(&bureau, &[]).await;
        let teams: Vec<&str> = rows.iter().map(|(_, groups)| groups.as_str()).collect();
        assert_eq!(teams, ["师资培养讲师", "鉴定、认定督导（考）员"]);
    })
    .await;
}

/// Covers: GZ-5-a, GZ-8-a.
#[tokio::test]
async fn groups_of_two_axes_are_kept_filtered_and_not_dissolved_over_their_members() {
    on_both(async |test| {
        let bureau = Bureau::under(&test, "gz-2022", 1).await;
        let ctx = bureau.officer();
        let car = specialty(&bureau, "汽车维修工").await;
        let cook = specialty(&bureau, "中式烹调师").await;
        let more = [
            specialty(&bureau, "电工").await,
            specialty(&bureau, "焊工").await,
        ];
        let groups = bureau.service.groups(&ctx, 1).await.expect("groups");
        assert_eq!(
            groups.divisions[0].groups[0].name,
            "广州市汽车维修工专业职业技能培训评价专家组"
        );
        let both = [("duty", "培训评审专家组"), ("duty", "技能评价专家组")];
        let four = [car, cook, more[0], more[1]];
        let many = add(&bureau, &four, "19700101", &both).await;
        assert!(sentence(many, "specialty").contains("不超过 3 个"));
        let id = add(&bureau, &four[..3], "19700101", &both)
            .await
            .expect("added");
        let one = [("duty", "技能评价专家组")];
        add(&bureau, &[car], "19710101", &one).await.expect("added");

        let car_text = car.to_string();
        let by_group = [("specialty", car_text.as_str())];
        assert_eq!(listed(&bureau, &by_group).await.len(), 2);
        assert_eq!(listed(&bureau, &both[..1]).await.len(), 1);
        assert_eq!(listed(&bureau, &both[1..]).await.len(), 2);
        let two_axes = [by_group[0], ("duty", "培训评审专家组")];
        let found = listed(&bureau, &two_axes).await;
        assert_eq!(found.len(), 1, "once by both axes");
        assert_eq!(found[0].1, "培训评审专家组、技能评价专家组");
        let groups = bureau.service.groups(&ctx, 1).await.expect("groups");
        assert_eq!(groups.divisions[0].groups[0].members, 2);
        assert_eq!(groups.divisions[1].groups[0].members, 1);
        let query = ExpertQuery::of(&form(&two_axes));
        let file = bureau
            .service
            .export_experts(
                &ctx,
                1,
                &Chosen::Query(Box::new(query)),
                ExportForm::Csv,
                "核对",
            )
            .await
            .expect("exported");
        let text = String::from_utf8(file.bytes).expect("text");
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("培训评审专家组、技能评价专家组"), "{text}");

        let rows = bureau.service.specialties(&ctx, 1).await.expect("rows");
        let version = |id: SpecialtyId| {
            let row = rows.iter().find(|row| row.specialty.id == id);
            row.expect("known").version
        };
        let refused = bureau
            .service
            .retire_specialty(&ctx, 1, car, version(car), "职业取消")
            .await;
        let Err(Error::Refused(reasons)) = refused else {
            panic!("{refused:?}")
        };
        assert!(
            reasons[0].sentence.contains("还有 2 名在库成员"),
            "{}",
            reasons[0].sentence
        );
        assert_eq!(reasons[0].article, "第五条");
        let empty = more[1];
        bureau
            .service
            .retire_specialty(&ctx, 1, empty, version(empty), "职业取消")
            .await
            .expect("nobody is in it");
        let view = bureau.service.expert(&ctx, 1, id).await.expect("found");
        assert_eq!(view.member.expert.duties.len(), 2);
    })
    .await;
}

/// A task whose experts are known, on these days.
async fn task(
    bureau: &Bureau,
    number: &str,
    on: Date,
    members: &[(ExpertId, PersonId)],
) -> (TaskId, Vec<EngagementId>) {
    let pool = bureau.pools[0];
    let task = TaskId(Uuid::now_v7());
    let requester = bureau.organisation;
    let body = Task {
        id: task,
        pool,
        number: number.to_owned(),
        requester,
        filed_by: AccountId(Uuid::now_v7()),
        filed_at: now(),
        team: None,
        request: Request {
            content: "试题审定".to_owned(),
            scope: String::new(),
            kind: "4-1".to_owned(),
            sub_kind: None,
            fields: BTreeMap::new(),
            half_days: vec![HalfDay {
                date: on,
                slot: Slot::Morning,
            }],
            starts_at: None,
            place: "示例市".to_owned(),
            venue: Venue::OnSite,
            reviewed: Vec::new(),
            demands: vec![Demand {
                label: "审定".to_owned(),
                specialties: Vec::new(),
                level: Level::Any,
                duty: None,
                seats: 3,
                reserves: 0,
            }],
            per_employer: None,
            recusal: RecusalDemand::Nobody,
            mode: Mode::Random,
        },
        state: State::Published {
            draw: None,
            at: now(),
        },
    };
    let mut tx = bureau
        .store
        .write(LedgerId::Pool(pool))
        .await
        .expect("door");
    let keys = TaskKeys {
        pool,
        number: number.to_owned(),
        requester,
        status: body.state.code().to_owned(),
        work_from: on,
        work_to: on,
        team: String::new(),
        title: "试题审定".to_owned(),
    };
    document::insert(&mut tx, task, keys, &body)
        .await
        .expect("task");
    let mut seats = Vec::new();
    for (expert, person) in members {
        let id = EngagementId(Uuid::now_v7());
        let state = Seated::Accepted {
            at: now(),
            answered: Answered::Expert,
        };
        let keys = EngagementKeys {
            pool,
            task,
            draw: None,
            expert: *expert,
            status: state.code().to_owned(),
            answer_by: None,
        };
        let body = Engagement {
            id,
            pool,
            task,
            draw: None,
            expert: *expert,
            person: *person,
            demand: 0,
            round: 1,
            leave_asked: None,
            call: None,
            to_arrange: false,
            post: None,
            state,
        };
        document::insert(&mut tx, id, keys, &body)
            .await
            .expect("seat");
        seats.push(id);
    }
    tx.append(&store::testing::event(EventKind::TaskFiled.code(), now()))
        .await
        .expect("event");
    tx.commit().await.expect("commit");
    (task, seats)
}

fn refusal(outcome: service::Result<()>) -> Vec<(String, String)> {
    match outcome {
        Err(Error::Refused(reasons)) => reasons
            .into_iter()
            .map(|reason| (reason.article, reason.sentence))
            .collect(),
        other => panic!("{other:?}"),
    }
}

/// Covers: GZ-7-b, GZ-12-0, GZ-13-a.
#[tokio::test]
async fn a_task_has_one_leader_among_its_experts_and_none_once_it_is_over() {
    on_both(async |test| {
        let bureau = Bureau::under(&test, "gz-2022", 1).await;
        let ctx = bureau.officer();
        let car = [specialty(&bureau, "汽车维修工").await];
        let group = ("duty", "技能评价专家组");
        let reviewed = |id| ("reviewed", id);
        let lead = [group, reviewed("P1"), reviewed("P_RELATED"), reviewed("P3")];
        let middle = [lead.as_slice(), &[("title.0.name", "工程师")]].concat();
        let superior = [
            group,
            ("title.0.name", "工程师"),
            ("flag.superior_pool_expert", "yes"),
        ];
        let mut members = Vec::new();
        for (born, more) in [
            ("19700101", lead.as_slice()),
            ("19710101", &middle),
            ("19720101", &superior),
        ] {
            let id = add(&bureau, &car, born, more).await.expect("added");
            let view = bureau.service.expert(&ctx, 1, id).await.expect("found");
            members.push((id, view.member.expert.person));
        }
        let today = ctx.today();
        let (current, seats) = task(&bureau, "XQ-1", today, &members).await;
        let give = |seat: EngagementId| bureau.service.give_post(&ctx, seat, "leader", "");
        let refused = refusal(give(seats[1]).await);
        assert!(
            refused.iter().any(|(article, _)| article == "第十二条(二)"),
            "{refused:?}"
        );

        let posts = bureau
            .service
            .task_posts(&ctx, current)
            .await
            .expect("posts");
        let bases: Vec<Option<&str>> = posts[0]
            .candidates
            .iter()
            .map(|one| one.basis.as_deref())
            .collect();
        assert!(
            bases
                .iter()
                .flatten()
                .any(|basis| basis.contains("第十二条")),
            "{bases:?}"
        );
        assert_eq!(bases.iter().filter(|basis| basis.is_none()).count(), 2);
        assert!(
            posts[0]
                .candidates
                .iter()
                .any(|one| one.basis.is_none() && one.unconfirmed),
            "nobody has confirmed anything of the third: {:?}",
            posts[0].candidates
        );
        let ways = posts[0]
            .candidates
            .iter()
            .filter_map(|one| one.by_words.as_deref());
        let ways: Vec<&str> = ways.collect();
        assert!(ways.len() == 1 && ways[0].contains("第十三条"), "{ways:?}");

        give(seats[0]).await.expect("a leader");
        let rich = "参加省级题库开发六年";
        let superior = |seat: EngagementId| bureau.service.give_post(&ctx, seat, "leader", rich);
        let second = refusal(superior(seats[2]).await);
        assert!(second[0].1.contains("只设 1 名"), "{second:?}");
        let holders = async |task| -> Vec<String> {
            let seats = bureau.service.seats(&ctx, task).await.expect("seats");
            seats.into_iter().filter_map(|seat| seat.post).collect()
        };
        assert_eq!(holders(current).await, ["专家组组长"]);
        let requester = bureau.ctx(Role::Approver, 0);
        let denied = bureau
            .service
            .give_post(&requester, seats[2], "leader", rich)
            .await;
        assert!(matches!(denied, Err(Error::Forbidden(_))), "{denied:?}");
        bureau
            .service
            .release_post(&ctx, seats[0], "另有任务")
            .await
            .expect("released");
        refusal(give(seats[2]).await);
        superior(seats[2]).await.expect("the next, by article 13");
        let actions = bureau.actions(0).await;
        let about: Vec<&str> = actions
            .iter()
            .map(String::as_str)
            .filter(|action| action.contains("post_"))
            .collect();
        assert_eq!(
            about,
            [
                "engagement.post_given",
                "engagement.post_released",
                "engagement.post_given"
            ]
        );

        // Over the day after: nobody leads, and nobody can be made to.
        let (past, old) = task(&bureau, "XQ-2", today.yesterday().expect("a day"), &members).await;
        let late = refusal(give(old[0]).await);
        assert!(late[0].1.contains("不在进行中"), "{late:?}");
        assert!(holders(past).await.is_empty());
        let tomorrow = bureau.on(today.tomorrow().expect("a day"));
        let seats = bureau
            .service
            .seats(&tomorrow, current)
            .await
            .expect("seats");
        assert!(seats.iter().all(|seat| seat.post.is_none()));
    })
    .await;
}
