//! From vetting to the certificate in the hand, on both engines: the committee with its minutes, the
//! classification, numbers without gaps, the public check, revocation and replacement.

use crate::bureau::{Bureau, words_of};
use domain::actor::Role;
use domain::application::State;
use domain::certificate::Standing;
use domain::event::EventKind;
use domain::id::RecordId;
use domain::meeting::{Minutes, PersonResult, Verdict, Votes};
use domain::policy::pack::Station;
use domain::special_invitation::{Answer, State as Invited};
use jiff::civil::date;
use service::special_invitations::Proposal;
use service::typed::Fields;
use service::{Error, PageRequest};
use store::ledger::EntryFilter;
use store::testing::on_both;

fn result(record: RecordId, verdict: Verdict) -> PersonResult {
    PersonResult {
        record,
        verdict,
        recused: Vec::new(),
        votes: None,
    }
}

fn minutes(results: Vec<PersonResult>) -> Minutes {
    Minutes {
        number: "标委纪〔2022〕3号".into(),
        on: date(2022, 6, 6),
        attendees: vec!["委员甲".into(), "委员乙".into(), "委员丙".into()],
        opinions: Vec::new(),
        results,
    }
}

async fn stands(bureau: &Bureau, id: RecordId) -> State {
    let view = bureau.service.application(&bureau.officer, 1, id).await;
    view.expect("seen").application.state
}

/// Covers: DG-7-2-a, DG-7-2-b.
#[tokio::test]
async fn three_lists_one_meeting_and_nobody_without_it() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let secretary = bureau.as_role(Role::Secretary);
        let nobody = service
            .call_meeting(&secretary, 1, Some(date(2022, 6, 6)), "三楼会议室")
            .await;
        assert!(matches!(nobody, Err(Error::Refused(_))), "nobody waits");

        let proposal = Proposal {
            name: crate::bureau::APPLICANTS[2].0.into(),
            employer: "示例理工大学".into(),
            phone: "16400000009".into(),
            specialty: bureau.specialty.to_string(),
            reason: "焊接专业专家不足".into(),
            fitness: "高级工程师".into(),
            ..Proposal::default()
        };
        let invitation = service
            .propose_special_invitation(&bureau.officer, bureau.pool, &proposal)
            .await
            .expect("proposed");
        service
            .send_special_invitation(&bureau.approver, invitation, None, false)
            .await
            .expect("sent");
        service
            .record_special_reply(&bureau.officer, invitation, Answer::Accept, "回函 1 号")
            .await
            .expect("accepted");
        let ids = [
            bureau.applied("self_nominated", 0, None).await,
            bureau.applied("cross_pool", 1, None).await,
            bureau.applied("invited", 2, Some(invitation)).await,
        ];

        let forbidden = service
            .call_meeting(&bureau.officer, 1, Some(date(2022, 6, 6)), "三楼会议室")
            .await;
        assert!(matches!(forbidden, Err(Error::Forbidden(_))));
        let meeting = service
            .call_meeting(&secretary, 1, Some(date(2022, 6, 6)), "三楼会议室")
            .await
            .expect("called");
        let view = service.meeting(&secretary, 1, meeting).await.expect("seen");
        let headings: Vec<(&str, usize)> = view
            .meeting
            .headings()
            .into_iter()
            .map(|(heading, people)| (heading, people.len()))
            .collect();
        assert_eq!(
            headings,
            [
                ("审核通过名单", 1),
                ("互通遴选名单", 1),
                ("特约邀请名单", 1)
            ]
        );
        assert_eq!(view.meeting.body, "市职业技能培训课程标准技术委员会");

        // Without minutes, or without a result for everybody, nothing is saved.
        let all: Vec<PersonResult> = ids
            .iter()
            .map(|id| result(*id, Verdict::Approved))
            .collect();
        let mut unnumbered = minutes(all.clone());
        unnumbered.number = " ".into();
        for spoilt in [unnumbered, minutes(all[..2].to_vec())] {
            let outcome = service.hold_meeting(&secretary, 1, meeting, spoilt).await;
            assert!(matches!(outcome, Err(Error::Invalid(_))), "{outcome:?}");
            for id in ids {
                assert_eq!(
                    stands(&bureau, id).await.station(),
                    Some(Station::Committee)
                );
            }
        }

        let mut results = all;
        results[0].recused = vec!["委员丙".into()];
        results[0].votes = Some(Votes {
            yes: 2,
            no: 0,
            abstained: 0,
        });
        results[1].verdict = Verdict::NotApproved {
            reason: "业绩材料不足".into(),
        };
        service
            .hold_meeting(&secretary, 1, meeting, minutes(results))
            .await
            .expect("held");
        assert_eq!(
            stands(&bureau, ids[0]).await.station(),
            Some(Station::Classify)
        );
        assert_eq!(stands(&bureau, ids[1]).await.code(), "refused");
        assert_eq!(
            stands(&bureau, ids[2]).await.station(),
            Some(Station::Classify)
        );
        let passed = stands(&bureau, ids[0])
            .await
            .passed()
            .last()
            .cloned()
            .expect("passed");
        assert_eq!(passed.document.as_deref(), Some("标委纪〔2022〕3号"));
        let invited = service
            .special_invitation(&bureau.officer, invitation)
            .await
            .expect("seen");
        assert!(matches!(invited.invitation.state, Invited::Approved { .. }));
        let again = service
            .hold_meeting(&secretary, 1, meeting, minutes(Vec::new()))
            .await;
        assert!(matches!(again, Err(Error::Refused(_))), "held once");

        // Whoever was not approved gets no certificate; whoever is not classified neither.
        let early = service
            .issue_certificates(&bureau.officer, 1, service::certificates::Order::default())
            .await;
        assert!(matches!(early, Err(Error::Refused(_))));
        let bare = service
            .classify_application(&bureau.officer, 1, ids[0], &[], &[])
            .await;
        assert!(matches!(bare, Err(Error::Invalid(_))), "unclassified");
        for id in [ids[0], ids[2]] {
            service
                .classify_application(&bureau.officer, 1, id, &[bureau.specialty], &[])
                .await
                .expect("classified");
        }
        service
            .issue_certificates(&bureau.officer, 1, service::certificates::Order::default())
            .await
            .expect("issued");
        let invited = service
            .special_invitation(&bureau.officer, invitation)
            .await
            .expect("seen");
        assert!(matches!(invited.invitation.state, Invited::Entered { .. }));
        assert_eq!(stands(&bureau, ids[1]).await.code(), "refused");
        let ledger = bureau.ledger().await;
        for kind in [
            EventKind::MeetingCalled,
            EventKind::MeetingHeld,
            EventKind::CertificateIssued,
        ] {
            assert!(ledger.contains(&kind.code().to_owned()), "{}", kind.code());
        }
    })
    .await;
}

#[tokio::test]
async fn the_committee_cannot_approve_what_a_must_bars_on_its_day() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let secretary = bureau.as_role(Role::Secretary);
        let id = bureau.applied("cross_pool", 0, None).await;
        let mut denied = Fields::default();
        for (field, value) in [
            ("confirm.L1", "yes"),
            ("confirm.L5", "yes"),
            ("register.dishonesty", "listed"),
            ("register_source.dishonesty", "信用中国网站"),
        ] {
            denied.push(field, value);
        }
        service
            .check_application(&bureau.officer, 1, id, &denied)
            .await
            .expect("checked");
        let meeting = service
            .call_meeting(&secretary, 1, Some(date(2022, 6, 6)), "三楼会议室")
            .await
            .expect("called");
        let approved = minutes(vec![result(id, Verdict::Approved)]);
        let Err(Error::Refused(reasons)) =
            service.hold_meeting(&secretary, 1, meeting, approved).await
        else {
            panic!("a listed person passed");
        };
        assert_eq!(
            (reasons[0].code.as_str(), reasons[0].article.as_str()),
            ("X20", "第二十条")
        );
        assert!(reasons[0].sentence.starts_with("何申甲"), "{reasons:?}");
        // Withdrawn meanwhile: the meeting goes on without them.
        service
            .withdraw_application(&bureau.officer, 1, id, "本人撤回")
            .await
            .expect("withdrawn");
        service
            .hold_meeting(&secretary, 1, meeting, minutes(Vec::new()))
            .await
            .expect("held");
    })
    .await;
}

/// Covers: DG-7-3, DG-7-4-a.
#[tokio::test]
async fn certificates_are_numbered_without_gaps_and_can_be_checked_by_anybody() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let secretary = bureau.as_role(Role::Secretary);
        let mut ids = Vec::new();
        for n in 0..5 {
            ids.push(bureau.applied("self_nominated", n, None).await);
        }
        bureau.classified(&ids).await;
        let forbidden = service
            .issue_certificates(&secretary, 1, service::certificates::Order::default())
            .await;
        assert!(matches!(forbidden, Err(Error::Forbidden(_))));
        service
            .withdraw_application(&bureau.officer, 1, ids[1], "本人撤回")
            .await
            .expect("even now");
        let first = service
            .issue_certificates(
                &bureau.officer,
                1,
                service::certificates::Order {
                    chosen: &[ids[2]],
                    ..service::certificates::Order::default()
                },
            )
            .await
            .expect("issued");
        let batch = service
            .issuance(&bureau.officer, 1, first)
            .await
            .expect("seen");
        assert_eq!((batch.total, batch.done.len(), batch.left.len()), (1, 1, 0));
        service
            .issue_certificates(&bureau.officer, 1, service::certificates::Order::default())
            .await
            .expect("issued");
        let page = PageRequest::first(50);
        let found = service
            .certificates(&bureau.officer, 1, "", &page)
            .await
            .expect("listed");
        let mut numbers: Vec<&str> = found.items.iter().map(|one| one.number.as_str()).collect();
        numbers.sort_unstable();
        assert_eq!(
            numbers,
            ["DG20220001", "DG20220002", "DG20220003", "DG20220004"]
        );
        let one = found
            .items
            .iter()
            .find(|one| one.name == "何申丙")
            .expect("there");
        assert_eq!(one.number, "DG20220001");
        assert_eq!(
            (one.term.from, one.term.to),
            (date(2022, 6, 6), date(2025, 6, 5))
        );

        // A member like everybody else, on the minutes of the meeting.
        let member = service
            .expert(&bureau.officer, 1, one.expert)
            .await
            .expect("a member");
        assert_eq!(member.member.expert.number, one.number);
        let entry = member.member.entry.expect("a basis");
        assert_eq!(entry.document, "标委纪〔2022〕3号");

        // Anybody may check a code; nobody finds one by counting.
        let visitor = service.visitor("192.0.2.1", "r");
        let spelt = service::certificates::grouped(&one.code).to_lowercase();
        let checked = service
            .check_certificate(&visitor, &spelt)
            .await
            .expect("known");
        assert_eq!(
            (checked.standing, checked.number.as_str()),
            (Standing::Valid, "DG20220001")
        );
        let unknown = service.check_certificate(&visitor, "DG20220001").await;
        assert!(matches!(unknown, Err(Error::NotFound)));
        bureau
            .clock
            .set("2025-06-06T01:00:00Z".parse().expect("a time"));
        let visitor = service.visitor("192.0.2.1", "r");
        let expired = service
            .check_certificate(&visitor, &one.code)
            .await
            .expect("known");
        assert_eq!(expired.standing, Standing::Expired);

        let officer = bureau.now(&bureau.officer);
        let silent = service.reissue_certificate(&officer, 1, one.id, "").await;
        assert!(matches!(silent, Err(Error::Invalid(_))));
        service
            .reissue_certificate(&officer, 1, one.id, "原件遗失")
            .await
            .expect("again");
        let again = service
            .certificate(&officer, 1, one.id)
            .await
            .expect("seen");
        assert_eq!(
            (again.number.as_str(), again.reissued.len()),
            ("DG20220001", 1)
        );
        service
            .revoke_certificate(&officer, 1, one.id, "本人申请")
            .await
            .expect("revoked");
        let revoked = service
            .check_certificate(&visitor, &one.code)
            .await
            .expect("known");
        assert_eq!(revoked.standing, Standing::Revoked);
        let twice = service
            .revoke_certificate(&officer, 1, one.id, "再次")
            .await;
        assert!(matches!(twice, Err(Error::Refused(_))));
    })
    .await;
}

/// Two pages, the second of which lies across.
const TWO_PAGES: &[u8] = b"%PDF-1.4
1 0 obj
<< /Type /Catalog /Pages 2 0 R >>
endobj
2 0 obj
<< /Type /Pages /Count 2 /Kids [3 0 R 4 0 R] >>
endobj
3 0 obj
<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>
endobj
4 0 obj
<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 595] >>
endobj
trailer
<< /Root 1 0 R >>
%%EOF
";

#[tokio::test]
async fn the_files_of_everybody_are_laid_before_the_meeting_page_by_page() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let secretary = bureau.as_role(Role::Secretary);
        let id = bureau.applied("self_nominated", 0, None).await;
        let bare = bureau.applied("cross_pool", 1, None).await;
        let meeting = service
            .call_meeting(&secretary, 1, Some(date(2022, 6, 6)), "三楼会议室")
            .await
            .expect("called");
        let print = async || {
            let printed = service.print_agenda(&secretary, 1, meeting).await;
            let words = words_of(&printed.expect("printed").bytes);
            // A page ends with a form feed.
            let letters = |page: &str| {
                let letters = page.chars();
                letters
                    .filter(|c| !c.is_whitespace() && *c != '\u{200b}')
                    .collect::<String>()
            };
            words.split('\u{c}').map(letters).collect::<Vec<_>>()
        };
        assert!(!print().await.concat().contains("附页"));
        assert_eq!(readers(&bureau, id).await, [""; 0], "nothing was read");

        let mut picture = std::io::Cursor::new(Vec::new());
        image::RgbImage::from_pixel(300, 420, image::Rgb([180, 150, 130]))
            .write_to(&mut picture, image::ImageFormat::Png)
            .expect("written");
        let torn = b"%PDF-1.4\n%%EOF\n".to_vec();
        for (place, name, bytes) in [
            ("identity", "身份证.png", picture.into_inner()),
            ("certs/title_proof", "职称证书.pdf", TWO_PAGES.to_vec()),
            ("certs/title_proof", "残缺.pdf", torn),
        ] {
            service
                .add_material(&bureau.officer, 1, id, place, name, bytes)
                .await
                .expect("kept");
        }
        let pages = print().await;
        let at = |words: &str| {
            let found = pages.iter().position(|page| page.contains(words));
            found.unwrap_or_else(|| panic!("{words} in {pages:?}"))
        };
        let first = at("职称证书.pdf第1/2页");
        assert_eq!(at("职称证书.pdf第2/2页"), first + 1);
        assert_eq!(at("身份证.png第1/1页"), first + 2);
        assert!(at("文件已损坏") < first, "in the dossier");
        // Whose files were read, by whom and for which meeting, is in the ledger.
        let account = secretary.actor.account.expect("an account").to_string();
        assert_eq!(readers(&bureau, id).await, [account]);
        assert_eq!(readers(&bureau, bare).await, [""; 0]);
    })
    .await;
}

/// Who read files of an application.
async fn readers(bureau: &Bureau, id: RecordId) -> Vec<String> {
    let filter = EntryFilter {
        object: Some(("application".into(), id.to_string())),
        action: Some(EventKind::PlainValueRead.code().to_owned()),
        ..EntryFilter::default()
    };
    let entries = store::ledger::list(&mut bureau.store.read(), &filter, 100)
        .await
        .expect("read");
    entries.into_iter().map(|entry| entry.actor.id).collect()
}

#[tokio::test]
async fn meeting_materials_and_certificates_print() {
    on_both(|engine| async move {
        let bureau = Bureau::open(&engine, 0).await;
        let service = &bureau.service;
        let secretary = bureau.as_role(Role::Secretary);
        let ids = [
            bureau.applied("self_nominated", 0, None).await,
            bureau.applied("cross_pool", 1, None).await,
        ];
        // A meeting ahead is something to prepare.
        let ahead = service
            .call_meeting(&secretary, 1, Some(date(2022, 6, 9)), "二楼会议室")
            .await
            .expect("called");
        let inbox = service.inbox(&secretary, bureau.pool).await.expect("read");
        let item = inbox
            .items
            .iter()
            .find(|item| item.path.ends_with(&ahead.to_string()));
        let item = item.expect("it waits");
        assert_eq!((item.tag, item.verb), ("会议审定", "备会"));
        service
            .cancel_meeting(&secretary, 1, ahead, "提前到今天")
            .await
            .expect("cancelled");
        let meeting = service
            .call_meeting(&secretary, 1, Some(date(2022, 6, 6)), "三楼会议室")
            .await
            .expect("called");
        let printed = service
            .print_agenda(&secretary, 1, meeting)
            .await
            .expect("printed");
        assert!(printed.bytes.starts_with(b"%PDF") && printed.name.ends_with(".pdf"));
        let results = ids
            .iter()
            .map(|id| result(*id, Verdict::Approved))
            .collect();
        service
            .hold_meeting(&secretary, 1, meeting, minutes(results))
            .await
            .expect("held");
        for id in ids {
            service
                .classify_application(&bureau.officer, 1, id, &[bureau.specialty], &[])
                .await
                .expect("classified");
        }
        let batch = service
            .issue_certificates(&bureau.officer, 1, service::certificates::Order::default())
            .await
            .expect("issued");
        let done = service
            .issuance(&bureau.officer, 1, batch)
            .await
            .expect("seen")
            .done;
        let printed = service
            .print_certificates(&bureau.officer, 1, &done)
            .await
            .expect("printed");
        assert!(printed.bytes.starts_with(b"%PDF"));
    })
    .await;
}
