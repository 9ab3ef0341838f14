//! From the paper on the desk to the certificate in the hand, over HTTP and by the pages each role
//! really uses: entry, files, vetting with correction, the meeting, classification, issue, public check.

use crate::bureau::APPLICANTS;
use crate::desk::{Desk, stays};
use axum::http::StatusCode;
use domain::actor::Role;
use store::Kind;
use store::testing::TestStore;

fn form(specialty: &str) -> Vec<(&str, &str)> {
    vec![
        ("channel", "self_nominated"),
        ("notice", "ZJ01-2022-0001"),
        ("notice_closes", "2022-06-30"),
        ("name", APPLICANTS[0].0),
        ("id_number", APPLICANTS[0].1),
        ("mobile", "16400000001"),
        ("employer", "示例理工大学"),
        ("title.0.name", "高级工程师"),
        ("task_kinds", "8-4"),
        ("specialty", specialty),
        ("declared", "L1"),
        ("declared", "L2"),
        ("declared", "HEALTH"),
        ("pledge", "yes"),
        ("privacy", "yes"),
    ]
}

const PAPERS: [(&str, &str); 6] = [
    ("given.form1", "yes"),
    ("opinion.form1", "yes"),
    ("sealed.form1", "yes"),
    ("given.identity", "yes"),
    ("valid_to.identity", "2030-01-01"),
    ("part.certs", "title_proof"),
];

const CHECKS: [(&str, &str); 4] = [
    ("confirm.L1", "yes"),
    ("confirm.L5", "yes"),
    ("register.dishonesty", "clear"),
    ("register_source.dishonesty", "信用中国网站"),
];

/// Covers: DG-7-1, DG-7-2-b, DG-7-3, DG-7-4-a.
#[tokio::test]
async fn the_pages_lead_from_the_desk_to_the_public_check() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::open(&engine).await;
    let specialty = desk.bureau.specialty.to_string();

    // Entry: the channel first, then the form; a mistake keeps what was typed.
    let choose = desk.get(Role::Officer, "/p/1/applications/new").await;
    assert!(choose.contains("个人自荐") && choose.contains("第五条(二)"));
    let blank = desk
        .get(
            Role::Officer,
            "/p/1/applications/new?channel=self_nominated",
        )
        .await;
    assert!(blank.contains("应交 3 项材料") && blank.contains("本人郑重承诺"));
    let mut wrong = form(&specialty);
    wrong[4].1 = "440000197001010001";
    let again = desk
        .refused(Role::Officer, "/p/1/applications/new", &wrong)
        .await;
    assert!(again.contains("440000197001010001") && again.contains("示例理工大学"));
    let page = desk
        .done(Role::Officer, "/p/1/applications/new", &form(&specialty))
        .await;

    // Handed in without papers: each one is named, nothing happens.
    let early = desk
        .refused(Role::Officer, &format!("{page}/submit"), &[])
        .await;
    assert!(early.contains("第六条(一)1") && early.contains("尚未提交"));
    let boundary = "----x";
    let file = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"attachment_kind\"\r\n\r\ncerts/title_proof\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"证书.pdf\"\r\n\r\n\
         %PDF-1.4\n%%EOF\n\r\n--{boundary}--\r\n"
    );
    let kind = format!("multipart/form-data; boundary={boundary}");
    let sent = desk
        .send(
            Some(Role::Officer),
            "POST",
            &format!("{page}/materials"),
            &kind,
            file.into_bytes(),
        )
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    desk.done(Role::Officer, &format!("{page}/received"), &PAPERS)
        .await;
    let shown = desk.get(Role::Officer, &page).await;
    let at = shown
        .find("/materials/0")
        .expect("the file beside the condition");
    let address = shown[..at]
        .rfind('"')
        .map(|from| &shown[from + 1..])
        .expect("an address");
    let address = &address[..address.find('"').expect("closed")];
    assert!(desk.get(Role::Officer, address).await.starts_with("%PDF"));
    desk.done(Role::Officer, &format!("{page}/submit"), &[])
        .await;

    // Vetting: what stands in the way is said with its article; returned, put right, passed on.
    let inbox = desk.get(Role::Officer, "/p/1").await;
    assert!(inbox.contains("资料审核"), "it waits in the inbox");
    let blocked = desk
        .refused(
            Role::Officer,
            &format!("{page}/pass"),
            &[("queue", "vetting")],
        )
        .await;
    assert!(blocked.contains("第四条(一)") && blocked.contains("第二十条"));
    let empty = desk
        .refused(
            Role::Officer,
            &format!("{page}/return"),
            &[("until", "2022-06-20")],
        )
        .await;
    assert!(empty.contains("没有指出要补正哪一项"));
    for (act, other) in [("refuse", "withdraw"), ("withdraw", "refuse")] {
        let sent = [("act", act), ("reason", "　")];
        let path = format!("{page}/{act}");
        let again = desk.refused(Role::Officer, &path, &sent).await;
        stays(&again, "reason", "　");
        let action = format!("<form method=\"post\" action=\"{page}/{act}\"");
        let (before, _) = again.split_once(&action).expect("its form");
        let (_, details) = before.rsplit_once("<details").expect("around it");
        assert!(details.starts_with(" open>"), "{act}: {details}");
        let blank = format!("id=\"{other}-reason\" name=\"reason\">");
        assert!(again.contains(&blank), "{act}: {again}");
        assert_eq!(again.matches("<details open>").count(), 1, "{again}");
    }
    let fix = [("fix.identity", "证件不清晰"), ("until", "2022-06-20")];
    desk.done(Role::Officer, &format!("{page}/return"), &fix)
        .await;
    let returned = desk.get(Role::Officer, &page).await;
    assert!(returned.contains("请补正") && returned.contains("证件不清晰"));
    let edit = desk.get(Role::Officer, &format!("{page}/edit")).await;
    assert!(
        !edit.contains(APPLICANTS[0].1),
        "sealed values are not sent back"
    );
    desk.done(Role::Officer, &format!("{page}/submit"), &[])
        .await;
    desk.done(Role::Officer, &format!("{page}/check"), &CHECKS)
        .await;
    let onward = [("queue", "vetting"), ("number", "SQ01-2022-00001")];
    let next = desk
        .done(Role::Officer, &format!("{page}/pass"), &onward)
        .await;
    assert_eq!(
        next,
        "/p/1/applications/next?state=vetting&after=SQ01-2022-00001"
    );
    let over = desk
        .send(Some(Role::Officer), "GET", &next, "text/plain", Vec::new())
        .await;
    assert_eq!(
        over.location, "/p/1/applications?state=vetting",
        "nobody is left"
    );
    let list = desk
        .get(Role::Approver, "/p/1/applications?state=committee")
        .await;
    assert!(list.contains(APPLICANTS[0].0));

    // The committee.
    let inbox = desk.get(Role::Secretary, "/p/1").await;
    assert!(inbox.contains("有人等待会议审定"));
    let call = [("met_on", "2022-06-06"), ("place", "三楼会议室")];
    let meeting = desk.done(Role::Secretary, "/p/1/meetings", &call).await;
    let agenda = desk.get(Role::Secretary, &meeting).await;
    assert!(agenda.contains("审核通过名单") && agenda.contains("市职业技能培训课程标准技术委员会"));
    let cancel = [("act", "cancel"), ("reason", "　")];
    let path = format!("{meeting}/cancel");
    let again = desk.refused(Role::Secretary, &path, &cancel).await;
    stays(&again, "reason", "　");
    assert!(again.contains("<details class=\"mt\" open>"), "{again}");
    let id = page.rsplit('/').next().expect("an id");
    let result = format!("result.{id}");
    let record = [
        ("met_on", "2022-06-06"),
        ("attendees", "委员甲、委员乙"),
        (result.as_str(), "approved"),
    ];
    let path = format!("{meeting}/record");
    let unnumbered = desk.refused(Role::Secretary, &path, &record).await;
    assert!(unnumbered.contains("没有填写会议纪要编号") && unnumbered.contains("委员甲、委员乙"));
    let mut record = record.to_vec();
    record.push(("minutes", "标委纪〔2022〕3号"));
    desk.done(Role::Secretary, &path, &record).await;
    assert!(
        desk.get(Role::Secretary, &meeting)
            .await
            .contains("标委纪〔2022〕3号")
    );
    let foreign = desk.post(Role::Officer, &path, &record).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);

    // Classified and issued.
    let bare = desk
        .refused(Role::Officer, &format!("{page}/classify"), &[])
        .await;
    assert!(bare.contains("第七条(三)"));
    desk.done(
        Role::Officer,
        &format!("{page}/classify"),
        &[("specialty", &specialty)],
    )
    .await;
    assert!(
        desk.get(Role::Officer, "/p/1")
            .await
            .contains("有专家等待颁发聘书")
    );
    let none = desk
        .refused(Role::Officer, "/p/1/certificates", &[("whom", "chosen")])
        .await;
    assert!(none.contains("没有选择给谁颁发"));
    let batch = desk
        .done(Role::Officer, "/p/1/certificates", &[("whom", "all")])
        .await;
    let begun = desk.get(Role::Officer, &batch).await;
    assert!(begun.contains("已颁发 1 / 1") && begun.contains("已印制 0 / 1"));
    let service = &desk.bureau.service;
    service
        .continue_issuances(&service.schedule())
        .await
        .expect("printed");
    let done = desk.get(Role::Officer, &batch).await;
    assert!(done.contains("已颁发 1 份") && done.contains("certificates.zip"));
    let list = desk.get(Role::Officer, "/p/1/certificates").await;
    assert!(list.contains("DG20220001"));
    let at = list.find("/p/1/certificates/0").expect("a link");
    let certificate = &list[at..at + list[at..].find('"').expect("closed")];
    let shown = desk.get(Role::Officer, certificate).await;
    let at = shown.find("核验码").expect("a code");
    let code: String = shown[at..]
        .chars()
        .skip_while(|c| !c.is_ascii_uppercase() && !c.is_ascii_digit())
        .take(14)
        .collect();

    // Anybody checks it; nobody guesses one.
    let check = |code: String| {
        let desk = &desk;
        async move {
            let path = format!("/public/certificates/{code}");
            desk.send(None, "GET", &path, "text/plain", Vec::new())
                .await
        }
    };
    let valid = check(code.clone()).await;
    assert!(
        valid.status == StatusCode::OK && valid.body.contains("这份聘书在聘期内"),
        "{code}: {}",
        valid.body
    );
    let unknown = check("ABCD-EFGH-JKMN".into()).await;
    assert!(unknown.status == StatusCode::NOT_FOUND && unknown.body.contains("查无此证"));
    // A reason that is refused stays beside its act.
    for (act, other) in [("reissue", "revoke"), ("revoke", "reissue")] {
        let sent = [("act", act), ("reason", "　")];
        let path = format!("{certificate}/{act}");
        let again = desk.refused(Role::Officer, &path, &sent).await;
        stays(&again, "reason", "　");
        let blank = format!("id=\"{other}-reason\" name=\"reason\">");
        assert!(again.contains(&blank), "{act}: {again}");
    }
    desk.done(
        Role::Officer,
        &format!("{certificate}/revoke"),
        &[("reason", "本人申请")],
    )
    .await;
    assert!(check(code).await.body.contains("已注销"));

    // Whoever only asks for experts sees none of it.
    for path in [
        "/p/1/applications",
        &page,
        "/p/1/meetings",
        "/p/1/certificates",
    ] {
        let answer = desk
            .send(Some(Role::Requester), "GET", path, "text/plain", Vec::new())
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
}
