//! Every page of the demonstration, as everybody who has an account there sees it, and as the public does.
//!
//! Every page that links lead to is fetched, up to [`OF_A_KIND`] of one kind of address for each reader: it answers,
//! and is no larger than it may be. What it is made of is then compared with all pages looked at before, whoever's
//! they were: the elements with their classes, roles, kinds and states, each in the elements it stands in, and
//! whether there is anything in it; not texts, numbers or how often. A page with anything in it that was in none of
//! them is looked at in Chromium, on a desk, on a phone and in large type: no rule of WCAG broken, nothing to scroll
//! sideways, no complaint from the browser. What two pools make of the same things differs in its words, and a long
//! name of a form or a unit makes a page wide: a page with anything in it that was in none of its pool is measured.

mod browser;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use browser::{Browser, DESKTOP, PHONE, Server};
use serde_json::{Value, json};

/// HTML of a page as it travels, in bytes.
const PAGE: u64 = 60 * 1024;
/// All own style sheets and scripts as they travel, in bytes.
const ASSETS: u64 = 20 * 1024;
/// Pages fetched of one kind for one reader: a draw that is frozen and one that is finished are two pages at one kind
/// of address.
const OF_A_KIND: usize = 4;
/// Browsers at once: there are two cores anywhere.
const BROWSERS: usize = 2;

/// Gives what an address answers, how large it travels, where its links lead and what it is made of.
const FETCH: &str = r"
const [path] = arguments;
performance.clearResourceTimings();
return fetch(path).then(async answer => {
  const text = await answer.text();
  const type = answer.headers.get('content-type') || '';
  const found = { status: answer.status, html: type.includes('html'), bytes: 0, links: [], parts: [] };
  if (!found.html) return found;
  for (let n = 0; n < 100 && !found.bytes; n += 1) {
    const entry = performance.getEntriesByType('resource').find(e => new URL(e.name).href === new URL(path, location).href);
    found.bytes = entry ? entry.encodedBodySize : 0;
    if (!found.bytes) await new Promise(done => setTimeout(done, 5));
  }
  const page = new DOMParser().parseFromString(text, 'text/html');
  found.links = [...page.querySelectorAll('a[href]')].map(a => a.getAttribute('href'));
  const parts = new Set();
  const told = ['role', 'type', 'scope'];
  const walk = (element, above) => {
    const classes = [...element.classList].sort().map(c => '.' + c).join('');
    const states = [...element.attributes].map(a => a.name).filter(n => !['id', 'class', 'href', 'value', 'title'].includes(n)).sort();
    const values = told.map(name => element.getAttribute(name)).filter(Boolean);
    const hollow = element.textContent.trim() || element.children.length ? '' : '!';
    const own = above + '>' + element.localName + classes + '[' + states + values + ']' + hollow;
    parts.add(own);
    if (element.localName !== 'svg') for (const child of element.children) walk(child, own);
  };
  walk(page.body, '');
  found.parts = [...parts];
  return found;
});";

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
        let server = Server::start(&mut demo, Duration::from_secs(180));
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

/// What the pages were made of that were looked at, by anybody.
type Makings = Mutex<BTreeSet<String>>;

/// Somebody who follows every link.
struct Reader<'a> {
    place: &'a Place,
    browser: &'a Browser,
    who: &'a str,
    known: &'a Makings,
    found: Found,
}

/// What readers found.
#[derive(Default)]
struct Found {
    faults: Vec<String>,
    fetched: usize,
    looked: usize,
    measured: usize,
    /// Own style sheets and scripts, with their size.
    assets: BTreeMap<String, u64>,
}

impl Found {
    fn and(mut self, other: Self) -> Self {
        self.faults.extend(other.faults);
        self.assets.extend(other.assets);
        self.fetched += other.fetched;
        self.looked += other.looked;
        self.measured += other.measured;
        self
    }
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

    /// Follows links from where the reader stands.
    async fn read(&mut self) {
        let mut open: VecDeque<String> = VecDeque::from([self.path().await]);
        let mut met = BTreeSet::new();
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        while let Some(path) = open.pop_front() {
            let kind = kind(&path);
            let seen = kinds.entry(kind.clone()).or_default();
            if *seen >= OF_A_KIND || !met.insert(path.clone()) {
                continue;
            }
            *seen += 1;
            let page = self.fetch(&path).await;
            if page["status"] != json!(200) {
                self.fault(&path, format!("answers {}", page["status"]));
            }
            if page["status"] != json!(200) || page["html"] != json!(true) {
                continue;
            }
            self.found.fetched += 1;
            let bytes = page["bytes"].as_u64().unwrap_or_default();
            if bytes > PAGE || bytes == 0 {
                self.fault(&path, format!("{bytes} bytes"));
            }
            let parts = strings(&page["parts"]);
            assert!(!parts.is_empty(), "{path} is made of something");
            let new = self.brings(&parts, "");
            let new_here = self.brings(&parts, pool(&path));
            if new || new_here {
                self.visit(&path).await;
            }
            if new {
                self.look(&path, &format!("{}{kind}-{seen}", self.who))
                    .await;
            } else if new_here {
                self.measure(&path).await;
            }
            for link in strings(&page["links"]) {
                let link = link.split('#').next().unwrap_or_default();
                if link.starts_with('/') && !link.starts_with("//") && !leaves(link) {
                    open.push_back(link.to_owned());
                }
            }
        }
    }

    /// Is anything in these parts of a page that nobody has met, in this pool or, without one, anywhere? Then it is
    /// met now.
    fn brings(&self, parts: &[String], pool: &str) -> bool {
        let mut known = self.known.lock().expect("whole");
        let before = known.len();
        known.extend(parts.iter().map(|part| format!("{pool}{part}")));
        known.len() > before
    }

    fn fault(&mut self, path: &str, fault: impl std::fmt::Display) {
        let line = format!("{} {path}: {fault}", self.who);
        self.found.faults.push(line);
    }

    async fn path(&self) -> String {
        let path = self.browser.run("return location.pathname").await;
        path.as_str().expect("a path").to_owned()
    }

    /// What the address answers, without showing it.
    async fn fetch(&self, path: &str) -> Value {
        let answer = self.browser.client.execute(FETCH, vec![json!(path)]).await;
        answer.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Measures the page shown on a phone and on a desk.
    async fn measure(&mut self, path: &str) {
        let mut faults = Vec::new();
        for (window, suffix) in [(PHONE, "-phone"), (DESKTOP, "")] {
            self.browser.resize(window).await;
            if self.browser.scrolls_sideways().await {
                faults.push(format!("{suffix} scrolls sideways"));
            }
        }
        faults.extend(self.browser.complaints());
        for fault in faults {
            self.fault(path, fault);
        }
        self.found.measured += 1;
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
        let loaded = self
            .browser
            .run(
                "return performance.getEntriesByType('resource').map(e => [new URL(e.name).pathname, e.encodedBodySize])",
            )
            .await;
        for one in loaded.as_array().into_iter().flatten() {
            let (name, size) = (
                one[0].as_str().unwrap_or_default(),
                one[1].as_u64().unwrap_or_default(),
            );
            if name.ends_with(".css") || name.ends_with(".js") {
                self.found.assets.insert(name.to_owned(), size);
            }
        }
        faults.extend(self.browser.complaints());
        for fault in faults {
            self.fault(path, fault);
        }
        self.found.looked += 1;
    }
}

/// Addresses that end the visit, change how pages look, or give a file that other tests open.
fn leaves(link: &str) -> bool {
    ["/logout", "/type-size/", "/export", "/documents/"]
        .iter()
        .any(|part| link.contains(part))
}

/// The number of the pool an address is in; empty outside.
fn pool(path: &str) -> &str {
    let inside = path.strip_prefix("/p/");
    inside.map_or("", |rest| rest.split(['/', '?']).next().unwrap_or_default())
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

/// Reads as one after the other, until everybody has read.
async fn reads(place: &Place, readers: &Mutex<VecDeque<&str>>, known: &Makings) -> Found {
    let browser = Browser::open(DESKTOP).await;
    let mut found = Found::default();
    loop {
        let next = readers.lock().expect("whole").pop_front();
        let Some(who) = next else { break };
        browser
            .client
            .delete_all_cookies()
            .await
            .expect("cookies can go");
        let mut reader = Reader {
            place,
            browser: &browser,
            who,
            known,
            found: Found::default(),
        };
        if who.is_empty() {
            reader.visit("/public").await;
        } else {
            reader.log_in().await;
        }
        reader.read().await;
        let Found {
            fetched,
            looked,
            measured,
            ..
        } = reader.found;
        println!("{who}: {fetched} pages, {looked} looked at, {measured} measured");
        if fetched < 3 {
            reader.fault("/", format!("only {fetched} pages"));
        }
        found = found.and(reader.found);
    }
    browser.close().await;
    found
}

#[test]
fn every_page_can_be_read() {
    let place = Place::open();
    let logins = place.logins.iter().map(String::as_str);
    // The public first: what it sees, others see too.
    let readers: VecDeque<&str> = std::iter::once("").chain(logins).collect();
    assert!(readers.len() > 9, "{readers:?}");
    let (readers, known) = (Mutex::new(readers), Makings::default());
    let found = std::thread::scope(|scope| {
        let reading = [(); BROWSERS].map(|()| {
            scope.spawn(|| {
                let runtime = tokio::runtime::Runtime::new().expect("a runtime");
                runtime.block_on(reads(&place, &readers, &known))
            })
        });
        let found = reading.map(|one| one.join().expect("a reader reads to the end"));
        found.into_iter().fold(Found::default(), Found::and)
    });
    assert_eq!(found.faults, [""; 0], "{}", found.faults.join("\n"));
    // A comparison that took different pages for the same would look at few.
    assert!(found.looked > 60, "{} looked at", found.looked);
    assert!(found.measured > 60, "{} measured", found.measured);
    let own: u64 = found.assets.values().sum();
    assert!(own > 0 && own <= ASSETS, "{own} bytes: {:?}", found.assets);
}
