//! The newcomer's afternoon: from an empty folder and a roster file to a verified draw, in the browser, with the
//! program itself. Every page on the way is looked at on a desk and on a phone: no rule of WCAG broken, nothing to
//! scroll sideways, no complaint from the browser.

mod browser;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use browser::{Browser, DESKTOP, PHONE, Server};
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
    browser: Browser,
    server: Server,
    data: tempfile::TempDir,
    looked: usize,
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
            browser: Browser::open(DESKTOP).await,
            server,
            data,
            looked: 0,
        }
    }

    /// Looks at the page shown, as a desk and as a phone shows it.
    async fn look(&mut self, name: &str) {
        self.looked += 1;
        for (window, suffix) in [(PHONE, "-phone"), (DESKTOP, "")] {
            self.browser.resize(window).await;
            let violations = self.browser.axe().await;
            assert!(violations.is_empty(), "{name}{suffix}: {violations:?}");
            assert!(
                !self.browser.scrolls_sideways().await,
                "{name}{suffix} scrolls sideways"
            );
            self.browser
                .picture(&format!("newcomer-{:02}-{name}{suffix}", self.looked))
                .await;
        }
        // That a form was not accepted is an answer, though the browser lists it.
        let mut complaints = self.browser.complaints();
        complaints.retain(|line| !line.contains("status of 422"));
        assert_eq!(complaints, [""; 0], "{name}");
    }

    async fn visit(&self, path: &str) {
        self.browser
            .visit(&format!("{}{path}", self.server.address))
            .await;
    }

    async fn path(&self) -> String {
        let path = self.browser.run("return location.pathname").await;
        path.as_str().expect("a path").to_owned()
    }

    /// Chooses one value of a choice, or ticks one box.
    async fn choose(&self, name: &str, value: &str) {
        let script = format!(
            "const all = [...document.getElementsByName({name})]; \
             const one = all.find(e => e.value === {value}) || all[0]; \
             if (!one) return 'nothing is called so'; \
             if (one.tagName === 'SELECT') {{ one.value = {value}; return one.value === {value} ? '' : 'no such option'; }} \
             if (one.value !== {value}) return 'no such choice'; \
             if (!one.checked) one.click(); return '';",
            name = json!(name),
            value = json!(value),
        );
        assert_eq!(
            self.browser.run(&script).await,
            json!(""),
            "{name} = {value}"
        );
    }

    /// Sets a field by its name, as typing does.
    async fn set(&self, name: &str, text: &str) {
        let script = format!(
            "const one = document.getElementsByName({})[0]; one.value = {}; \
             one.dispatchEvent(new Event('input', {{bubbles: true}})); return true",
            json!(name),
            json!(text)
        );
        assert_eq!(self.browser.run(&script).await, json!(true), "{name}");
    }

    /// Presses the button with these words, answers the question it may ask, and waits for another page or state.
    async fn press(&self, words: &str) {
        self.browser.run("window.pressed = true").await;
        let script = format!(
            "const one = [...document.querySelectorAll('main button, main a.btn')] \
               .filter(e => e.offsetParent).find(e => e.textContent.trim() === {words}); \
             if (!one) return 'no such button'; one.click(); return '';",
            words = json!(words)
        );
        assert_eq!(
            self.browser.run(&script).await,
            json!(""),
            "{words} on {}: {}",
            self.path().await,
            self.browser.text("main").await
        );
        let asked = "return !!(document.querySelector('#confirm') || {}).open";
        if self.browser.run(asked).await == json!(true) {
            self.browser.click("#confirm [value=yes]").await;
        }
        self.browser
            .until(
                words,
                "return window.pressed !== true && document.readyState === 'complete'",
            )
            .await;
    }

    async fn log_in(&self, login: &str) {
        self.browser
            .client
            .delete_all_cookies()
            .await
            .expect("cookies can be deleted");
        self.visit("/login").await;
        self.browser.fill("account", login).await;
        self.browser.fill("password", PASSWORD).await;
        self.press("登录").await;
    }

    async fn says(&self, words: &str) {
        let text = self.browser.text("main").await;
        assert!(text.contains(words), "{words} is not in: {text}");
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
    bureau.browser.close().await;
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
    bureau.browser.visit(link.trim()).await;
    bureau.look("setup").await;
    bureau.press("完成设置").await;
    bureau.says("请").await;
    bureau.look("setup-empty").await;
    bureau
        .browser
        .run("document.querySelector('details').open = true")
        .await;
    bureau.set("bureau", "示例市人力资源和社会保障局").await;
    bureau.set("help_phone", "0769-00000000").await;
    bureau.set("pool", "职业能力建设专家库").await;
    bureau.choose("pack", "dg-2021").await;
    bureau.choose("despite_standing", "yes").await;
    for (field, login, name) in PEOPLE {
        bureau.set(&format!("{field}_login"), login).await;
        bureau.set(&format!("{field}_name"), name).await;
    }
    bureau.set("password", PASSWORD).await;
    bureau.set("password_again", PASSWORD).await;
    bureau.press("完成设置").await;
    bureau.look("links").await;
    let links = bureau
        .browser
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
        bureau.browser.visit(&link).await;
        bureau.set("password", PASSWORD).await;
        bureau.set("password_again", PASSWORD).await;
        bureau.press("保存密码").await;
    }
}

/// The roster is read, its differences and errors shown, and taken in.
async fn import(bureau: &mut Bureau) {
    bureau.log_in("jingban").await;
    bureau.look("home-empty").await;
    bureau.visit("/p/1/experts").await;
    bureau.look("experts-empty").await;
    bureau.visit("/p/1/imports").await;
    let path = example("roster.csv");
    let path = path.canonicalize().expect("the example roster");
    let field = bureau.browser.client.find(Locator::Css("#file")).await;
    field
        .expect("a place for the file")
        .send_keys(&path.display().to_string())
        .await
        .expect("a file can be chosen");
    bureau.set("basis", "示例市专家委员会纪要〔2026〕1号").await;
    bureau.set("basis_on", "2026-11-01").await;
    bureau.choose("new_specialties", "add").await;
    bureau.press("上传并预检").await;
    bureau
        .browser
        .until(
            "the roster is read",
            "return document.body.textContent.includes('确认导入')",
        )
        .await;
    bureau.look("import-preview").await;
    let skip =
        "const box = document.querySelector('[name=leave_out]'); if (box) box.click(); return true";
    bureau.browser.run(skip).await;
    let confirm = bureau
        .browser
        .run("return document.querySelector('form[action$=confirm] .btn.p').textContent")
        .await;
    bureau.press(confirm.as_str().expect("a button")).await;
    bureau
        .browser
        .until(
            "the roster is in",
            "return document.body.textContent.includes('已导入')",
        )
        .await;
    bureau.look("import-done").await;
    bureau.visit("/p/1/experts").await;
    bureau.look("experts").await;
    let shown = bureau
        .browser
        .run("return document.querySelectorAll('tbody tr').length")
        .await;
    assert_eq!(shown, json!(20));
    bureau.browser.click("tbody td.nm a").await;
    bureau.look("expert").await;
}

/// The department asks; what the numbers allow is told before it is filed.
async fn file(bureau: &mut Bureau) -> String {
    bureau.log_in("shiyong").await;
    bureau.visit("/p/1/tasks/new").await;
    bureau.look("task-new").await;
    bureau.press("提交使用需求").await;
    bureau.look("task-refused").await;
    bureau.set("content", "企业技能人才评价方案评审").await;
    bureau.choose("scope", "考核评价").await;
    bureau.choose("kind", "8-2").await;
    bureau.press("更新").await;
    assert_eq!(
        bureau
            .browser
            .run("return document.querySelector('#content').value")
            .await,
        json!("企业技能人才评价方案评审"),
        "what was typed is kept"
    );
    bureau.choose("sub_kind", "方案及标准拟定").await;
    bureau.set("half_days.0.date", &in_days(16)).await;
    bureau.choose("half_days.0.slot", "morning").await;
    bureau.set("starts_at", "09:00").await;
    bureau.set("place", "示例技能评价中心三楼会议室").await;
    bureau.choose("venue", "on_site").await;
    bureau.set("demands.0.label", "机械组").await;
    for specialty in ["车工", "装配钳工"] {
        let script = format!(
            "const one = [...document.querySelectorAll('label.opt')].find(l => l.textContent.trim() === {}); \
             one.querySelector('input').click(); return true",
            json!(specialty)
        );
        assert_eq!(bureau.browser.run(&script).await, json!(true));
    }
    bureau.choose("demands.0.level", "any").await;
    bureau.set("demands.0.seats", "300").await;
    bureau.set("demands.0.reserves", "2").await;
    bureau.choose("recusal", "nobody").await;
    bureau.choose("mode", "random").await;
    bureau.press("重新测算可抽人数").await;
    bureau.look("task-infeasible").await;
    bureau.set("demands.0.seats", "3").await;
    bureau.press("重新测算可抽人数").await;
    bureau.look("task-feasible").await;
    bureau.press("提交使用需求").await;
    bureau.look("task-filed").await;
    let path = bureau.path().await;
    assert!(
        path.starts_with("/p/1/tasks/") && path.len() > 40,
        "{path}: {}",
        bureau.browser.text("main").await
    );
    path
}

/// Frozen, three fingerprints, three shares, sealed, unsealed by two.
async fn draw(bureau: &mut Bureau, task: &str) -> String {
    bureau.log_in("jingban").await;
    bureau.look("inbox").await;
    bureau.visit(task).await;
    bureau.press("受理").await;
    bureau.look("task-accepted").await;
    let confirm = "const box = document.querySelector('form[action$=freeze] [name=status_confirmed]'); if (box) box.click(); return true";
    bureau.browser.run(confirm).await;
    bureau.press("封存候选名单").await;
    let draw = bureau.path().await;
    bureau.look("ceremony-frozen").await;
    for party in ["jingban", "shiyong", "jiandu"] {
        bureau.log_in(party).await;
        bureau.visit(&draw).await;
        bureau.press_without_leaving("随机生成密签").await;
        bureau
            .browser
            .until(
                "a share is made",
                "return document.querySelector('#commitment').value.length === 64",
            )
            .await;
        bureau.look(&format!("ceremony-commit-{party}")).await;
        bureau.press("提交密签指纹").await;
    }
    for party in ["jingban", "shiyong", "jiandu"] {
        bureau.log_in(party).await;
        bureau.visit(&draw).await;
        bureau
            .browser
            .until(
                "the share kept on this machine is filled in",
                "return document.querySelector('#share').value.replace(/ /g, '').length === 64",
            )
            .await;
        bureau.look(&format!("ceremony-reveal-{party}")).await;
        bureau.press("揭示").await;
    }
    bureau.look("ceremony-drawn").await;
    bureau.visit(&format!("{draw}/screen")).await;
    bureau.look("ceremony-screen").await;
    bureau.log_in("jingban").await;
    bureau.visit(&draw).await;
    bureau.press("提请启封").await;
    bureau.log_in("jiandu").await;
    bureau.visit(&draw).await;
    bureau.press("同意启封").await;
    bureau.look("ceremony-unsealed").await;
    bureau.visit(&format!("{draw}/frame")).await;
    bureau.look("frame").await;
    draw
}

/// Two accept by telephone, one declines and the next in order takes the seat.
async fn answer(bureau: &mut Bureau, task: &str) {
    let seats = format!("{task}/seats");
    for answer in ["accept", "accept", "decline", "accept"] {
        bureau.log_in("jingban").await;
        bureau.visit(&seats).await;
        let record = format!(
            "const form = document.querySelector('form[action$=\"/call\"]'); form.closest('details').open = true; \
             form.querySelector('[name=answer][value={answer}]').click(); \
             if ({answer:?} === 'accept') form.querySelector('[name=declared]').click(); \
             form.querySelector('[name=reason]').value = {answer:?} === 'decline' ? '当天有教学任务' : ''; return true"
        );
        bureau.browser.run(&record).await;
        bureau.press("记录，待另一人确认").await;
        bureau.log_in("shenpi").await;
        bureau.visit(&seats).await;
        bureau.press("确认电话答复").await;
    }
    bureau.look("seats").await;
    bureau.says("补抽 1").await;
    bureau.log_in("jingban").await;
    bureau.visit("/p/1/messages").await;
    bureau.look("messages").await;
    bureau.log_in("jiandu").await;
    bureau.visit("/p/1/ledger").await;
    bureau.look("ledger").await;
}

/// Anybody checks it: on the public page, in the browser, and with the program alone.
async fn verify(bureau: &mut Bureau, draw: &str) {
    bureau
        .browser
        .client
        .delete_all_cookies()
        .await
        .expect("cookies can be deleted");
    bureau.visit("/public").await;
    bureau.look("public").await;
    bureau.browser.click("tbody a").await;
    bureau
        .browser
        .until(
            "it is replayed in the browser",
            "return !!document.querySelector('[data-steps] .note.ok')",
        )
        .await;
    bureau.look("public-draw").await;
    let address = bureau
        .browser
        .run("return new URL(document.querySelector('[data-verify]').dataset.verify, location.href).href")
        .await;
    let record = bureau
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

impl Bureau {
    /// Presses a button that a script answers on this page.
    async fn press_without_leaving(&self, words: &str) {
        let script = format!(
            "[...document.querySelectorAll('main button')].find(e => e.textContent.trim() === {}).click(); return true",
            json!(words)
        );
        assert_eq!(self.browser.run(&script).await, json!(true), "{words}");
    }
}

/// The day so many days from now, as a form takes it.
fn in_days(days: i64) -> String {
    let output = Command::new("date")
        .args(["+%F", "-d", &format!("+{days} days")])
        .output()
        .expect("date runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
