//! Every kind of page of the demonstration, as everybody who has an account there sees it, and as the public does:
//! on a desk, on a phone and in large type. No rule of WCAG broken, nothing to scroll sideways, no complaint from the
//! browser, no broken link, and no page larger than it may be.

mod browser;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::process::Command;
use std::time::Duration;

use browser::{Browser, DESKTOP, PHONE, Server};
use serde_json::{Value, json};

/// HTML of a page as it travels, in bytes.
const PAGE: u64 = 60 * 1024;
/// All own style sheets and scripts as they travel, in bytes.
const ASSETS: u64 = 20 * 1024;
/// Pages looked at of one kind: a draw that is frozen and one that is finished are two pages at one kind of address.
const OF_A_KIND: usize = 2;

struct Place {
    server: Server,
    password: String,
    logins: Vec<String>,
    _folder: tempfile::TempDir,
}

impl Place {
    fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let mut demo = Command::new(env!("CARGO_BIN_EXE_linxuan"));
        demo.arg("demo")
            .arg("--data")
            .arg(folder.path().join("data"))
            .args(["--listen", &format!("127.0.0.1:{port}")]);
        let server = Server::start(&mut demo, Duration::from_secs(120));
        let password = server
            .greeting
            .iter()
            .find_map(|line| line.strip_prefix("密码（各岗位相同）："))
            .expect("the demonstration says the password")
            .to_owned();
        let logins = server
            .greeting
            .iter()
            .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next())
            .map(str::to_owned)
            .collect();
        Self {
            server,
            password,
            logins,
            _folder: folder,
        }
    }
}

/// Somebody who follows every link.
struct Reader<'a> {
    place: &'a Place,
    browser: &'a Browser,
    who: &'a str,
    faults: Vec<String>,
    /// Kinds of pages that are the same for everybody and were looked at.
    same: &'a mut BTreeSet<String>,
    /// Own style sheets and scripts, with their size.
    assets: BTreeMap<String, u64>,
}

impl Reader<'_> {
    async fn visit(&self, path: &str) {
        let address = format!("{}{path}", self.place.server.address);
        self.browser.visit(&address).await;
    }

    async fn log_in(&self) {
        self.visit("/login").await;
        self.browser.fill("account", self.who).await;
        self.browser.fill("password", &self.place.password).await;
        self.browser.click("form button.w").await;
        self.browser
            .until(self.who, "return location.pathname !== '/login'")
            .await;
    }

    /// Follows links from where the reader stands; gives how many pages were looked at.
    async fn read(&mut self) -> usize {
        let mut open: VecDeque<String> = VecDeque::from([self.path().await]);
        let mut met = BTreeSet::new();
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        let mut looked = 0;
        while let Some(path) = open.pop_front() {
            let kind = kind(&path);
            let seen = kinds.entry(kind.clone()).or_default();
            if *seen >= OF_A_KIND || !met.insert(path.clone()) {
                continue;
            }
            if is_same_for_everybody(&path) && !self.same.insert(kind.clone()) {
                continue;
            }
            *seen += 1;
            let answer = self.ask(&path).await;
            let status = answer["status"].as_u64().unwrap_or_default();
            if status != 200 {
                self.faults.push(format!("{} {path}: {status}", self.who));
                continue;
            }
            if !answer["type"].as_str().unwrap_or_default().contains("html") {
                continue;
            }
            self.visit(&path).await;
            self.look(&path, &format!("{}{kind}-{seen}", self.who))
                .await;
            looked += 1;
            let links =
                "return [...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))";
            for link in strings(&self.browser.run(links).await) {
                let link = link.split('#').next().unwrap_or_default();
                if link.starts_with('/') && !link.starts_with("//") && !leaves(link) {
                    open.push_back(link.to_owned());
                }
            }
        }
        looked
    }

    async fn path(&self) -> String {
        let path = self.browser.run("return location.pathname").await;
        path.as_str().expect("a path").to_owned()
    }

    /// What the address answers, without showing it.
    async fn ask(&self, path: &str) -> Value {
        let script = format!(
            "return fetch({}).then(a => ({{ status: a.status, type: a.headers.get('content-type') }}))",
            json!(path)
        );
        self.browser.run(&script).await
    }

    async fn look(&mut self, path: &str, name: &str) {
        let mut faults = Vec::new();
        for (window, suffix) in [(PHONE, "-phone"), (DESKTOP, "")] {
            self.browser.resize(window).await;
            for broken in self.browser.axe().await {
                faults.push(format!("{suffix} {}: {:?}", broken.rule, broken.elements));
            }
            self.browser.picture(&format!("{name}{suffix}")).await;
            for size in ["large", "normal"] {
                let script = format!("document.documentElement.dataset.size = '{size}'");
                self.browser.run(&script).await;
                if self.browser.scrolls_sideways().await {
                    faults.push(format!("{suffix} scrolls sideways in {size} type"));
                }
            }
        }
        let sizes = self
            .browser
            .run(
                "const of = kind => performance.getEntriesByType(kind).map(e => [new URL(e.name).pathname, e.encodedBodySize]); \
                 return { page: of('navigation')[0][1], rest: of('resource') }",
            )
            .await;
        let page = sizes["page"].as_u64().unwrap_or_default();
        if page > PAGE || page == 0 {
            faults.push(format!("{page} bytes"));
        }
        for one in sizes["rest"].as_array().into_iter().flatten() {
            let (name, size) = (
                one[0].as_str().unwrap_or_default(),
                one[1].as_u64().unwrap_or_default(),
            );
            if name.ends_with(".css") || name.ends_with(".js") {
                self.assets.insert(name.to_owned(), size);
            }
        }
        faults.extend(self.browser.complaints());
        let who = self.who;
        self.faults
            .extend(faults.iter().map(|fault| format!("{who} {path}: {fault}")));
    }
}

/// Addresses that end the visit, change how pages look, or give a file that other tests open.
fn leaves(link: &str) -> bool {
    ["/logout", "/type-size/", "/export", "/documents/"]
        .iter()
        .any(|part| link.contains(part))
}

/// Pages that show the same to whoever is logged in.
fn is_same_for_everybody(path: &str) -> bool {
    ["/public", "/me/", "/pools"]
        .iter()
        .any(|start| path.starts_with(start))
}

/// An address without what distinguishes one object from another.
fn kind(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts = path.split('/').map(|part| {
        let code = part.len() >= 16 || part.starts_with(|c: char| c.is_ascii_digit());
        if code { "-" } else { part }
    });
    let keys = query.split('&').filter_map(|pair| pair.split('=').next());
    let keys: BTreeSet<&str> = keys.filter(|key| !key.is_empty()).collect();
    let mut kind = parts.collect::<Vec<_>>().join("_");
    for key in keys {
        kind += &format!("_by_{key}");
    }
    kind
}

fn strings(value: &Value) -> Vec<String> {
    let all = value.as_array().into_iter().flatten();
    all.filter_map(|one| one.as_str().map(str::to_owned))
        .collect()
}

/// Everybody of one half of the log-ins reads; the public is nobody's half.
async fn reads(half: usize) {
    let place = Place::open();
    let browser = Browser::open(DESKTOP).await;
    // The public first: what it sees is looked at once, whoever else sees the same.
    let logins = place.logins.iter().map(String::as_str);
    let readers: Vec<&str> = std::iter::once("").chain(logins).collect();
    assert!(readers.len() > 9, "{readers:?}");
    let (mut faults, mut assets) = (Vec::new(), BTreeMap::new());
    let mut same = BTreeSet::new();
    for who in readers.into_iter().skip(half).step_by(2) {
        browser
            .client
            .delete_all_cookies()
            .await
            .expect("cookies can go");
        let mut reader = Reader {
            place: &place,
            browser: &browser,
            who,
            faults: Vec::new(),
            same: &mut same,
            assets: BTreeMap::new(),
        };
        if who.is_empty() {
            reader.visit("/public").await;
        } else {
            reader.log_in().await;
        }
        let looked = reader.read().await;
        println!("{who}: {looked} pages");
        if looked < 3 {
            faults.push(format!("{who} sees only {looked} pages"));
        }
        faults.append(&mut reader.faults);
        assets.append(&mut reader.assets);
    }
    assert_eq!(faults, [""; 0], "{}", faults.join("\n"));
    let own: u64 = assets.values().sum();
    assert!(own > 0 && own <= ASSETS, "{own} bytes: {assets:?}");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_read_first_half() {
    reads(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_read_second_half() {
    reads(1).await;
}
