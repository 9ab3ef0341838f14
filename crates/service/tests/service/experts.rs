//! Experts, specialties, organisations and relations, on both engines.

use crate::registry::{Bureau, form, id_number};
use domain::actor::Role;
use domain::expert::Status;
use domain::id::{ExpertId, SpecialtyId};
use domain::policy::decide::Outcome;
use service::Error;
use service::experts::{BatchAct, Chosen, ExpertQuery};
use service::organisations::OrganisationDraft;
use service::relations::RelationDraft;
use service::typed::Fields;
use store::PageRequest;
use store::testing::on_both;

fn expert(specialty: SpecialtyId, name: &str, born: &str) -> Fields {
    let mut fields = form(&[
        ("name", name),
        ("id_number", &id_number(born, true)),
        ("mobile", "16012345678"),
        ("email", "someone@example.com"),
        ("address", "示例市云岭区一号"),
        ("employer", "示例市启明机电设备有限公司"),
        ("employer_kind", "企业"),
        ("title.0.name", "高级工程师"),
        ("title.0.obtained", "2015年6月"),
        ("work.0.from", "2008-07"),
        ("work.0.to", "至今"),
        ("work.0.employer", "示例市启明机电设备有限公司"),
        ("work.0.tags", "related"),
        ("task_kinds", "8-4"),
        ("basis", "示例委纪要〔2026〕3号"),
        ("basis_on", "2026-03-01"),
        ("term_from", "2026-03-01"),
    ]);
    fields.push("specialty", specialty.to_string());
    fields
}

async fn specialty(bureau: &Bureau, name: &str) -> SpecialtyId {
    bureau
        .service
        .add_specialty(&bureau.officer(), 1, name, "使用方需要")
        .await
        .expect("added")
}

async fn add(bureau: &Bureau, specialty: SpecialtyId, name: &str, born: &str) -> ExpertId {
    bureau
        .service
        .add_expert(&bureau.officer(), 1, &expert(specialty, name, born))
        .await
        .expect("added")
}

fn query(pairs: &[(&str, &str)]) -> ExpertQuery {
    ExpertQuery::of(&form(pairs))
}

async fn names(bureau: &Bureau, pairs: &[(&str, &str)]) -> Vec<String> {
    let list = bureau
        .service
        .experts(&bureau.officer(), 1, &query(pairs), &PageRequest::first(50))
        .await
        .expect("listed");
    list.rows.into_iter().map(|row| row.name).collect()
}

/// Covers: DG-7-3, DG-7-4-b.
#[tokio::test]
async fn an_expert_enters_on_a_basis_and_the_decision_is_kept() {
    on_both(async |test| {
        let bureau = Bureau::open(&test, 1).await;
        let ctx = bureau.officer();
        let welding = specialty(&bureau, "焊接").await;
        let id = add(&bureau, welding, "区静怡", "19800101").await;
        let view = bureau.service.expert(&ctx, 1, id).await.expect("found");
        assert_eq!(view.member.expert.number, "DG20260001");
        assert_eq!(view.member.expert.standing.term().to, jiff::civil::date(2029, 2, 28));
        assert_eq!(view.status, Status::Active);
        let entry = view.member.entry.expect("the basis is kept");
        assert_eq!(entry.decision.pack, "dg-2021");
        assert_eq!(entry.decision.digest.len(), 64);
        assert_ne!(entry.decision.outcome, Outcome::Unmet);
        assert!(view.masked.id_number.starts_with("440***"), "{}", view.masked.id_number);
        assert_eq!(bureau.actions(0).await, ["expert.added", "specialty.added"]);

        let twice = bureau.service.add_expert(&ctx, 1, &expert(welding, "区静怡", "19800101")).await;
        let Err(Error::Invalid(problems)) = twice else { panic!("{twice:?}") };
        assert!(problems.iter().any(|p| p.field == "id_number" && p.sentence.contains("DG20260001")));

        let unclassified = expert(welding, "单志强", "19790101");
        let unclassified: Vec<_> = unclassified.pairs().iter().filter(|(name, _)| name != "specialty").cloned().collect();
        let refused = bureau.service.add_expert(&ctx, 1, &Fields::from(unclassified)).await;
        assert!(matches!(refused, Err(Error::Invalid(problems)) if problems.iter().any(|p| p.field == "specialty")));
    })
    .await;
}

/// What the lists do not have is stated with level and authority, or mended; what lies ahead has not happened.
#[tokio::test]
async fn a_title_no_list_has_and_a_date_ahead_are_asked_about() {
    on_both(async |test| {
        let bureau = Bureau::open(&test, 1).await;
        let ctx = bureau.officer();
        let welding = specialty(&bureau, "焊接").await;
        let with = |more: &[(&str, &str)]| {
            let base = expert(welding, "区静怡", "19800101");
            let kept = base
                .pairs()
                .iter()
                .filter(|(name, _)| !name.starts_with("title."));
            let mut fields = Fields::from(kept.cloned().collect::<Vec<_>>());
            for (name, value) in more {
                fields.push(*name, *value);
            }
            fields
        };
        let refused = async |more: &[(&str, &str)]| {
            let added = bureau.service.add_expert(&ctx, 1, &with(more)).await;
            let Err(Error::Invalid(problems)) = added else {
                panic!("{added:?}")
            };
            problems
                .into_iter()
                .map(|one| (one.field, one.sentence))
                .collect::<Vec<_>>()
        };
        for (name, level) in [
            ("大教授", "正高级"),
            ("特级大师", "副高级"),
            ("机械工程师", ""),
        ] {
            let said = refused(&[("title.0.name", name), ("title.0.level", level)]).await;
            assert_eq!(said[0].0, "title.0.name");
            assert!(
                said[0].1.contains(name) && said[0].1.contains("审批机关"),
                "{said:?}"
            );
        }
        let said = refused(&[("title.0.name", "高级技师"), ("title.0.level", "副高级")]).await;
        assert!(said[0].1.contains("移到技能等级栏"), "{said:?}");
        let ahead = [
            ("title.0.name", "高级工程师"),
            ("title.0.obtained", "2100-01"),
            ("education.0.level", "本科"),
            ("education.0.ended", "2100-01"),
        ];
        let fields: Vec<String> = refused(&ahead)
            .await
            .into_iter()
            .map(|(field, _)| field)
            .collect();
        assert_eq!(fields, ["title.0.obtained", "education.0.ended"]);

        let stated = [
            ("title.0.name", "高级政工师"),
            ("title.0.level", "副高级"),
            ("title.0.authority", "示例市人社局"),
        ];
        bureau
            .service
            .add_expert(&ctx, 1, &with(&stated))
            .await
            .expect("stated in full");
    })
    .await;
}

/// Covers: DG-4-4.
#[tokio::test]
async fn whoever_is_seventy_on_the_day_of_the_basis_is_refused_with_the_article() {
    on_both(async |test| {
        let bureau = Bureau::open(&test, 1).await;
        let welding = specialty(&bureau, "焊接").await;
        let refused = bureau
            .service
            .add_expert(&bureau.officer(), 1, &expert(welding, "仇老", "19560301"))
            .await;
        let Err(Error::Refused(reasons)) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(
            reasons
                .iter()
                .map(|r| r.article.as_str())
                .collect::<Vec<_>>(),
            ["第四条(四)"]
        );
        add(&bureau, welding, "仇未到", "19560302").await;
    })
    .await;
}

#[tokio::test]
async fn the_list_finds_by_name_pinyin_initials_employer_number_and_more() {
    on_both(async |test| {
        let bureau = Bureau::open(&test, 1).await;
        let welding = specialty(&bureau, "焊接").await;
        let cooking = specialty(&bureau, "中式烹调").await;
        add(&bureau, welding, "区静怡", "19800101").await;
        add(&bureau, cooking, "单志强", "19790101").await;
        for found in [
            "静怡",
            "区",
            "oujingyi",
            "qujing",
            "ojy",
            "启明机电 静怡",
            "DG20260001",
        ] {
            assert_eq!(names(&bureau, &[("q", found)]).await, ["区静怡"], "{found}");
        }
        assert_eq!(
            names(&bureau, &[("employer", "启明机电")]).await,
            ["区静怡", "单志强"]
        );
        assert_eq!(
            names(&bureau, &[("sort", "-name")]).await,
            ["单志强", "区静怡"]
        );
        assert_eq!(
            names(&bureau, &[("specialty", &cooking.to_string())]).await,
            ["单志强"]
        );
        assert_eq!(names(&bureau, &[("level", "title:副高级")]).await.len(), 2);
        assert!(
            names(&bureau, &[("level", "title:正高级")])
                .await
                .is_empty()
        );
        assert_eq!(names(&bureau, &[("status", "active")]).await.len(), 2);
        assert!(names(&bureau, &[("status", "expired")]).await.is_empty());
        bureau
            .clock
            .set("2029-03-01T01:00:00+08:00".parse().expect("time"));
        assert_eq!(
            names(&bureau, &[("status", "expired")]).await.len(),
            2,
            "the day after the last day"
        );
        let tail = id_number("19790101", true);
        assert_eq!(
            names(&bureau, &[("id4", &tail[14..])]).await.len(),
            1 + usize::from(tail[14..] == id_number("19800101", true)[14..])
        );
        let bad = bureau
            .service
            .experts(
                &bureau.officer(),
                1,
                &query(&[("level", "title:不存在")]),
                &PageRequest::first(50),
            )
            .await
            .expect("answered");
        assert!(
            bad.rows.is_empty() && bad.problems.len() == 1,
            "a condition that cannot be read shows nobody"
        );
    })
    .await;
}

/// Two servers on one database: each holds its own roster, and each list is that of the database.
#[tokio::test]
async fn a_list_shows_what_another_server_changed() {
    on_both(async |test| {
        let one = Bureau::open(&test, 1).await;
        let welding = specialty(&one, "焊接").await;
        let id = add(&one, welding, "区静怡", "19800101").await;
        let two = one.beside(&test).await;
        for bureau in [&one, &two] {
            assert_eq!(names(bureau, &[]).await, ["区静怡"]);
        }
        add(&two, welding, "单志强", "19790101").await;
        assert_eq!(names(&one, &[]).await, ["区静怡", "单志强"]);
        assert_eq!(names(&one, &[("q", "shanzq")]).await, [""; 0]);
        assert_eq!(names(&one, &[("q", "szq")]).await, ["单志强"]);
        let active = [("q", "区"), ("status", "active")];
        assert_eq!(names(&one, &active).await, ["区静怡"]);
        let chosen = Chosen::Ticked(vec![id]);
        let until = String::new();
        two.service
            .run_expert_batch(
                &two.officer(),
                1,
                &chosen,
                &BatchAct::Suspend { until },
                "材料核实",
            )
            .await
            .expect("suspended");
        assert!(names(&one, &active).await.is_empty());
        let first = one
            .service
            .experts(&one.officer(), 1, &query(&[]), &PageRequest::first(1))
            .await
            .expect("a page");
        assert_eq!(first.count, store::Count::Exactly(2));
        let next = PageRequest::after(first.next, 1);
        let second = two
            .service
            .experts(&two.officer(), 1, &query(&[]), &next)
            .await
            .expect("the next page, of the other server");
        assert_eq!(second.rows[0].name, "单志强");
        assert!(second.next.is_none());
        let foreign = PageRequest::after(Some("no cursor".into()), 1);
        let refused = one
            .service
            .experts(&one.officer(), 1, &query(&[]), &foreign)
            .await;
        assert!(refused.is_err());
    })
    .await;
}

#[tokio::test]
async fn saved_filters_belong_to_one_account() {
    on_both(async |test| {
        let bureau = Bureau::open(&test, 1).await;
        let (ctx, other) = (bureau.officer(), bureau.officer());
        bureau
            .service
            .save_expert_filter(&ctx, 1, "焊接", &query(&[("q", "焊")]))
            .await
            .expect("saved");
        bureau
            .service
            .save_expert_filter(&ctx, 1, "焊接", &query(&[("q", "焊工")]))
            .await
            .expect("replaced");
        let kept = bureau.service.expert_filters(&ctx, 1).await.expect("kept");
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].query.q, "焊工");
        assert!(
            bureau
                .service
                .expert_filters(&other, 1)
                .await
                .expect("kept")
                .is_empty()
        );
        assert!(matches!(
            bureau
                .service
                .remove_expert_filter(&other, 1, kept[0].id)
                .await,
            Err(Error::NotFound)
        ));
        let empty = bureau
            .service
            .save_expert_filter(&ctx, 1, "", &ExpertQuery::default())
            .await;
        assert!(matches!(empty, Err(Error::Invalid(problems)) if problems.len() == 2));
    })
    .await;
}

#[tokio::test]
async fn a_change_made_on_an_old_version_is_stale_and_sealed_fields_stay() {
    on_both(async |test| {
        let bureau = Bureau::open(&test, 1).await;
        let ctx = bureau.officer();
        let welding = specialty(&bureau, "焊接").await;
        let id = add(&bureau, welding, "曾凯", "19800101").await;
        let view = bureau.service.expert(&ctx, 1, id).await.expect("found");
        let versions = (view.version, view.person_version);
        let mut fields = view.fields();
        fields.push("reason", "本人申请");
        let same = bureau
            .service
            .change_expert(&ctx, 1, id, versions, &fields)
            .await;
        assert!(
            matches!(same, Err(Error::Refused(_))),
            "nothing differs: {same:?}"
        );
        let pairs: Vec<_> = fields
            .pairs()
            .iter()
            .map(|(name, value)| {
                let value = if name == "employer" {
                    "示例市恒远职业培训学校"
                } else {
                    value
                };
                (name.clone(), value.to_owned())
            })
            .collect();
        let fields = Fields::from(pairs);
        let changes = bureau
            .service
            .change_expert(&ctx, 1, id, versions, &fields)
            .await
            .expect("changed");
        assert_eq!(
            changes.iter().map(|c| c.label.as_str()).collect::<Vec<_>>(),
            ["工作单位"]
        );
        let stale = bureau
            .service
            .change_expert(&ctx, 1, id, versions, &fields)
            .await;
        assert!(matches!(stale, Err(Error::Stale)));
        let plain = bureau
            .service
            .reveal_expert(&ctx, 1, id, "电话通知")
            .await
            .expect("revealed");
        assert_eq!(plain.phone, "16012345678");
        assert_eq!(
            bureau.actions(0).await[..2],
            ["access.plain_value_read", "expert.changed"]
        );
        assert!(matches!(
            bureau.service.reveal_expert(&ctx, 1, id, " ").await,
            Err(Error::Invalid(_))
        ));
        assert_eq!(names(&bureau, &[("employer", "恒远职业")]).await, ["曾凯"]);
    })
    .await;
}

/// Covers: DG-3-a.
#[tokio::test]
async fn nobody_reaches_beyond_their_pool_and_role() {
    on_both(async |test| {
        let bureau = Bureau::open(&test, 2).await;
        let welding = specialty(&bureau, "焊接").await;
        let id = add(&bureau, welding, "曾凯", "19800101").await;
        let stranger = bureau.ctx(Role::Officer, 1);
        assert!(matches!(
            bureau.service.expert(&stranger, 1, id).await,
            Err(Error::NotFound)
        ));
        assert!(
            matches!(
                bureau.service.expert(&stranger, 2, id).await,
                Err(Error::NotFound)
            ),
            "through another pool's address"
        );
        assert!(matches!(
            bureau.service.reveal_expert(&stranger, 2, id, "看看").await,
            Err(Error::NotFound)
        ));
        let batch = bureau
            .service
            .run_expert_batch(
                &stranger,
                2,
                &Chosen::Ticked(vec![id]),
                &BatchAct::Resume,
                "试",
            )
            .await;
        assert!(
            matches!(batch, Err(Error::Invalid(_))),
            "nobody of that pool is chosen"
        );
        for role in [
            Role::Approver,
            Role::Supervisor,
            Role::Requester,
            Role::Secretary,
            Role::Finance,
        ] {
            let ctx = bureau.ctx(role, 0);
            let added = bureau
                .service
                .add_expert(&ctx, 1, &expert(welding, "他人", "19810101"))
                .await;
            assert!(matches!(added, Err(Error::Forbidden(_))), "{role:?}");
        }
        let requester = bureau.ctx(Role::Requester, 0);
        assert!(matches!(
            bureau
                .service
                .experts(
                    &requester,
                    1,
                    &ExpertQuery::default(),
                    &PageRequest::first(1)
                )
                .await,
            Err(Error::Forbidden(_))
        ));
        assert_eq!(
            bureau.actions(0).await,
            ["expert.added", "specialty.added"],
            "nothing else happened"
        );
    })
    .await;
}

#[tokio::test]
async fn a_batch_by_query_suspends_everybody_it_finds_and_names_the_rest() {
    on_both(async |test| {
        let bureau = Bureau::open(&test, 1).await;
        let ctx = bureau.officer();
        let welding = specialty(&bureau, "焊接").await;
        for (name, born) in [
            ("甲一", "19800101"),
            ("乙二", "19800102"),
            ("丙三", "19800103"),
        ] {
            add(&bureau, welding, name, born).await;
        }
        let everybody = Chosen::Query(Box::default());
        let report = bureau
            .service
            .run_expert_batch(
                &ctx,
                1,
                &everybody,
                &BatchAct::Suspend {
                    until: String::new(),
                },
                "核实资料",
            )
            .await
            .expect("done");
        assert_eq!((report.done, report.left_out.len()), (3, 0));
        assert_eq!(names(&bureau, &[("status", "suspended")]).await.len(), 3);
        assert_eq!(
            bureau
                .actions(0)
                .await
                .iter()
                .filter(|a| *a == "expert.suspended")
                .count(),
            3
        );
        let one = bureau
            .service
            .experts(&ctx, 1, &query(&[("q", "甲一")]), &PageRequest::first(1))
            .await
            .expect("listed")
            .rows[0]
            .id;
        bureau
            .service
            .run_expert_batch(
                &ctx,
                1,
                &Chosen::Ticked(vec![one]),
                &BatchAct::Resume,
                "已核实",
            )
            .await
            .expect("done");
        let report = bureau
            .service
            .run_expert_batch(&ctx, 1, &everybody, &BatchAct::Resume, "已核实")
            .await
            .expect("done");
        assert_eq!((report.done, report.left_out.len()), (2, 1));
        assert_eq!(report.left_out[0].0, "甲一");
        assert!(matches!(
            bureau
                .service
                .run_expert_batch(&ctx, 1, &everybody, &BatchAct::Resume, "")
                .await,
            Err(Error::Invalid(_))
        ));
    })
    .await;
}

/// Covers: DG-16-2.
#[tokio::test]
async fn a_retired_specialty_leaves_its_experts_on_a_list() {
    on_both(async |test| {
        let bureau = Bureau::open(&test, 1).await;
        let ctx = bureau.officer();
        let (welding, cooking) = (specialty(&bureau, "焊接").await, specialty(&bureau, "中式烹调").await);
        let only = add(&bureau, welding, "甲一", "19800101").await;
        let mut both = expert(welding, "乙二", "19800102");
        both.push("specialty", cooking.to_string());
        bureau.service.add_expert(&ctx, 1, &both).await.expect("added");
        assert!(bureau.service.stranded_experts(&ctx, 1).await.expect("listed").is_empty());
        let version = bureau.service.specialties(&ctx, 1).await.expect("listed")[0].version;
        assert!(matches!(bureau.service.retire_specialty(&ctx, 1, welding, version, "").await, Err(Error::Invalid(_))));
        bureau.service.retire_specialty(&ctx, 1, welding, version, "市场淘汰").await.expect("retired");
        assert!(matches!(bureau.service.retire_specialty(&ctx, 1, welding, version, "再来").await, Err(Error::Stale)));
        let stranded = bureau.service.stranded_experts(&ctx, 1).await.expect("listed");
        assert_eq!(stranded.iter().map(|s| s.id).collect::<Vec<_>>(), [only]);
        let again = bureau.service.add_specialty(&ctx, 1, "焊接", "需要").await;
        assert!(matches!(again, Err(Error::Invalid(problems)) if problems[0].sentence.contains("已移除")));
        bureau.service.restore_specialty(&ctx, 1, welding, version + 1, "又有需要").await.expect("restored");
        assert!(bureau.service.stranded_experts(&ctx, 1).await.expect("listed").is_empty());
        assert_eq!(bureau.actions(0).await[..2], ["specialty.restored", "specialty.retired"]);
    })
    .await;
}

#[tokio::test]
async fn relations_carry_dates_source_and_evidence() {
    on_both(async |test| {
        let bureau = Bureau::open(&test, 1).await;
        let ctx = bureau.officer();
        let welding = specialty(&bureau, "焊接").await;
        let id = add(&bureau, welding, "甲一", "19800101").await;
        let unit = OrganisationDraft {
            name: "示例市恒远职业培训学校".into(),
            kind: "其他".into(),
            ..Default::default()
        };
        let unit_id = bureau
            .service
            .add_organisation(&ctx, 1, &unit)
            .await
            .expect("added");
        assert!(
            matches!(
                bureau.service.add_organisation(&ctx, 1, &unit).await,
                Err(Error::Invalid(_))
            ),
            "same name, no code"
        );
        for typed in ["恒远", "shilishihengyuan", "slshy"] {
            assert_eq!(
                bureau
                    .service
                    .search_organisations(&ctx, 1, typed)
                    .await
                    .expect("searched")[0]
                    .id,
                unit_id,
                "{typed}"
            );
        }
        let pool = bureau.service.pool_numbered(&ctx, 1).await.expect("pool");
        let kind = service::relations::kinds(&pool)[0].clone();
        let draft = RelationDraft {
            kind,
            with: "organisation".into(),
            organisation: unit.name.clone(),
            from: "2024-01-01".into(),
            note: "聘书复印件".into(),
            ..Default::default()
        };
        let relation = bureau
            .service
            .add_relation(&ctx, 1, id, &draft)
            .await
            .expect("added");
        let rows = bureau
            .service
            .relations_of(&ctx, 1, id)
            .await
            .expect("listed");
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].with(), unit.name);
        let early = bureau
            .service
            .end_relation(&ctx, 1, id, relation, 1, "2023-12-31")
            .await;
        assert!(matches!(early, Err(Error::Invalid(_))));
        bureau
            .service
            .end_relation(&ctx, 1, id, relation, 1, "2026-01-31")
            .await
            .expect("ended");
        assert!(matches!(
            bureau
                .service
                .remove_relation(&ctx, 1, id, relation, 1, "录错")
                .await,
            Err(Error::Stale)
        ));
        bureau
            .service
            .remove_relation(&ctx, 1, id, relation, 2, "录错")
            .await
            .expect("removed");
        assert_eq!(
            bureau.actions(0).await[..3],
            ["relation.removed", "relation.changed", "relation.added"]
        );
        let empty = bureau
            .service
            .add_relation(&ctx, 1, id, &RelationDraft::default())
            .await;
        assert!(matches!(empty, Err(Error::Invalid(problems)) if problems.len() == 3));
    })
    .await;
}

#[tokio::test]
async fn attachments_are_what_their_bytes_say_and_opened_for_a_purpose() {
    on_both(async |test| {
        let bureau = Bureau::open(&test, 2).await;
        let ctx = bureau.officer();
        let welding = specialty(&bureau, "焊接").await;
        let id = add(&bureau, welding, "甲一", "19800101").await;
        for bytes in [
            b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".to_vec(),
            b"<!doctype html><script>1</script>".to_vec(),
            b"PK\x03\x04".to_vec(),
            b"%PDF-1.7 only a header".to_vec(),
            Vec::new(),
        ] {
            let refused = bureau.service.add_attachment(&ctx, 1, id, "其他", "证书.pdf", bytes).await;
            assert!(matches!(refused, Err(Error::Invalid(problems)) if problems[0].field == "attachment"));
        }
        let pdf = b"%PDF-1.7 440000198001010000\n%%EOF\n".to_vec();
        let unknown = bureau.service.add_attachment(&ctx, 1, id, "随便", "a.pdf", pdf.clone()).await;
        assert!(matches!(unknown, Err(Error::Invalid(_))));
        let file = bureau.service.add_attachment(&ctx, 1, id, "其他", "a.svg", pdf.clone()).await.expect("added");
        let rows = bureau.service.attachments(&ctx, 1, id).await.expect("listed");
        assert_eq!(rows.len(), 1);
        let stranger = bureau.ctx(Role::Officer, 1);
        assert!(matches!(bureau.service.open_attachment(&stranger, 2, id, file, "看").await, Err(Error::NotFound)));
        assert!(matches!(bureau.service.open_attachment(&ctx, 1, id, file, "").await, Err(Error::Invalid(_))));
        let made = bureau.service.open_attachment(&ctx, 1, id, file, "核对证书").await.expect("opened");
        assert_eq!((made.bytes, made.media_type), (pdf, "application/pdf"));
        let stale = bureau.service.remove_attachment(&ctx, 1, id, file, 9, "传错").await;
        assert!(matches!(stale, Err(Error::Stale)));
        bureau.service.remove_attachment(&ctx, 1, id, file, 1, "传错").await.expect("removed");
        assert!(matches!(bureau.service.open_attachment(&ctx, 1, id, file, "再看").await, Err(Error::NotFound)));
        assert_eq!(bureau.actions(0).await[..3], ["expert.changed", "access.plain_value_read", "expert.changed"]);
    })
    .await;
}

/// A suspension with a last day ends by itself on the day after: the list, the count and the draw
/// say the same, and the ledger says when.
///
/// Covers: DG-9-1-b.
#[tokio::test]
async fn a_suspension_with_a_last_day_ends_by_itself() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 1).await;
        let service = &bureau.service;
        let welding = specialty(&bureau, "焊接").await;
        let id = add(&bureau, welding, "欧阳测试", "19750301").await;
        let today = bureau.officer().today();
        let last = today.tomorrow().expect("a day");
        let suspend = |until: String| BatchAct::Suspend { until };
        let chosen = Chosen::Ticked(vec![id]);
        service
            .run_expert_batch(
                &bureau.officer(),
                1,
                &chosen,
                &suspend(last.to_string()),
                "材料核实",
            )
            .await
            .expect("suspended");
        let schedule = service.schedule();
        assert_eq!(service.lift_suspensions(&schedule).await.expect("run"), 0);
        let suspended = [("status", "suspended")];
        assert_eq!(names(&bureau, &suspended).await, ["欧阳测试"]);

        // The last day still counts; the next does not.
        bureau.clock.advance(86_400);
        assert_eq!(
            service
                .lift_suspensions(&service.schedule())
                .await
                .expect("run"),
            0
        );
        bureau.clock.advance(86_400);
        assert_eq!(
            service
                .lift_suspensions(&service.schedule())
                .await
                .expect("run"),
            1
        );
        assert_eq!(
            service
                .lift_suspensions(&service.schedule())
                .await
                .expect("run"),
            0
        );
        assert!(names(&bureau, &suspended).await.is_empty());
        assert_eq!(names(&bureau, &[("status", "active")]).await, ["欧阳测试"]);
        let view = service
            .expert(&bureau.officer(), 1, id)
            .await
            .expect("known");
        assert_eq!(
            view.member.expert.standing.on(bureau.officer().today()),
            Status::Active
        );
        assert_eq!(bureau.actions(0).await[0], "expert.resumed");

        // Prolonged or lifted by hand, the planned end is called off.
        let soon = bureau.officer().today().tomorrow().expect("a day");
        service
            .run_expert_batch(
                &bureau.officer(),
                1,
                &chosen,
                &suspend(soon.to_string()),
                "材料核实",
            )
            .await
            .expect("suspended");
        service
            .run_expert_batch(
                &bureau.officer(),
                1,
                &chosen,
                &suspend(String::new()),
                "继续核实",
            )
            .await
            .expect("prolonged");
        bureau.clock.advance(5 * 86_400);
        assert_eq!(
            service
                .lift_suspensions(&service.schedule())
                .await
                .expect("run"),
            0
        );
        assert_eq!(names(&bureau, &suspended).await, ["欧阳测试"]);
    })
    .await;
}

/// Covers: DG-20-a.
#[tokio::test]
async fn a_register_entry_counts_from_its_day_until_it_is_taken_off() {
    use service::registers::EntryDraft;
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 1).await;
        let service = &bureau.service;
        let officer = bureau.officer();
        let head = service.register_head(&officer, 1).await.expect("read");
        let head = head.expect("the pack has one");
        assert_eq!(
            (head.label.as_str(), head.article.as_str()),
            ("失信联合惩戒对象名单", "第二十条")
        );

        let blank = service
            .add_register_entry(&officer, 1, &EntryDraft::default())
            .await;
        let Err(Error::Invalid(problems)) = blank else {
            panic!("expected problems, got {blank:?}");
        };
        let fields: Vec<_> = problems.iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, ["name", "source", "code", "from"]);
        let number = id_number("19750301", true);
        let draft = EntryDraft {
            name: "欧阳测试".into(),
            code: number.clone(),
            from: "2020-01-01".into(),
            to: String::new(),
            source: "示例市发改局公告〔2020〕1号".into(),
        };
        let forbidden = service
            .add_register_entry(&bureau.ctx(Role::Supervisor, 0), 1, &draft)
            .await;
        assert!(matches!(forbidden, Err(Error::Forbidden(_))));
        let mistyped = EntryDraft {
            code: "440000197503010000".into(),
            ..draft.clone()
        };
        let refused = service.add_register_entry(&officer, 1, &mistyped).await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
        let id = service
            .add_register_entry(&officer, 1, &draft)
            .await
            .expect("entered");
        let twice = service.add_register_entry(&officer, 1, &draft).await;
        assert!(matches!(twice, Err(Error::Invalid(_))), "listed already");
        let page = service
            .register_entries(&bureau.ctx(Role::Supervisor, 0), 1, &PageRequest::first(20))
            .await
            .expect("read");
        assert_eq!(page.items.len(), 1);
        assert!(page.items[0].in_force);
        assert_eq!(page.items[0].tail, number[14..]);

        // Listed, nobody enters; taken off, they do.
        let welding = specialty(&bureau, "焊接").await;
        let fields = expert(welding, "欧阳测试", "19750301");
        let refused = service.add_expert(&officer, 1, &fields).await;
        assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
        let wordless = service.remove_register_entry(&officer, 1, id, " ").await;
        assert!(matches!(wordless, Err(Error::Invalid(_))));
        service
            .remove_register_entry(&officer, 1, id, "已移出名单")
            .await
            .expect("removed");
        let gone = service.remove_register_entry(&officer, 1, id, "再移").await;
        assert!(matches!(gone, Err(Error::NotFound)));
        service
            .add_expert(&officer, 1, &fields)
            .await
            .expect("no longer listed");

        // An entry whose last day is past counts no more.
        let over = EntryDraft {
            to: "2021-01-01".into(),
            ..draft
        };
        service
            .add_register_entry(&officer, 1, &over)
            .await
            .expect("entered");
        let page = service
            .register_entries(&officer, 1, &PageRequest::first(20))
            .await
            .expect("read");
        assert!(!page.items[0].in_force);
        let actions = bureau.actions(0).await;
        for (action, times) in [("register.added", 2), ("register.removed", 1)] {
            assert_eq!(
                actions.iter().filter(|one| *one == action).count(),
                times,
                "{action}"
            );
        }
    })
    .await;
}
