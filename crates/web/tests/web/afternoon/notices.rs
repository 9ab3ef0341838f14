//! A call for experts over HTTP: drafted in steps, approved by another, read by everybody without a
//! log-in and without a script.

use axum::http::StatusCode;
use domain::actor::Role;
use store::Kind;
use store::testing::TestStore;

use super::Afternoon;
use crate::desk::stays;

/// What a browser would send of the form, with these values instead.
fn form<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("title", "焊接专家征集公告"),
        ("opens_on", "2022-06-06"),
        ("closes_on", "2022-06-20"),
        ("closes_at", "17:30:00"),
        ("paragraph.0", "见办法第四条\n<b>不是标记</b>"),
        ("channels", "self_nominated"),
        ("contact", "示例市人社局，电话 0000"),
    ];
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    form
}

#[tokio::test]
async fn a_call_is_drafted_approved_and_read_by_everybody() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let site = Afternoon::open(&engine).await;
    let new = "/p/1/notices/new";
    let blank = site.get(Role::Officer, new).await;
    assert!(
        blank.contains("未满 70 周岁"),
        "conditions come from the pack"
    );
    assert!(blank.contains("个人自荐") && !blank.contains("特约邀请函"));

    // Nothing typed is lost, whatever is wrong with it; what is saved is a draft.
    let wrong = form(&[("closes_on", "2022-13-01")]);
    let answer = site.refused(Role::Officer, new, &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("焊接专家征集公告") && answer.body.contains("2022-13-01"));
    let short = form(&[("contact", ""), ("then", "submit")]);
    let answer = site.refused(Role::Officer, new, &short).await;
    assert!(answer.body.contains("没有填写联系方式"), "{}", answer.body);
    let action = answer
        .body
        .split("action=\"")
        .find(|part| part.starts_with("/p/1/notices/") && part.contains("/edit"))
        .and_then(|part| part.split('"').next())
        .expect("the draft is saved, and its form goes on")
        .to_owned();
    let page = action.trim_end_matches("/edit").to_owned();
    let version = answer
        .body
        .split("name=\"version\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a version")
        .to_owned();
    let stale = form(&[("version", "0")]);
    let answer = site.refused(Role::Officer, &action, &stale).await;
    assert!(answer.body.contains("刚被他人修改"));
    let full = form(&[("version", &version), ("then", "submit")]);
    site.done(Role::Officer, &action, &full).await;

    // Not public, not the officer's to approve.
    let list = site.send(None, "GET", "/public/notices", &[]).await;
    assert!(!list.body.contains("焊接专家征集公告"));
    assert!(
        site.get(Role::Approver, "/p/1")
            .await
            .contains("焊接专家征集公告")
    );
    let own = site
        .refused(Role::Officer, &format!("{page}/approve"), &[])
        .await;
    assert_eq!(own.status, StatusCode::FORBIDDEN);
    for other in [Role::Requester] {
        let hidden = site.send(Some(other), "GET", &page, &[]).await;
        assert_eq!(hidden.status, StatusCode::FORBIDDEN);
    }
    let back = [("act", "return"), ("reason", "　")];
    let again = site
        .refused(Role::Approver, &format!("{page}/return"), &back)
        .await;
    stays(&again.body, "reason", "　");
    let preview = site.get(Role::Approver, &format!("{page}/preview")).await;
    assert!(preview.contains("预览："));
    site.done(Role::Approver, &format!("{page}/approve"), &[])
        .await;
    site.done(Role::Officer, &format!("{page}/publish"), &[])
        .await;

    // Everybody, without a session.
    let list = site.send(None, "GET", "/public/notices", &[]).await;
    assert!(
        list.body
            .contains("href=\"/public/notices/ZJ01-2022-0001\"")
    );
    let public = site
        .send(None, "GET", "/public/notices/ZJ01-2022-0001", &[])
        .await;
    assert_eq!(public.status, StatusCode::OK);
    for words in [
        "2022年6月6日起至6月20日 17:30止",
        "入库申请表（附件1）",
        "电话 0000",
        "征集中，6月20日 17:30 截止",
        "&lt;b&gt;不是标记",
        "第五条(一)",
    ] {
        assert!(
            public.body.contains(words)
                || public
                    .body
                    .contains(&words.replace("&lt;", "&#60;").replace("&gt;", "&#62;")),
            "{words}: {}",
            public.body
        );
    }
    assert!(!public.body.contains("<b>不是标记"));
    let pdf = site
        .send(
            None,
            "GET",
            "/public/notices/ZJ01-2022-0001/notice.pdf",
            &[],
        )
        .await;
    assert!(pdf.body.starts_with("%PDF"));
    let guide = site.send(None, "GET", "/public/guide/1", &[]).await;
    assert!(guide.body.contains("互通遴选") && guide.body.contains("营业执照"));
    let nothing = site.send(None, "GET", "/public/guide/none", &[]).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    let json = site.send(None, "GET", "/api/v1/public/notices", &[]).await;
    assert!(json.body.contains("ZJ01-2022-0001"), "{}", json.body);
    assert!(
        !public.body.contains("库管方经办甲"),
        "no officer's name in public"
    );
    let json = site
        .send(None, "GET", "/api/v1/public/notices/ZJ01-2022-0001", &[])
        .await;
    assert!(!json.body.contains("库管方经办甲"), "{}", json.body);

    // Media, then withdrawal.
    let media = format!("{page}/media");
    let none = site
        .refused(Role::Officer, &media, &[("on", "2022-06-06")])
        .await;
    assert!(none.body.contains("没有选择媒体"), "{}", none.body);
    let report = [
        ("other_medium", "示例日报"),
        ("address", "6月6日 3 版"),
        ("on", "2022-06-06"),
    ];
    site.done(Role::Officer, &media, &report).await;
    assert!(site.get(Role::Officer, &page).await.contains("示例日报"));
    let unsaid = [("act", "withdraw"), ("reason", "　")];
    let again = site
        .refused(Role::Officer, &format!("{page}/withdraw"), &unsaid)
        .await;
    stays(&again.body, "reason", "　");
    let why = [("reason", "附件有误")];
    site.done(Role::Officer, &format!("{page}/withdraw"), &why)
        .await;
    let public = site
        .send(None, "GET", "/public/notices/ZJ01-2022-0001", &[])
        .await;
    assert!(public.body.contains("已撤回") && public.body.contains("附件有误"));
    let list = site
        .get(Role::Officer, "/p/1/notices?status=withdrawn")
        .await;
    assert!(list.contains("焊接专家征集公告"));
}
