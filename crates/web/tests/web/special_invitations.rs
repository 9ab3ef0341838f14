//! 特约邀请 on the desk: whichever of its acts is refused, what was typed stays beside that act.

use crate::bureau::Bureau;
use crate::desk::{Desk, stays};
use domain::actor::Role;
use service::special_invitations::Proposal;
use store::Kind;
use store::testing::TestStore;

#[tokio::test]
async fn a_refused_act_on_an_invitation_keeps_its_words() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::of(Bureau::open(&engine, 1).await).await;
    let (bureau, service) = (&desk.bureau, &desk.bureau.service);
    let proposal = Proposal {
        name: "受邀人甲".into(),
        employer: "示例理工大学".into(),
        phone: "15400000801".into(),
        specialty: bureau.specialty.to_string(),
        reason: "焊接专业专家不足".into(),
        fitness: "正高级工程师".into(),
        ..Proposal::default()
    };
    let id = service
        .propose_special_invitation(&bureau.officer, bureau.pool, &proposal)
        .await
        .expect("proposed");
    let page = format!("/p/1/special-invitations/{id}");
    let refused = async |role: Role, act: &str, typed: &[(&str, &str)]| {
        let mut sent = vec![("act", act)];
        sent.extend(typed);
        desk.refused(role, &format!("{page}/{act}"), &sent).await
    };
    let blank = [("reason", "　")];
    let again = refused(Role::Approver, "refuse", &blank).await;
    stays(&again, "reason", "　");
    let again = refused(Role::Officer, "withdraw", &blank).await;
    stays(&again, "reason", "　");

    // Out: an answer in writing without its source, beside which the withdrawal stays blank.
    service
        .send_special_invitation(&bureau.approver, id, None, false)
        .await
        .expect("signed");
    let answer = [("answer", "decline"), ("note", "　")];
    let again = refused(Role::Officer, "reply", &answer).await;
    stays(&again, "note", "　");
    for words in [
        "value=\"decline\" checked",
        "id=\"withdraw-reason\" name=\"reason\">",
    ] {
        assert!(again.contains(words), "{words}: {again}");
    }
    let again = refused(Role::Officer, "reply", &[("note", "回函存档号 3")]).await;
    for words in ["<a href=\"#answer\">", "value=\"回函存档号 3\""] {
        assert!(again.contains(words), "{words}: {again}");
    }
    let answer = [("answer", "accept"), ("note", "回函存档号 3")];
    desk.done(Role::Officer, &format!("{page}/reply"), &answer)
        .await;

    // Before the committee: not approved wants a reason, and what else was entered is still there.
    let materials = service.special_invitation(&bureau.officer, id).await;
    let materials = materials.expect("read").materials;
    let received: Vec<(&str, &str)> = materials
        .iter()
        .map(|line| ("received", line.id.as_str()))
        .collect();
    desk.done(Role::Officer, &format!("{page}/materials"), &received)
        .await;
    let decision = [
        ("minutes", "标委纪〔2022〕3号"),
        ("met_on", "2022-06-06"),
        ("result", "not_approved"),
        ("reason", "　"),
    ];
    let again = refused(Role::Secretary, "decision", &decision).await;
    stays(&again, "reason", "　");
    for words in ["value=\"not_approved\" checked", "标委纪〔2022〕3号"] {
        assert!(again.contains(words), "{words}: {again}");
    }
}
