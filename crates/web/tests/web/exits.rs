//! 解聘退出 over HTTP: opened with what the ground asks for and its mistakes kept, taken through the steps
//! by those whose they are, asked for and taken back on the phone, and the same as data.

use axum::http::{Method, StatusCode};
use domain::actor::Role;
use domain::id::ExpertId;
use domain::policy::library::shipped;
use serde_json::{Value, json};
use store::Kind;
use store::testing::TestStore;

use crate::bureau::Bureau;
use crate::desk::{Answer, Desk, stays};

const PDF: &str = "%PDF-1.4\n%%EOF\n";

fn member() -> ExpertId {
    uuid::Uuid::from_u128(101_000).into()
}

/// A desk with one expert under a shipped pack, who is logged in as well.
async fn desk(engine: &TestStore, pack: &str) -> Desk {
    let text = shipped(pack).expect("shipped").pack;
    let bureau = Bureau::open_under(engine, 1, text).await;
    Desk::of(bureau).await.with_expert(member()).await
}

/// A form with its files, as browsers send it.
async fn form(
    desk: &Desk,
    role: Role,
    path: &str,
    fields: &[(&str, &str)],
    files: &[&str],
) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!(
            "--line\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    for name in files {
        body.push_str(&format!(
            "--line\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"{name}\"\r\n\r\n{PDF}\r\n"
        ));
    }
    body.push_str("--line--\r\n");
    let kind = "multipart/form-data; boundary=line";
    desk.send(Some(role), "POST", path, kind, body.into_bytes())
        .await
}

async fn call(desk: &Desk, role: Role, method: &str, path: &str, body: &Value) -> Answer {
    let (kind, body) = ("application/json", body.to_string().into_bytes());
    desk.send(Some(role), method, path, kind, body).await
}

/// What follows a word up to the next quote.
fn after<'b>(body: &'b str, word: &str) -> &'b str {
    let (_, rest) = body.split_once(word).expect(word);
    rest.split(['"', '?']).next().expect("something")
}

/// Covers: DG-19-0, DG-19-3.
#[tokio::test]
async fn a_case_needs_its_paper_and_waits_for_the_meeting() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = desk(&engine, "dg-2021").await;
    let expert = member().to_string();
    let page = desk
        .get(Role::Officer, &format!("/p/1/experts/{expert}"))
        .await;
    let blank = format!("/p/1/exits/new?expert={expert}");
    assert!(page.contains(&blank) && page.contains("提出解聘"), "{page}");
    let unasked = desk
        .get(Role::Supervisor, &format!("/p/1/experts/{expert}"))
        .await;
    assert!(!unasked.contains(&blank), "{unasked}");
    let shown = desk.get(Role::Officer, &blank).await;
    for words in [
        "第十九条(三)",
        "须附书面申请",
        "须写明理由",
        "以系统记录为准",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }

    // Without the paper: said with the article, and what was typed is still there.
    let typed = [
        ("expert", expert.as_str()),
        ("ground", "19-3"),
        ("reason", "本人已书面提出，原件存档。"),
    ];
    let bare = form(&desk, Role::Officer, "/p/1/exits", &typed, &[]).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["须附书面申请（第十九条(三)）", typed[2].1] {
        assert!(bare.body.contains(words), "{words}: {}", bare.body);
    }
    assert!(
        bare.body.contains("value=\"19-3\" checked"),
        "{}",
        bare.body
    );
    let unnamed = [typed[0], ("ground", "19-4")];
    let unnamed = form(&desk, Role::Officer, "/p/1/exits", &unnamed, &["书.pdf"]).await;
    assert_eq!(unnamed.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["中的哪一种（第十九条(四)）", "请重新选择文件"] {
        assert!(unnamed.body.contains(words), "{words}: {}", unnamed.body);
    }

    let opened = form(&desk, Role::Officer, "/p/1/exits", &typed, &["申请.pdf"]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
    let case = opened.location;
    let again = desk.get(Role::Officer, &blank).await;
    assert!(
        again.contains("已有一件正在办理") && again.contains(&case),
        "{again}"
    );
    let shown = desk.get(Role::Officer, &case).await;
    for words in ["解聘 TC01-2022-0001", "申请.pdf", typed[2].1, "专家000"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }

    // The paper is opened for a purpose only.
    let paper = format!(
        "{case}/documents/{}",
        after(&shown, &format!("formaction=\"{case}/documents/"))
    );
    desk.refused(Role::Supervisor, &paper, &[("purpose", "")])
        .await;
    let read = desk
        .post(Role::Supervisor, &paper, &[("purpose", "核对申请")])
        .await;
    assert_eq!(
        (read.status, read.body.starts_with("%PDF")),
        (StatusCode::OK, true)
    );
    let letter = desk.get(Role::Officer, &format!("{case}/letter.pdf")).await;
    assert!(letter.starts_with("%PDF"));

    // Nobody else comes near it.
    let id = case.rsplit('/').next().expect("an id");
    let mut walked = 0;
    for route in web::routes::all().table() {
        let office = route.path.contains("{no}") && route.path.contains("/exits");
        if !office {
            continue;
        }
        walked += 1;
        let path = route
            .path
            .replace("{no}", "1")
            .replace("{id}", &expert)
            .replace("{exit}", id)
            .replace("{file}", id);
        for role in [Role::Requester, Role::Expert] {
            let kind = "application/x-www-form-urlencoded";
            let method = route.method.as_str();
            let answer = desk.send(Some(role), method, &path, kind, Vec::new()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
        }
        if route.method == Method::POST && route.path.ends_with("/withdraw") {
            let read = call(&desk, Role::Supervisor, "POST", &path, &json!({})).await;
            assert_eq!(read.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    assert!(walked >= 20, "{walked}");

    // Step by step, none skipped; the second is a meeting's.
    let step = format!("{case}/step");
    let early = [("step", "解聘"), ("status_confirmed", "yes")];
    let early = desk.refused(Role::Approver, &step, &early).await;
    assert!(early.contains("现在的环节是“初核”"), "{early}");
    // Three acts side by side: what is typed stays at its own, whichever is refused.
    let long = "长".repeat(1001);
    for typed in ["　", long.as_str()] {
        let no = [("act", "refuse"), ("step", "初核"), ("reason", typed)];
        let unsaid = desk
            .refused(Role::Officer, &format!("{case}/refuse"), &no)
            .await;
        stays(&unsaid, "reason", typed);
        let blank = "id=\"withdraw-reason\" name=\"reason\">";
        assert!(unsaid.contains(blank), "{unsaid}");
        assert!(!unsaid.contains("id=\"opinion-err\""), "{unsaid}");
    }
    let long = [("step", "初核"), ("opinion", long.as_str())];
    let over = desk.refused(Role::Officer, &step, &long).await;
    stays(&over, "opinion", long[1].1);
    assert!(!over.contains("id=\"reason-err\""), "{over}");
    let checked = [("step", "初核"), ("opinion", "材料齐全")];
    desk.done(Role::Officer, &step, &checked).await;
    let shown = desk.get(Role::Officer, &case).await;
    for words in [
        "材料齐全",
        "class=\"btn w\" href=\"/p/1/meetings\"",
        "由市职业技能培训课程标准技术委员会在会议上办理",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains(&format!("action=\"{step}\"")), "{shown}");
    for word in ["会议审定", "解聘"] {
        let named = [("step", word), ("status_confirmed", "yes")];
        let refused = desk.refused(Role::Approver, &step, &named).await;
        assert!(refused.contains("“会议审定”以会议纪要为据"), "{refused}");
    }
    let list = desk.get(Role::Secretary, "/p/1/exits").await;
    assert!(
        list.contains("等待会议审定") && list.contains("第十九条(三)"),
        "{list}"
    );

    // Taken back by the office, with a reason.
    let withdraw = format!("{case}/withdraw");
    let unsaid = [("act", "withdraw"), ("reason", "　")];
    let unsaid = desk.refused(Role::Officer, &withdraw, &unsaid).await;
    assert!(unsaid.contains("没有写明理由"), "{unsaid}");
    stays(&unsaid, "reason", "　");
    let reason = [("act", "withdraw"), ("reason", "本人继续担任")];
    desk.done(Role::Officer, &withdraw, &reason).await;
    let list = desk.get(Role::Officer, "/p/1/exits?status=withdrawn").await;
    assert!(list.contains(id), "{list}");
    let own = desk.get(Role::Expert, "/m/exits").await;
    assert!(
        own.contains("本人继续担任") && !own.contains("材料齐全"),
        "{own}"
    );
}

/// Covers: JM-12-5, JM-12-0.
#[tokio::test]
async fn whoever_is_put_out_is_out_from_that_day_on() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = desk(&engine, "jm-2022").await;
    let expert = member().to_string();
    let bare = [("expert", expert.as_str()), ("ground", "12-5")];
    let unsaid = form(&desk, Role::Officer, "/p/1/exits", &bare, &[]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        unsaid.body.contains("须写明理由（第十二条(五)）"),
        "{}",
        unsaid.body
    );
    let whole = [bare[0], bare[1], ("reason", "监督任务调整")];
    let opened = form(&desk, Role::Officer, "/p/1/exits", &whole, &[]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
    let case = opened.location;

    // The expert is heard before it is decided.
    let own = desk.get(Role::Expert, "/m").await;
    assert!(
        own.contains("可陈述意见") && own.contains("/m/exits"),
        "{own}"
    );
    let id = case.rsplit('/').next().expect("an id");
    let state = format!("/m/exits/{id}/statement");
    let silent = desk.refused(Role::Expert, &state, &[]).await;
    assert!(silent.contains("没有填写陈述意见"), "{silent}");
    let words = [("statement", "愿意继续参加监督。")];
    desk.done(Role::Expert, &state, &words).await;
    let shown = desk.get(Role::Approver, &case).await;
    assert!(shown.contains(words[0].1), "{shown}");
    // Only an own request is the expert's to take back.
    let back = desk
        .post(
            Role::Expert,
            &format!("/m/exits/{id}/withdraw"),
            &[("reason", "撤")],
        )
        .await;
    assert_eq!(back.status, StatusCode::NOT_FOUND);

    // The last step is a decision, made knowing what it does.
    let step = format!("{case}/step");
    let taken = [
        ("step", "终止任用"),
        ("document", "江人社函〔2022〕8号"),
        ("status_confirmed", "yes"),
    ];
    let officer = desk.post(Role::Officer, &step, &taken).await;
    assert_eq!(officer.status, StatusCode::FORBIDDEN, "{}", officer.body);
    let unticked = desk.refused(Role::Approver, &step, &taken[..2]).await;
    assert!(
        unticked.contains("没有确认后果") && unticked.contains("江人社函〔2022〕8号"),
        "{unticked}"
    );
    desk.done(Role::Approver, &step, &taken).await;
    let shown = desk.get(Role::Officer, &case).await;
    assert!(
        shown.contains("已办结") && !shown.contains(&format!("action=\"{step}\"")),
        "{shown}"
    );
    let page = desk
        .get(Role::Officer, &format!("/p/1/experts/{expert}"))
        .await;
    for words in [
        "已出库",
        "2022-06-06 起，终止任用（市局因工作原因终止任用，第十二条(五)）",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("/p/1/exits/new"), "{page}");
    let again = form(&desk, Role::Officer, "/p/1/exits", &whole, &[]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("出库，不需要再办理"), "{}", again.body);
}

/// Covers: JM-12-4.
#[tokio::test]
async fn an_expert_asks_to_leave_and_takes_it_back() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = desk(&engine, "jm-2022").await;
    let nobody = desk
        .send(None, "GET", "/m/exits", "text/plain", Vec::new())
        .await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
    assert!(nobody.location.starts_with("/login"), "{}", nobody.location);
    let me = desk.get(Role::Expert, "/m/me").await;
    assert!(me.contains("href=\"/m/exits\""), "{me}");
    let blank = desk.get(Role::Expert, "/m/exits").await;
    for words in ["本人提出退任", "第十二条(四)", "终止任用"] {
        assert!(blank.contains(words), "{words}: {blank}");
    }
    let expert = member().to_string();
    let act = format!("ask-{expert}");
    let long = "长".repeat(1001);
    let mut typed = [
        ("act", act.as_str()),
        ("expert", expert.as_str()),
        ("reason", long.as_str()),
    ];
    let refused = form(&desk, Role::Expert, "/m/exits", &typed, &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("最多 1000 字") && refused.body.contains(&long),
        "{}",
        refused.body
    );
    typed[2].1 = "工作调动";
    let asked = form(&desk, Role::Expert, "/m/exits", &typed, &[]).await;
    assert_eq!(
        (asked.status, asked.location.as_str()),
        (StatusCode::SEE_OTHER, "/m/exits"),
        "{}",
        asked.body
    );
    let own = desk.get(Role::Expert, "/m/exits").await;
    for words in ["本人退任", "TC01-2022-0001", "工作调动", "等待终止任用"] {
        assert!(own.contains(words), "{words}: {own}");
    }
    assert!(
        !own.contains("name=\"expert\""),
        "one request at a time: {own}"
    );
    let inbox = desk.get(Role::Approver, "/p/1").await;
    assert!(inbox.contains("/p/1/exits/"), "{inbox}");

    let back = format!("/m/exits/{}/withdraw", after(&own, "value=\"withdraw-"));
    let act = after(&own, "name=\"act\" value=\"");
    let unsaid = desk.refused(Role::Expert, &back, &[("act", act)]).await;
    assert!(unsaid.contains("没有写明理由"), "{unsaid}");
    let reason = [("act", act), ("reason", "调动取消")];
    desk.done(Role::Expert, &back, &reason).await;
    let own = desk.get(Role::Expert, "/m/exits").await;
    assert!(
        own.contains("已撤回") && own.contains("调动取消") && own.contains("name=\"expert\""),
        "{own}"
    );
}

/// Covers: CY-23-b.
#[tokio::test]
async fn a_department_proposes_with_proof_and_its_head_confirms() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = desk(&engine, "cy-2021").await;
    let of_team = |one: &mut service::experts::Membership| {
        one.expert.team = Some("project".to_owned());
    };
    desk.bureau.change_member(member(), of_team).await;
    let expert = member().to_string();
    let typed = [
        ("expert", expert.as_str()),
        ("ground", "23-2"),
        ("reason", "两次评审没有出具意见"),
    ];
    let unproved = form(&desk, Role::Officer, "/p/1/exits", &typed, &[]).await;
    assert_eq!(unproved.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["须附证明材料（第二十三条）", "“提出并附证明材料”即办结"]
    {
        assert!(unproved.body.contains(words), "{words}: {}", unproved.body);
    }
    let opened = form(&desk, Role::Officer, "/p/1/exits", &typed, &["证明.pdf"]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
    let case = opened.location;
    let shown = desk.get(Role::Officer, &case).await;
    assert!(
        shown.contains("提出并附证明材料：同事甲") && !shown.contains(&format!("{case}/step")),
        "{shown}"
    );
    let step = format!("{case}/step");
    let confirm = [("step", "负责人确认取消资格"), ("status_confirmed", "yes")];
    let officer = desk.post(Role::Officer, &step, &confirm).await;
    assert_eq!(officer.status, StatusCode::FORBIDDEN, "{}", officer.body);
    desk.done(Role::Approver, &step, &confirm).await;
    let page = desk
        .get(Role::Officer, &format!("/p/1/experts/{expert}"))
        .await;
    let words = "取消专家团成员资格（工作不认真负责，第二十三条）";
    assert!(page.contains(words), "{page}");
}

#[tokio::test]
async fn the_same_goes_over_the_json_interface() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = desk(&engine, "dg-2021").await;
    let pool = "/api/v1/pools/1";
    let open = format!("{pool}/experts/{}/exits", member());
    let grounds: Value = serde_json::from_str(&desk.get(Role::Officer, &open).await).expect("json");
    assert_eq!(grounds["grounds"][2]["id"], "19-3");

    let bare = call(
        &desk,
        Role::Officer,
        "POST",
        &open,
        &json!({ "ground": "19-3" }),
    )
    .await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.body.contains("\"attachment\""), "{}", bare.body);
    let typed = [("ground", "19-3"), ("reason", "见书面申请")];
    let opened = form(&desk, Role::Officer, &open, &typed, &["申请.pdf"]).await;
    assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.body);
    let opened: Value = serde_json::from_str(&opened.body).expect("json");
    let id = opened["id"].as_str().expect("an id");
    let case = format!("{pool}/exits/{id}");

    let name = format!("{case}/documents?name=more.pdf");
    let bytes = PDF.as_bytes().to_vec();
    let kind = "application/octet-stream";
    let more = desk
        .send(Some(Role::Officer), "POST", &name, kind, bytes)
        .await;
    assert_eq!(more.status, StatusCode::NO_CONTENT, "{}", more.body);
    let shown: Value = serde_json::from_str(&desk.get(Role::Approver, &case).await).expect("json");
    assert_eq!(shown["next"]["label"], "初核");
    assert_eq!(shown["documents"].as_array().map(Vec::len), Some(2));
    assert_eq!(shown["exit"]["reason"], "见书面申请");
    let listed = desk
        .get(Role::Secretary, &format!("{pool}/exits?status=open"))
        .await;
    assert!(listed.contains(id), "{listed}");
    let raised = desk
        .get(Role::Officer, &format!("{pool}/exits/raised"))
        .await;
    assert_eq!(raised, "{\"items\":[]}");

    let step = json!({ "step": "会议审定" });
    let ahead = call(&desk, Role::Officer, "POST", &format!("{case}/step"), &step).await;
    assert_eq!(ahead.status, StatusCode::UNPROCESSABLE_ENTITY);
    let step = json!({ "step": "初核", "opinion": "属实" });
    let taken = call(&desk, Role::Officer, "POST", &format!("{case}/step"), &step).await;
    assert_eq!(taken.status, StatusCode::NO_CONTENT, "{}", taken.body);
    let said = json!({ "statement": "无异议" });
    let own = format!("/api/v1/me/exits/{id}");
    let stated = call(
        &desk,
        Role::Expert,
        "POST",
        &format!("{own}/statement"),
        &said,
    )
    .await;
    assert_eq!(stated.status, StatusCode::NO_CONTENT, "{}", stated.body);
    let mine = desk.get(Role::Expert, "/api/v1/me/exits").await;
    let read: Value = serde_json::from_str(&mine).expect("json");
    assert_eq!(read["items"][0]["steps"][0]["step"], "初核");
    assert_eq!(read["items"][0]["statement"]["text"], "无异议");
    assert!(
        !mine.contains("属实"),
        "opinions stay in the office: {mine}"
    );
    let why = json!({ "reason": "本人继续担任" });
    let back = call(
        &desk,
        Role::Officer,
        "POST",
        &format!("{case}/withdraw"),
        &why,
    )
    .await;
    assert_eq!(back.status, StatusCode::NO_CONTENT, "{}", back.body);

    // The expert's own request, with its paper.
    let expert = member().to_string();
    let typed = [("expert", expert.as_str()), ("reason", "调离")];
    let asked = form(
        &desk,
        Role::Expert,
        "/api/v1/me/exits",
        &typed,
        &["申请.pdf"],
    )
    .await;
    assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.body);
    let asked: Value = serde_json::from_str(&asked.body).expect("json");
    let id = asked["id"].as_str().expect("an id");
    let back = call(
        &desk,
        Role::Expert,
        "POST",
        &format!("/api/v1/me/exits/{id}/withdraw"),
        &why,
    )
    .await;
    assert_eq!(back.status, StatusCode::NO_CONTENT, "{}", back.body);
}
