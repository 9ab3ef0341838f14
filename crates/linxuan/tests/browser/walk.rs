//! Somebody at a screen: fills in forms by the names of their fields, presses buttons by their words, and looks at
//! the pages on the way.

use serde_json::json;

use super::{Browser, DESKTOP, PHONE, Window};

/// What every page on the way is looked at on.
pub(crate) const EVERYWHERE: [Window; 2] = [PHONE, DESKTOP];

/// A browser on its way through a site.
pub(crate) struct Walk {
    pub(crate) browser: Browser,
    /// Where the site listens.
    pub(crate) address: String,
    /// Everybody's password.
    pub(crate) password: String,
    /// What pictures are called.
    name: &'static str,
    looked: usize,
}

impl Walk {
    pub(crate) async fn open(name: &'static str, address: String, password: String) -> Self {
        Self {
            browser: Browser::open(DESKTOP).await,
            address,
            password,
            name,
            looked: 0,
        }
    }

    /// Looks at the page shown in windows of these sizes; the last one stays.
    pub(crate) async fn look(&mut self, page: &str, windows: &[Window]) {
        self.looked += 1;
        for window in windows {
            let suffix = if window.phone { "-phone" } else { "" };
            self.browser.resize(*window).await;
            let violations = self.browser.axe().await;
            assert!(violations.is_empty(), "{page}{suffix}: {violations:?}");
            assert!(
                !self.browser.scrolls_sideways().await,
                "{page}{suffix} scrolls sideways"
            );
            let (name, looked) = (self.name, self.looked);
            self.browser
                .picture(&format!("{name}-{looked:02}-{page}{suffix}"))
                .await;
        }
        // That a form was not accepted is an answer, though the browser lists it.
        let mut complaints = self.browser.complaints();
        complaints.retain(|line| !line.contains("status of 422"));
        assert_eq!(complaints, [""; 0], "{page}");
    }

    pub(crate) async fn visit(&self, path: &str) {
        self.browser.visit(&format!("{}{path}", self.address)).await;
    }

    pub(crate) async fn path(&self) -> String {
        let path = self.browser.run("return location.pathname").await;
        path.as_str().expect("a path").to_owned()
    }

    /// Is there a field with this name?
    pub(crate) async fn asks(&self, name: &str) -> bool {
        let script = format!(
            "return document.getElementsByName({}).length > 0",
            json!(name)
        );
        self.browser.run(&script).await == json!(true)
    }

    /// Fills in the field with this name: a text, a choice of a list, one of several buttons, a box to tick.
    pub(crate) async fn set(&self, name: &str, value: &str) {
        let script = format!(
            "const all = [...document.getElementsByName({name})]; \
             if (!all.length) return 'nothing is called so'; \
             if (['radio', 'checkbox'].includes(all[0].type)) {{ \
               const one = all.find(e => e.value === {value}); if (!one) return 'no such choice'; \
               if (!one.checked) one.click(); return ''; }} \
             all[0].value = {value}; if (all[0].value !== {value}) return 'not taken'; \
             all[0].dispatchEvent(new Event('input', {{bubbles: true}})); return '';",
            name = json!(name),
            value = json!(value),
        );
        let path = self.path().await;
        assert_eq!(
            self.browser.run(&script).await,
            json!(""),
            "{name} = {value} on {path}: {}",
            self.browser.text("main").await
        );
    }

    /// Ticks everything that matches and is not ticked; how many there are.
    pub(crate) async fn tick(&self, selector: &str) -> u64 {
        let script = format!(
            "const all = [...document.querySelectorAll({})]; \
             all.filter(e => !e.checked).forEach(e => e.click()); return all.length",
            json!(selector)
        );
        self.browser.run(&script).await.as_u64().expect("a number")
    }

    /// Chooses a file of this machine in the field with this name.
    pub(crate) async fn choose_file(&self, name: &str, file: &std::path::Path) {
        let path = file.to_str().expect("a path of text");
        self.browser.press(name, path).await;
    }

    /// Presses the button with these words, answers the question it may ask, and waits for another page or state.
    pub(crate) async fn press(&self, words: &str) {
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

    /// Presses a button that a script answers on this page.
    pub(crate) async fn press_without_leaving(&self, words: &str) {
        let script = format!(
            "[...document.querySelectorAll('main button')].find(e => e.textContent.trim() === {}).click(); return true",
            json!(words)
        );
        assert_eq!(self.browser.run(&script).await, json!(true), "{words}");
    }

    /// Follows the first link in the page whose words contain these.
    pub(crate) async fn follow(&self, words: &str) {
        let script = format!(
            "const one = [...document.querySelectorAll('main a[href]')].find(e => e.textContent.includes({words})); \
             return one ? one.getAttribute('href') : ''",
            words = json!(words)
        );
        let href = self.browser.run(&script).await;
        let href = href.as_str().unwrap_or_default();
        assert!(
            !href.is_empty(),
            "no link {words} on {}: {}",
            self.path().await,
            self.browser.text("main").await
        );
        self.visit(href).await;
    }

    /// Nobody is logged in any more.
    pub(crate) async fn leave(&self) {
        self.browser
            .client
            .delete_all_cookies()
            .await
            .expect("cookies can be deleted");
    }

    pub(crate) async fn log_in(&self, login: &str) {
        self.leave().await;
        self.browser.resize(DESKTOP).await;
        self.visit("/login").await;
        self.browser.fill("account", login).await;
        self.browser.fill("password", &self.password).await;
        self.press("登录").await;
    }

    pub(crate) async fn says(&self, words: &str) {
        let text = self.browser.text("main").await;
        assert!(text.contains(words), "{words} is not in: {text}");
    }

    /// How an address of this site answers whoever is logged in: the status and the first bytes, as text.
    pub(crate) async fn fetches(&self, path: &str) -> (u64, String) {
        let script = format!(
            "return fetch({}).then(async a => [a.status, (await a.text()).slice(0, 8)])",
            json!(path)
        );
        let answer = self.browser.run(&script).await;
        (
            answer[0].as_u64().expect("a status"),
            answer[1].as_str().expect("text").to_owned(),
        )
    }
}

/// The day so many days from now in Shanghai, as a form takes it.
pub(crate) fn in_days(days: i64) -> String {
    let output = std::process::Command::new("date")
        .env("TZ", "Asia/Shanghai")
        .args(["+%F", "-d", &format!("+{days} days")])
        .output()
        .expect("date runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
