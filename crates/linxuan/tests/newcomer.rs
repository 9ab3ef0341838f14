//! The newcomer's afternoon: from an empty folder and a roster file to a verified draw, in the browser, with the
//! program itself. Every page on the way is looked at on a desk and on a phone: no rule of WCAG broken, nothing to
//! scroll sideways, no complaint from the browser.

mod browser;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use browser::{EVERYWHERE, Server, Walk, in_days};
use fantoccini::Locator;
use serde_json::{Value, json};

const PASSWORD: &str = "Xin-shou-2026";

/// Somebody to set up: the field names on the set-up page begin with the first, the log-in is the second.
const PEOPLE: [(&str, &str, &str); 7] = [
    ("system_admin", "xitong", "冯凯"),
    ("security_admin", "anquan", "邓然"),
    ("auditor", "shenji", "叶青"),
    ("officer", "jingban", "周敏"),
    ("approver", "shenpi", "梁远"),
    ("requester", "shiyong", "吴倩"),
    ("supervisor", "jiandu", "罗静"),
];

struct Bureau {
    walk: Walk,
    server: Server,
    data: tempfile::TempDir,
}

impl Bureau {
    async fn open() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let mut command = linxuan();
        command
            .arg("serve")
            .arg("--data")
            .arg(data.path().join("data"))
            .args(["--listen", &format!("127.0.0.1:{port}"), "--log", "warn"]);
        let server = Server::start(&mut command, Duration::from_secs(60));
        Self {
            walk: Walk::open("newcomer", server.address.clone(), PASSWORD.to_owned()).await,
            server,
            data,
        }
    }

    /// Looks at the page shown, as a desk and as a phone shows it.
    async fn look(&mut self, name: &str) {
        self.walk.look(name, &EVERYWHERE).await;
    }
}

fn linxuan() -> Command {
    Command::new(env!("CARGO_BIN_EXE_linxuan"))
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(name)
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_roster_file_to_a_verified_draw() {
    let mut bureau = Bureau::open().await;
    set_up(&mut bureau).await;
    import(&mut bureau).await;
    let task = file(&mut bureau).await;
    let draw = draw(&mut bureau, &task).await;
    answer(&mut bureau, &task).await;
    verify(&mut bureau, &draw).await;
    bureau.walk.browser.close().await;
}

/// The one-time link, three officers, the first pool, everybody's own password.
async fn set_up(bureau: &mut Bureau) {
    let link = bureau
        .server
        .greeting
        .iter()
        .find(|line| line.contains("/setup/"))
        .expect("a set-up link is printed")
        .clone();
    bureau.walk.browser.visit(link.trim()).await;
    bureau.look("setup").await;
    bureau.walk.press("完成设置").await;
    bureau.walk.says("请").await;
    bureau.look("setup-empty").await;
    bureau
        .walk
        .browser
        .run("document.querySelector('details').open = true")
        .await;
    bureau
        .walk
        .set("bureau", "示例市人力资源和社会保障局")
        .await;
    bureau.walk.set("help_phone", "0769-00000000").await;
    bureau.walk.set("pool", "职业能力建设专家库").await;
    bureau.walk.set("pack", "dg-2021").await;
    bureau.walk.set("despite_standing", "yes").await;
    for (field, login, name) in PEOPLE {
        bureau.walk.set(&format!("{field}_login"), login).await;
        bureau.walk.set(&format!("{field}_name"), name).await;
    }
    bureau.walk.set("password", PASSWORD).await;
    bureau.walk.set("password_again", PASSWORD).await;
    bureau.walk.press("完成设置").await;
    bureau.look("links").await;
    let links = bureau
        .walk.browser
        .run("return [...document.querySelectorAll('main .stack2')].map(e => (e.textContent.match(/http:\\S+?\\/link\\/[\\w-]+/) || [''])[0]).filter(Boolean)")
        .await;
    let links: Vec<String> = links
        .as_array()
        .expect("links")
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    assert_eq!(links.len(), PEOPLE.len() - 1, "everybody but the first");
    for link in links {
        bureau.walk.browser.visit(&link).await;
        bureau.walk.set("password", PASSWORD).await;
        bureau.walk.set("password_again", PASSWORD).await;
        bureau.walk.press("保存密码").await;
    }
}

/// The roster is read, its differences and errors shown, and taken in.
async fn import(bureau: &mut Bureau) {
    bureau.walk.log_in("jingban").await;
    bureau.look("home-empty").await;
    bureau.walk.visit("/p/1/experts").await;
    bureau.look("experts-empty").await;
    bureau.walk.visit("/p/1/imports").await;
    let path = example("roster.csv");
    let path = path.canonicalize().expect("the example roster");
    let field = bureau.walk.browser.client.find(Locator::Css("#file")).await;
    field
        .expect("a place for the file")
        .send_keys(&path.display().to_string())
        .await
        .expect("a file can be chosen");
    bureau
        .walk
        .set("basis", "示例市专家委员会纪要〔2026〕1号")
        .await;
    bureau.walk.set("basis_on", "2026-11-01").await;
    bureau.walk.set("new_specialties", "add").await;
    bureau.walk.press("上传并预检").await;
    bureau
        .walk
        .browser
        .until(
            "the roster is read",
            "return document.body.textContent.includes('确认导入')",
        )
        .await;
    bureau.look("import-preview").await;
    let skip =
        "const box = document.querySelector('[name=leave_out]'); if (box) box.click(); return true";
    bureau.walk.browser.run(skip).await;
    let confirm = bureau
        .walk
        .browser
        .run("return document.querySelector('form[action$=confirm] .btn.p').textContent")
        .await;
    bureau.walk.press(confirm.as_str().expect("a button")).await;
    bureau
        .walk
        .browser
        .until(
            "the roster is in",
            "return document.body.textContent.includes('已导入')",
        )
        .await;
    bureau.look("import-done").await;
    bureau.walk.visit("/p/1/experts").await;
    bureau.look("experts").await;
    let shown = bureau
        .walk
        .browser
        .run("return document.querySelectorAll('tbody tr').length")
        .await;
    assert_eq!(shown, json!(20));
    bureau.walk.browser.click("tbody td.nm a").await;
    bureau.look("expert").await;
}

/// The department asks; what the numbers allow is told before it is filed.
async fn file(bureau: &mut Bureau) -> String {
    bureau.walk.log_in("shiyong").await;
    bureau.walk.visit("/p/1/tasks/new").await;
    bureau.look("task-new").await;
    bureau.walk.press("提交使用需求").await;
    bureau.look("task-refused").await;
    bureau.walk.set("content", "企业技能人才评价方案评审").await;
    bureau.walk.set("scope", "考核评价").await;
    bureau.walk.set("kind", "8-2").await;
    bureau.walk.press("更新").await;
    assert_eq!(
        bureau
            .walk
            .browser
            .run("return document.querySelector('#content').value")
            .await,
        json!("企业技能人才评价方案评审"),
        "what was typed is kept"
    );
    bureau.walk.set("sub_kind", "方案及标准拟定").await;
    bureau.walk.set("half_days.0.date", &in_days(16)).await;
    bureau.walk.set("half_days.0.slot", "morning").await;
    bureau.walk.set("starts_at", "09:00").await;
    bureau.walk.set("place", "示例技能评价中心三楼会议室").await;
    bureau.walk.set("venue", "on_site").await;
    bureau.walk.set("demands.0.label", "机械组").await;
    for specialty in ["车工", "装配钳工"] {
        let script = format!(
            "const one = [...document.querySelectorAll('label.opt')].find(l => l.textContent.trim() === {}); \
             one.querySelector('input').click(); return true",
            json!(specialty)
        );
        assert_eq!(bureau.walk.browser.run(&script).await, json!(true));
    }
    bureau.walk.set("demands.0.level", "any").await;
    bureau.walk.set("demands.0.seats", "300").await;
    bureau.walk.set("demands.0.reserves", "2").await;
    bureau.walk.set("recusal", "nobody").await;
    bureau.walk.set("mode", "random").await;
    bureau.walk.press("重新测算可抽人数").await;
    bureau.look("task-infeasible").await;
    bureau.walk.set("demands.0.seats", "3").await;
    bureau.walk.press("重新测算可抽人数").await;
    bureau.look("task-feasible").await;
    bureau.walk.press("提交使用需求").await;
    bureau.look("task-filed").await;
    let path = bureau.walk.path().await;
    assert!(
        path.starts_with("/p/1/tasks/") && path.len() > 40,
        "{path}: {}",
        bureau.walk.browser.text("main").await
    );
    path
}

/// Frozen, three fingerprints, three shares, sealed, unsealed by two.
async fn draw(bureau: &mut Bureau, task: &str) -> String {
    bureau.walk.log_in("jingban").await;
    bureau.look("inbox").await;
    bureau.walk.visit(task).await;
    bureau.walk.press("受理").await;
    bureau.look("task-accepted").await;
    let confirm = "const box = document.querySelector('form[action$=freeze] [name=status_confirmed]'); if (box) box.click(); return true";
    bureau.walk.browser.run(confirm).await;
    bureau.walk.press("封存候选名单").await;
    let draw = bureau.walk.path().await;
    bureau.look("ceremony-frozen").await;
    for party in ["jingban", "shiyong", "jiandu"] {
        bureau.walk.log_in(party).await;
        bureau.walk.visit(&draw).await;
        bureau.walk.press_without_leaving("随机生成密签").await;
        bureau
            .walk
            .browser
            .until(
                "a share is made",
                "return document.querySelector('#commitment').value.length === 64",
            )
            .await;
        bureau.look(&format!("ceremony-commit-{party}")).await;
        bureau.walk.press("提交密签指纹").await;
    }
    for party in ["jingban", "shiyong", "jiandu"] {
        bureau.walk.log_in(party).await;
        bureau.walk.visit(&draw).await;
        bureau
            .walk
            .browser
            .until(
                "the share kept on this machine is filled in",
                "return document.querySelector('#share').value.replace(/ /g, '').length === 64",
            )
            .await;
        bureau.look(&format!("ceremony-reveal-{party}")).await;
        bureau.walk.press("揭示").await;
    }
    bureau.look("ceremony-drawn").await;
    bureau.walk.visit(&format!("{draw}/screen")).await;
    bureau.look("ceremony-screen").await;
    bureau.walk.log_in("jingban").await;
    bureau.walk.visit(&draw).await;
    bureau.walk.press("提请启封").await;
    bureau.walk.log_in("jiandu").await;
    bureau.walk.visit(&draw).await;
    bureau.walk.press("同意启封").await;
    bureau.look("ceremony-unsealed").await;
    bureau.walk.visit(&format!("{draw}/frame")).await;
    bureau.look("frame").await;
    draw
}

/// Two accept by telephone, one declines and the next in order takes the seat.
async fn answer(bureau: &mut Bureau, task: &str) {
    let seats = format!("{task}/seats");
    for answer in ["accept", "accept", "decline", "accept"] {
        bureau.walk.log_in("jingban").await;
        bureau.walk.visit(&seats).await;
        let record = format!(
            "const form = document.querySelector('form[action$=\"/call\"]'); form.closest('details').open = true; \
             form.querySelector('[name=answer][value={answer}]').click(); \
             if ({answer:?} === 'accept') form.querySelector('[name=declared]').click(); \
             form.querySelector('[name=reason]').value = {answer:?} === 'decline' ? '当天有教学任务' : ''; return true"
        );
        bureau.walk.browser.run(&record).await;
        bureau.walk.press("记录，待另一人确认").await;
        bureau.walk.log_in("shenpi").await;
        bureau.walk.visit(&seats).await;
        bureau.walk.press("确认电话答复").await;
    }
    bureau.look("seats").await;
    bureau.walk.says("补抽 1").await;
    bureau.walk.log_in("jingban").await;
    bureau.walk.visit("/p/1/messages").await;
    bureau.look("messages").await;
    bureau.walk.log_in("jiandu").await;
    bureau.walk.visit("/p/1/ledger").await;
    bureau.look("ledger").await;
}

/// Anybody checks it: on the public page, in the browser, and with the program alone.
async fn verify(bureau: &mut Bureau, draw: &str) {
    bureau
        .walk
        .browser
        .client
        .delete_all_cookies()
        .await
        .expect("cookies can be deleted");
    bureau.walk.visit("/public").await;
    bureau.look("public").await;
    bureau.walk.visit("/public/draws").await;
    bureau.look("public-draws").await;
    bureau.walk.browser.click("tbody a").await;
    bureau
        .walk
        .browser
        .until(
            "it is replayed in the browser",
            "return !!document.querySelector('[data-steps] .note.ok')",
        )
        .await;
    bureau.look("public-draw").await;
    let address = bureau
        .walk.browser
        .run("return new URL(document.querySelector('[data-verify]').dataset.verify, location.href).href")
        .await;
    let record = bureau
        .walk
        .browser
        .client
        .execute_async(
            "const done = arguments[1]; fetch(arguments[0]).then(r => r.text()).then(done)",
            vec![address],
        )
        .await
        .expect("the record can be fetched");
    let record = record.as_str().expect("text");
    let file = bureau.data.path().join("record.json");
    std::fs::write(&file, record).expect("the record can be kept");
    let verified = linxuan().arg("verify").arg(&file).output();
    let verified = verified.expect("linxuan verify runs");
    assert!(
        verified.status.success(),
        "{draw}: {}",
        String::from_utf8_lossy(&verified.stdout)
    );
    let forged = record.replacen("\"seats\":3", "\"seats\":2", 1);
    assert_ne!(forged, record, "the record says how many seats");
    std::fs::write(&file, forged).expect("the record can be kept");
    let refused = linxuan().arg("verify").arg(&file).output();
    assert!(!refused.expect("linxuan verify runs").status.success());
}
