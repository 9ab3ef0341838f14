//! Many applications at once: handed in, vetted, decided and classified by the use cases themselves; then the
//! real server issues and prints every certificate in one job, is killed in the middle, and goes on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use documents::certificates::{Certificate, Certificates};
use documents::fonts::{FontSettings, SystemFonts};
use documents::form::Field;
use documents::pdf::Typesetter;
use domain::id::RecordId;
use domain::meeting::{Minutes, PersonResult, Verdict};
use jiff::civil::{Date, date};
use service::certificates::Order;
use service::sessions::Credentials;
use service::typed::Fields;
use service::{Ctx, PageRequest, Service};

use crate::client::Client;
use crate::fill::{PASSWORD, open};
use crate::server::{Folder, Server};

/// Certificates a second, printed.
const GOAL: f64 = 20.0;
/// Pages the peer typesets.
const PEER: u32 = 100;
/// The pool of the demonstration.
const POOL: i64 = 1;

pub(crate) async fn measure(count: usize, folder: Option<PathBuf>) -> Result<()> {
    let folder = Folder::new(folder);
    folder.fill(0)?;
    let (store, service) = open(&folder.path).await?;
    let begun = Instant::now();
    let ids = handed_in(&service, count).await?;
    let entered = begun.elapsed();
    let begun = Instant::now();
    let officer = signed(&service, "jingban").await?;
    let passed = service.pass_applications(&officer, POOL, &ids).await?;
    let vetted = begun.elapsed();
    if let Some((who, why)) = passed.left_out.first() {
        bail!("{who} was not passed: {why}");
    }
    let begun = Instant::now();
    decided(&service, &ids).await?;
    let decided = begun.elapsed();
    let rate = |time: Duration| count as f64 / time.as_secs_f64();
    println!(
        "{count} applications entered, handed in and checked: {:>6.0} a second",
        rate(entered)
    );
    println!(
        "vetted, each by itself:                           {:>6.0} a second",
        rate(vetted)
    );
    println!(
        "decided in one meeting and classified:            {:>6.0} a second",
        rate(decided)
    );
    let before = service
        .certificates(&officer, POOL, "", &PageRequest::first(1000))
        .await?;
    let order = Order {
        chosen: &ids,
        status_confirmed: true,
        ..Order::default()
    };
    let batch = service.issue_certificates(&officer, POOL, order).await?;
    store.close().await;
    let known: BTreeSet<RecordId> = before.items.iter().map(|one| one.id).collect();

    let cookie = folder.fill(0)?.cookie("jingban").to_owned();
    let path = format!("/p/{POOL}/issuances/{batch}");
    let (first, half) = run(&folder.path, &path, &cookie, Some(count / 2)).await?;
    let (second, _) = run(&folder.path, &path, &cookie, None).await?;
    let took = first + second;
    let peer = peer()?;
    println!(
        "certificates issued and printed in one job:       {:>6.1} a second, {:.1} × typesetting alone; killed at {half}",
        rate(took),
        took.as_secs_f64() / count as f64 / peer.as_secs_f64(),
    );

    let (store, service) = open(&folder.path).await?;
    let officer = signed(&service, "jingban").await?;
    let done = service.issuance(&officer, POOL, batch).await?;
    let mut numbers = BTreeSet::new();
    let mut page = PageRequest::first(200);
    loop {
        let found = service.certificates(&officer, POOL, "", &page).await?;
        let new = found
            .items
            .into_iter()
            .filter(|one| !known.contains(&one.id));
        for one in new {
            if !numbers.insert(one.number.clone()) {
                bail!("{} stands twice", one.number);
            }
        }
        let Some(next) = found.next else { break };
        page = PageRequest::after(Some(next), 200);
    }
    let begun = Instant::now();
    let mut pieces = service.bundle_certificates(&officer, POOL, batch).await?;
    let mut size = 0;
    while let Some(piece) = pieces.bytes.recv().await {
        size += piece?.len();
    }
    println!(
        "{} certificates with {} different numbers; bundled in {:.1} s, {:.1} MiB",
        done.printed,
        numbers.len(),
        begun.elapsed().as_secs_f64(),
        size as f64 / 1024.0 / 1024.0
    );
    store.close().await;
    if done.printed != count || numbers.len() != count {
        bail!("{} printed, {} numbers", done.printed, numbers.len());
    }
    if rate(took) < GOAL {
        println!("fewer than the goal of {GOAL} a second");
    }
    Ok(())
}

async fn signed(service: &Service, login: &str) -> Result<Ctx> {
    let typed = Credentials {
        login: login.to_owned(),
        password: PASSWORD.to_owned(),
        network: "127.0.0.1".to_owned(),
        agent: "bench".to_owned(),
    };
    let started = service
        .log_in(&service.visitor("bench", ""), &typed)
        .await?;
    let session = service
        .authenticate(&started.token, "127.0.0.1", "")
        .await?;
    Ok(session.context("no session")?.ctx)
}

/// An identity number of somebody who cannot be: its sequence is issued to no one.
fn identity(born: Date) -> String {
    let first = format!("500000{}999", born.strftime("%Y%m%d"));
    format!("{first}{}", domain::identity::check_digit(&first))
}

/// Sound applications, each with its papers, handed in and checked.
async fn handed_in(service: &Service, count: usize) -> Result<Vec<RecordId>> {
    let officer = signed(service, "jingban").await?;
    let specialties = service.specialties_in_use(&officer, POOL).await?;
    let specialty = specialties.first().context("no specialty")?.id.to_string();
    let last = officer.today().saturating_add(jiff::Span::new().days(30));
    let mut ids = Vec::new();
    for n in 0..count {
        let born = date(1966, 1, 1).saturating_add(jiff::Span::new().days(i64::try_from(n)?));
        let name = format!(
            "何{}",
            char::from_u32(0x4e00 + u32::try_from(n)?).context("a name")?
        );
        let form = fields(&[
            ("channel", "self_nominated"),
            ("notice", "压力测试"),
            ("notice_closes", &last.to_string()),
            ("name", &name),
            ("id_number", &identity(born)),
            ("mobile", "16400000001"),
            ("employer", "示例理工大学"),
            ("specialty", &specialty),
            ("title.0.name", "高级工程师"),
            ("task_kinds", "8-4"),
            ("declared", "L1"),
            ("declared", "L2"),
            ("declared", "HEALTH"),
            ("pledge", "yes"),
            ("privacy", "yes"),
        ]);
        let id = service.enter_application(&officer, POOL, &form).await?;
        let papers = fields(&[
            ("given.form1", "yes"),
            ("opinion.form1", "yes"),
            ("sealed.form1", "yes"),
            ("given.list2", "yes"),
            ("given.identity", "yes"),
            ("part.certs", "title_proof"),
            ("valid_to.identity", "2040-01-01"),
        ]);
        service
            .record_materials(&officer, POOL, id, &papers)
            .await?;
        service.submit_application(&officer, POOL, id).await?;
        let checks = fields(&[
            ("confirm.L1", "yes"),
            ("confirm.L5", "yes"),
            ("register.dishonesty", "clear"),
            ("register_source.dishonesty", "信用中国网站"),
        ]);
        service
            .check_application(&officer, POOL, id, &checks)
            .await?;
        ids.push(id);
    }
    Ok(ids)
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in pairs {
        fields.push(*name, *value);
    }
    fields
}

/// One meeting approves everybody; each is classified.
async fn decided(service: &Service, ids: &[RecordId]) -> Result<()> {
    let secretary = signed(service, "mishu").await?;
    let today = secretary.today();
    let meeting = service
        .call_meeting(&secretary, POOL, Some(today), "三楼会议室")
        .await?;
    let view = service.meeting(&secretary, POOL, meeting).await?;
    let results = view.meeting.agenda.iter().map(|item| PersonResult {
        record: item.record,
        verdict: match ids.contains(&item.record) {
            true => Verdict::Approved,
            false => Verdict::Deferred,
        },
        recused: Vec::new(),
        votes: None,
    });
    let minutes = Minutes {
        number: format!("标委纪〔{}〕9号（压力测试）", today.year()),
        on: today,
        attendees: vec!["委员甲".to_owned(), "委员乙".to_owned()],
        opinions: Vec::new(),
        results: results.collect(),
    };
    service
        .hold_meeting(&secretary, POOL, meeting, minutes)
        .await?;
    let approver = signed(service, "shenpi").await?;
    let specialties = service.specialties_in_use(&approver, POOL).await?;
    let specialty = specialties.first().context("no specialty")?.id;
    for id in ids {
        service
            .classify_application(&approver, POOL, *id, &[specialty], &[])
            .await?;
    }
    Ok(())
}

/// Runs the server until the batch is done, or killed once so many are printed; how long, and how many
/// were printed.
async fn run(
    folder: &Path,
    path: &str,
    cookie: &str,
    until: Option<usize>,
) -> Result<(Duration, usize)> {
    let begun = Instant::now();
    let server = Server::start(folder)?;
    let mut client = Client::new(server.address, 1);
    loop {
        let answer = client.get(path, cookie, "identity").await?;
        let page = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.status != 200 {
            bail!("{path} answers {}", answer.status);
        }
        let printed = page
            .split_once("已印制 ")
            .and_then(|(_, rest)| rest.split(' ').next()?.parse::<usize>().ok());
        match (printed, until) {
            (None, _) => return Ok((begun.elapsed(), 0)),
            // Ends as `kill -9` does.
            (Some(printed), Some(until)) if printed >= until => {
                return Ok((begun.elapsed(), printed));
            }
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// What typesetting a certificate costs by itself.
fn peer() -> Result<Duration> {
    let typesetter = Typesetter::new(&FontSettings {
        folders: Vec::new(),
        system: SystemFonts::Search,
    })?;
    let page = |n: u32| -> Result<Certificate> {
        Ok(Certificate {
            title: "聘书".to_owned(),
            number: format!("DG2026{n:04}"),
            name: format!("何{}", char::from_u32(0x4e00 + n).context("a name")?),
            body: "根据《示例市职业能力建设专家库管理办法》第七条(四)，聘请您为示例市职业能力建设专家库专家".to_owned(),
            lines: vec![Field::new("专业领域", "焊接"), Field::new("聘期", "2026年11月22日至2029年11月21日")],
            photo: false,
            picture: None,
            sign: "示例市人力资源和社会保障局".to_owned(),
            on: date(2026, 11, 22),
            svg: documents::qr::svg(&format!("https://example.gov.cn/public/certificates/{n}"))?,
            code: format!("NDU9-M7NP-{n:04}"),
            marks: Vec::new(),
        })
    };
    let begun = Instant::now();
    for n in 0..PEER {
        let mut view = Certificates::default();
        view.push(page(n)?, None);
        typesetter.pdf(&view, date(2026, 11, 22).at(9, 0, 0, 0))?;
    }
    Ok(begun.elapsed() / PEER)
}
