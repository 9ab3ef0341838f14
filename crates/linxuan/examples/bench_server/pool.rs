//! A million experts: how long each page takes, beside a page that needs no pool at all.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::client::Client;
use crate::server::{Folder, Server, at};

/// p95 of any page.
const GOAL: f64 = 100.0;
const ROUNDS: usize = 25;

struct Measured {
    name: String,
    first: Duration,
    times: Vec<Duration>,
    size: usize,
}

async fn ask(client: &mut Client, name: &str, path: &str, cookie: &str) -> Result<Measured> {
    let mut times = Vec::new();
    let (mut first, mut size) = (Duration::ZERO, 0);
    for round in 0..=ROUNDS {
        let answer = client.get(path, cookie, "gzip").await?;
        if answer.status != 200 {
            bail!("{path} answers {}", answer.status);
        }
        size = answer.size;
        // The first asking warms the caches of the engine.
        if round == 0 {
            first = answer.whole;
        } else {
            times.push(answer.whole);
        }
        // The server bounds a network to sixty requests a second in the long run.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(Measured {
        name: name.to_owned(),
        first,
        times,
        size,
    })
}

pub(crate) async fn measure(experts: usize, folder: Option<PathBuf>) -> Result<()> {
    let folder = Folder::new(folder);
    let filled = folder.fill(experts)?;
    let server = Server::start(&folder.path)?;
    let started = server.memory("VmRSS");
    let cookie = filled.cookie("jingban").to_owned();
    let mut network = 1;
    let specialty = &filled.specialties[3];
    let list = |query: &str| format!("/p/1/experts?{query}");
    let mut pages: Vec<(String, String)> = Vec::new();
    for (name, query) in [
        ("no filter", String::new()),
        ("one specialty", format!("specialty={specialty}")),
        ("title >= 副高级", "level=title:副高级".to_owned()),
        (
            "skill >= 首席技师 (rare)",
            "level=skill:首席技师".to_owned(),
        ),
        ("suspended", "status=suspended".to_owned()),
        ("active", "status=active".to_owned()),
        ("term ends by 2026-06-30", "term_to=2026-06-30".to_owned()),
        ("name 王秀英", "q=王秀英".to_owned()),
        ("two characters 秀英", "q=秀英".to_owned()),
        ("surname 王 (7 %)", "q=王".to_owned()),
        ("surname 李 (7 %)", "q=李".to_owned()),
        ("rare surname 欧阳", "q=欧阳".to_owned()),
        ("given character 英", "q=英".to_owned()),
        ("pinyin wangxiuying", "q=wangxiuying".to_owned()),
        ("pinyin beginning wangx", "q=wangx".to_owned()),
        ("pinyin beginning wang", "q=wang".to_owned()),
        ("initials wxy", "q=wxy".to_owned()),
        ("initials w", "q=w".to_owned()),
        ("initials z", "q=z".to_owned()),
        ("number DG-0001234", "q=DG-0001234".to_owned()),
        ("employer 启明机电", "employer=启明机电".to_owned()),
        ("employer 机电 (1 in 8)", "employer=机电".to_owned()),
        ("employer 有限公司 (all)", "employer=有限公司".to_owned()),
        ("nothing found", "q=龘".to_owned()),
        ("王 + specialty", format!("q=王&specialty={specialty}")),
        (
            "王 机电 + active + title >= 中级",
            "q=王&employer=机电&status=active&level=title:中级".to_owned(),
        ),
        (
            "specialty + suspended + 首席技师",
            format!("specialty={specialty}&status=suspended&level=skill:首席技师"),
        ),
    ] {
        let encoded = encode(&query);
        pages.push((format!("{name}, by name"), list(&encoded)));
        pages.push((
            format!("{name}, by number"),
            list(&format!("{encoded}&sort=number")),
        ));
    }
    pages.push(("no filter, by name, last first".into(), list("sort=-name")));
    pages.push((
        "王, by name, last first".into(),
        list(&encode("q=王&sort=-name")),
    ));
    for (name, id) in &filled.tasks {
        pages.push((format!("funnel: {name}"), format!("/p/1/tasks/{id}")));
    }
    let mut client = Client::new(server.address, 0);
    let peer = ask(&mut client, "peer: the log-in page", "/login", "").await?;
    println!(
        "{} experts; server listens after {:.0} ms, {started:.0} MiB then\n",
        filled.experts,
        server.start.as_secs_f64() * 1000.0
    );
    println!(
        "{:<52} {:>9} {:>8} {:>8} {:>9} {:>8}",
        "", "first ms", "p50 ms", "p95 ms", "p95/peer", "bytes"
    );
    let peer_95 = at(&peer.times, 0.95);
    let (mut over, mut worst) = (0, 0.0_f64);
    let mut show = |measured: &Measured| {
        let p95 = at(&measured.times, 0.95);
        over += usize::from(p95 > GOAL);
        worst = worst.max(p95);
        println!(
            "{:<52} {:>9.1} {:>8.1} {:>8.1} {:>9.1} {:>8}{}",
            measured.name,
            measured.first.as_secs_f64() * 1000.0,
            at(&measured.times, 0.5),
            p95,
            p95 / peer_95,
            measured.size,
            if p95 > GOAL { "  over" } else { "" }
        );
    };
    show(&peer);
    for (name, path) in &pages {
        network = network % 200 + 1;
        let mut client = Client::new(server.address, network);
        show(&ask(&mut client, name, path, &cookie).await?);
    }
    println!(
        "\n{over} of {} pages over {GOAL} ms at p95, the slowest {worst:.0} ms; resident {:.0} MiB, \
         at most {:.0} MiB",
        pages.len(),
        server.memory("VmRSS"),
        server.memory("VmHWM")
    );
    Ok(())
}

/// Percent-encodes what an address may not hold.
fn encode(query: &str) -> String {
    let mut encoded = String::new();
    for byte in query.bytes() {
        if byte.is_ascii_alphanumeric() || b"=&-_.".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
