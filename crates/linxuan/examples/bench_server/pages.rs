//! Every page of the demonstration: its size as it travels, and the first byte under load.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::client::{Client, header};
use crate::server::{Folder, Server, at};

/// HTML of a page, in bytes.
const PAGE: usize = 60 * 1024;
/// All own style sheets and scripts, in bytes.
const ASSETS: usize = 20 * 1024;
/// First byte, p99, in ms.
const FIRST_BYTE: f64 = 30.0;
const A_SECOND: u64 = 200;
const SECONDS: u64 = 20;
/// Networks the load comes from: the server bounds each by itself.
const NETWORKS: u64 = 20;

pub(crate) async fn measure(folder: Option<PathBuf>) -> Result<()> {
    let folder = Folder::new(folder);
    let filled = folder.fill(0)?;
    let server = Server::start(&folder.path)?;
    println!(
        "server listens after {:.0} ms, {:.0} MiB then",
        server.start.as_secs_f64() * 1000.0,
        server.memory("VmRSS")
    );
    let mut sizes: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut assets: BTreeMap<String, usize> = BTreeMap::new();
    let mut load: Vec<(String, String)> = Vec::new();
    let visitors = std::iter::once((String::new(), String::new())).chain(filled.cookies.clone());
    for (network, (login, cookie)) in (100..).zip(visitors) {
        let mut client = Client::new(server.address, network);
        let mut seen = BTreeSet::new();
        let mut open = vec!["/".to_owned(), "/public".to_owned(), "/login".to_owned()];
        while let Some(path) = open.pop() {
            if seen.len() > 400 || !seen.insert(path.clone()) {
                continue;
            }
            let answer = client.get(&path, &cookie, "br, gzip").await?;
            if let Some(to) = header(&answer.headers, "location") {
                open.push(to.to_owned());
                continue;
            }
            let kind = header(&answer.headers, "content-type").unwrap_or_default();
            if path.starts_with("/assets/") {
                if kind.contains("css") || kind.contains("javascript") {
                    assets.insert(path, answer.size);
                }
                continue;
            }
            if answer.status != 200 || !kind.contains("text/html") {
                continue;
            }
            sizes.insert((login.clone(), path.clone()), answer.size);
            load.push((path.clone(), cookie.clone()));
            let plain = client.get(&path, &cookie, "identity").await?;
            open.extend(links(&String::from_utf8_lossy(&plain.body)));
        }
    }
    let largest = sizes.iter().max_by_key(|(_, size)| **size);
    if let Some(((login, path), size)) = largest {
        println!(
            "{} pages; the largest {size} bytes ({:.2} of {PAGE}): {path} as {login}",
            sizes.len(),
            *size as f64 / PAGE as f64
        );
    }
    let own: usize = assets.values().sum();
    println!(
        "{} own style sheets and scripts: {own} bytes ({:.2} of {ASSETS})",
        assets.len(),
        own as f64 / ASSETS as f64
    );
    under_load(&server, load).await?;
    println!(
        "resident {:.0} MiB, at most {:.0} MiB",
        server.memory("VmRSS"),
        server.memory("VmHWM")
    );
    Ok(())
}

/// Addresses of this site that a page leads to.
fn links(html: &str) -> Vec<String> {
    ["href=\"", "src=\""]
        .iter()
        .flat_map(|mark| html.split(mark).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .filter(|link| link.starts_with('/') && !link.starts_with("//"))
        .filter(|link| !link.contains("/documents/") && !link.contains("export"))
        .map(|link| {
            let link = link.split('#').next().unwrap_or_default();
            link.replace("&amp;", "&")
        })
        .collect()
}

async fn under_load(server: &Server, pages: Vec<(String, String)>) -> Result<()> {
    // The peer: the same pages, one after the other.
    let mut alone = Vec::new();
    for (n, (path, cookie)) in (0_u8..).zip(pages.iter().take(200)) {
        let mut client = Client::new(server.address, n);
        alone.push(client.get(path, cookie, "gzip").await?.first_byte);
    }
    let pages = Arc::new(pages);
    let (address, begun) = (server.address, Instant::now());
    let visitors: Vec<_> = (0..NETWORKS)
        .map(|visitor| {
            let pages = Arc::clone(&pages);
            tokio::spawn(async move {
                let network = u8::try_from(visitor).unwrap_or_default() + 50;
                let mut client = Client::new(address, network);
                let mut times = Vec::new();
                let each = Duration::from_micros(1_000_000 * NETWORKS / A_SECOND);
                let offset = each / NETWORKS as u32 * visitor as u32;
                for round in 0..SECONDS * A_SECOND / NETWORKS {
                    let due = begun + offset + each * round as u32;
                    tokio::time::sleep_until(due.into()).await;
                    let place = (round * NETWORKS + visitor) as usize * 7919 % pages.len();
                    let (path, cookie) = &pages[place];
                    let waited = due.elapsed();
                    let answer = client.get(path, cookie, "gzip").await?;
                    // Late is late, whoever is to blame.
                    times.push((answer.first_byte + waited, answer.status));
                }
                anyhow::Ok(times)
            })
        })
        .collect();
    let (mut times, mut refused) = (Vec::new(), 0);
    for visitor in visitors {
        for (time, status) in visitor.await?? {
            times.push(time);
            refused += usize::from(status != 200);
        }
    }
    let p99 = at(&times, 0.99);
    println!(
        "first byte at {A_SECOND} requests/s for {SECONDS} s: p50 {:.1} ms, p99 {p99:.1} ms \
         ({:.2} of {FIRST_BYTE} ms; alone p99 {:.1} ms, ratio {:.1}); {refused} of {} not answered",
        at(&times, 0.5),
        p99 / FIRST_BYTE,
        at(&alone, 0.99),
        p99 / at(&alone, 0.99),
        times.len()
    );
    Ok(())
}
