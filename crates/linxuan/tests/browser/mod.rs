//! Chromium for tests: a driver on a free port, an empty profile, windows of known size, pictures on request, the
//! console's complaints, and axe. Everything started here ends with the value that started it.
#![allow(
    dead_code,
    unused_imports,
    reason = "every test file that includes this module uses a part of it"
)]

mod driver;
mod server;
mod walk;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

use driver::Driver;
pub(crate) use server::{Server, get};
pub(crate) use walk::{EVERYWHERE, Walk, in_days};

/// How long a page may take to become what a test waits for; generous, because test machines are busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// Names a folder for pictures; without it no picture is written.
pub(crate) const PICTURES: &str = "LINXUAN_PICTURES";

/// The size of a window in CSS pixels.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Window {
    /// Width.
    pub(crate) width: u32,
    /// Height.
    pub(crate) height: u32,
    /// Touch, narrow layout, two device pixels per pixel.
    pub(crate) phone: bool,
}

/// An office screen.
pub(crate) const DESKTOP: Window = Window {
    width: 1440,
    height: 900,
    phone: false,
};
/// A smaller office screen.
pub(crate) const LAPTOP: Window = Window {
    width: 1366,
    height: 768,
    phone: false,
};
/// A phone.
pub(crate) const PHONE: Window = Window {
    width: 390,
    height: 844,
    phone: true,
};

/// One rule of WCAG that a page breaks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Violation {
    /// The rule: `color-contrast`.
    pub(crate) rule: String,
    /// What it asks for.
    pub(crate) help: String,
    /// The elements that break it, as selectors.
    pub(crate) elements: Vec<String>,
}

/// A browser with one window.
pub(crate) struct Browser {
    /// Everything fantoccini offers.
    pub(crate) client: Client,
    driver: Driver,
    session: String,
    window: std::cell::Cell<Window>,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts a browser with an empty profile and a window of this size.
    pub(crate) async fn open(window: Window) -> Self {
        let driver = Driver::start();
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let capabilities = json!({
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "binary": "/usr/bin/chromium",
                "args": [
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--lang=zh-CN", "--hide-scrollbars",
                    format!("--user-data-dir={}", profile.path().display()),
                ],
            },
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("written as an object")
        };
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.address())
            .await
            .expect("chromium starts");
        let session = client
            .session_id()
            .await
            .expect("a session")
            .expect("a session has an id");
        let browser = Self {
            client,
            driver,
            session,
            window: std::cell::Cell::new(window),
            _profile: profile,
        };
        browser.resize(window).await;
        browser
    }

    /// Ends the session; the driver and the profile go with the value.
    pub(crate) async fn close(self) {
        let _ = self.client.clone().close().await;
    }

    /// Gives the window another size.
    pub(crate) async fn resize(&self, window: Window) {
        self.window.set(window);
        self.metrics(window.width, window.height, window.phone);
    }

    fn metrics(&self, width: u32, height: u32, phone: bool) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": if phone { 2 } else { 1 }, "mobile": phone }),
        );
    }

    /// Runs a command of the DevTools protocol.
    pub(crate) fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.driver.post(
            &format!("/session/{}/goog/cdp/execute", self.session),
            &json!({ "cmd": command, "params": parameters }),
        )
    }

    /// Opens an address and waits until it is loaded.
    pub(crate) async fn visit(&self, address: &str) {
        self.client
            .goto(address)
            .await
            .unwrap_or_else(|error| panic!("{address} does not open: {error}"));
    }

    /// Runs a script and gives what it returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.client
            .execute(script, Vec::new())
            .await
            .unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// The text of the first element that matches, empty when nothing does.
    pub(crate) async fn text(&self, selector: &str) -> String {
        match self.client.find(Locator::Css(selector)).await {
            Ok(element) => element.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits until a script returns something true; fails in time with `what`.
    pub(crate) async fn until(&self, what: &str, script: &str) {
        let start = Instant::now();
        loop {
            let value = self.client.execute(script, Vec::new()).await;
            match &value {
                Ok(Value::Bool(true)) => return,
                _ if start.elapsed() > PATIENCE => {
                    let shown = self.text("main").await;
                    panic!("{what}: still {value:?}; the page says: {shown}")
                }
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Types into the field with this id, after emptying it; a page that is just being replaced is waited for.
    pub(crate) async fn fill(&self, id: &str, text: &str) {
        let start = Instant::now();
        loop {
            let typed = async {
                let field = self.client.find(Locator::Css(&format!("#{id}"))).await?;
                field.clear().await?;
                field.send_keys(text).await
            };
            match typed.await {
                Ok(()) => return,
                Err(error) if start.elapsed() > PATIENCE => {
                    panic!("#{id} cannot be typed into: {error}")
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Presses keys in the field with this id, after what is already there.
    pub(crate) async fn press(&self, id: &str, keys: &str) {
        let field = self.find(&format!("#{id}")).await;
        field
            .send_keys(keys)
            .await
            .unwrap_or_else(|error| panic!("#{id} cannot be typed into: {error}"));
    }

    /// Clicks the first element that matches.
    pub(crate) async fn click(&self, selector: &str) {
        self.find(selector)
            .await
            .click()
            .await
            .unwrap_or_else(|error| panic!("{selector} cannot be clicked: {error}"));
    }

    async fn find(&self, selector: &str) -> fantoccini::elements::Element {
        let found: Result<_, CmdError> = self.client.find(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("nothing matches {selector}: {error}"))
    }

    /// Writes a picture of the whole page as `{name}.png` into the folder that [`PICTURES`] names, if it does.
    pub(crate) async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os(PICTURES).map(PathBuf::from) else {
            return;
        };
        let Window {
            width,
            height,
            phone,
        } = self.window.get();
        let tall = self
            .run("return document.documentElement.scrollHeight")
            .await
            .as_u64()
            .unwrap_or(0);
        self.metrics(
            width,
            u32::try_from(tall).unwrap_or(height).clamp(height, 12_000),
            phone,
        );
        let bytes = self
            .client
            .screenshot()
            .await
            .expect("a picture can be taken");
        self.metrics(width, height, phone);
        std::fs::create_dir_all(&folder).expect("the folder for pictures can be made");
        std::fs::write(folder.join(format!("{name}.png")), bytes)
            .expect("the picture can be written");
    }

    /// What the browser complained about since the last call: script errors, blocked files, failed requests.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = self.driver.post(
            &format!("/session/{}/se/log", self.session),
            &json!({ "type": "browser" }),
        );
        let entries = log.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .filter(|entry| matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING")))
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Whether the page can be scrolled sideways, which no page may.
    pub(crate) async fn scrolls_sideways(&self) -> bool {
        self.run(
            "return document.documentElement.scrollWidth > document.documentElement.clientWidth",
        )
        .await
            == json!(true)
    }

    /// Runs axe with the rules of WCAG 2.0 to 2.2, levels A and AA.
    pub(crate) async fn axe(&self) -> Vec<Violation> {
        axe(&self.client).await
    }
}

/// Runs axe on the page shown, with the rules of WCAG 2.0 to 2.2, levels A and AA.
pub(crate) async fn axe(client: &Client) -> Vec<Violation> {
    let path = tools().join("axe-core/axe.min.js");
    let Ok(source) = std::fs::read_to_string(&path) else {
        panic!(
            "axe is not there ({}); `cargo xtask test` fetches it from npm",
            path.display()
        );
    };
    let there = client
        .execute("return typeof window.axe === 'object'", Vec::new())
        .await;
    if there.ok() != Some(json!(true)) {
        client
            .execute(&source, Vec::new())
            .await
            .expect("axe loads");
    }
    let found = client
        .execute_async(
            "const done = arguments[0]; axe.run(document, { runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa'], \
             resultTypes: ['violations'] }).then(r => done(r.violations.map(v => ({ rule: v.id, help: v.help, \
             elements: v.nodes.map(n => n.target.join(' ')) }))), e => done(String(e)))",
            Vec::new(),
        )
        .await
        .expect("axe runs");
    let found = found
        .as_array()
        .unwrap_or_else(|| panic!("axe failed: {found}"));
    found
        .iter()
        .map(|violation| Violation {
            rule: violation["rule"].as_str().unwrap_or_default().to_owned(),
            help: violation["help"].as_str().unwrap_or_default().to_owned(),
            elements: violation["elements"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|element| element.as_str().map(str::to_owned))
                .collect(),
        })
        .collect()
}

/// Where fetched tools lie: `target/tools` of the workspace.
fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools")
}
