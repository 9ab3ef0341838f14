//! A pool of a million synthetic experts: how long lists, searches and the funnel take, beside the
//! simplest page the engine can give (rows by primary key) in the same run.
//!
//! `cargo run --release -p store --example bench_pool -- [experts] [folder]`
//! A folder given is kept and used again.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use domain::id::{ExpertId, OrganisationId, PersonId, PoolId, SpecialtyId};
use jiff::Timestamp;
use jiff::civil::date;
use store::experts::{self, ExpertFilter, ExpertKeys, ExpertOrder};
use store::ledger::{Actor, Event, Object, Outcome};
use store::organisations::{self, OrganisationKeys};
use store::persons::{self, PersonKeys, Private};
use store::pools::{self, PoolKeys, SpecialtyKeys};
use store::{
    Count, Db as _, Direction, LedgerId, PageRequest, SearchText, Sql, Store, StoreConfig, document,
};
use uuid::Uuid;

/// Surnames with their share of a thousand people and their reading.
const SURNAMES: [(&str, u32, &str); 24] = [
    ("王", 74, "wang"),
    ("李", 72, "li"),
    ("张", 68, "zhang"),
    ("刘", 54, "liu"),
    ("陈", 45, "chen"),
    ("杨", 31, "yang"),
    ("黄", 24, "huang"),
    ("赵", 23, "zhao"),
    ("周", 21, "zhou"),
    ("吴", 20, "wu"),
    ("徐", 18, "xu"),
    ("孙", 15, "sun"),
    ("马", 13, "ma"),
    ("朱", 12, "zhu"),
    ("胡", 12, "hu"),
    ("林", 12, "lin"),
    ("郭", 11, "guo"),
    ("何", 11, "he"),
    ("罗", 10, "luo"),
    ("欧阳", 2, "ouyang"),
    ("麦", 4, "mai"),
    ("冼", 3, "xian"),
    ("曾", 8, "zeng"),
    ("单", 1, "shan"),
];
const GIVEN: [(&str, &str); 40] = [
    ("伟", "wei"),
    ("芳", "fang"),
    ("娜", "na"),
    ("敏", "min"),
    ("静", "jing"),
    ("丽", "li"),
    ("强", "qiang"),
    ("磊", "lei"),
    ("军", "jun"),
    ("洋", "yang"),
    ("勇", "yong"),
    ("艳", "yan"),
    ("杰", "jie"),
    ("娟", "juan"),
    ("涛", "tao"),
    ("明", "ming"),
    ("超", "chao"),
    ("秀", "xiu"),
    ("霞", "xia"),
    ("平", "ping"),
    ("刚", "gang"),
    ("桂", "gui"),
    ("英", "ying"),
    ("华", "hua"),
    ("文", "wen"),
    ("建", "jian"),
    ("国", "guo"),
    ("志", "zhi"),
    ("海", "hai"),
    ("春", "chun"),
    ("红", "hong"),
    ("玉", "yu"),
    ("兰", "lan"),
    ("金", "jin"),
    ("鹏", "peng"),
    ("飞", "fei"),
    ("辉", "hui"),
    ("波", "bo"),
    ("斌", "bin"),
    ("晶", "jing"),
];
const BRANDS: [&str; 16] = [
    "启明", "恒远", "华岭", "云帆", "合泰", "嘉禾", "东升", "南粤", "新桥", "长青", "德润", "宏达",
    "金叶", "瑞丰", "天成", "永泰",
];
const TRADES: [&str; 8] = [
    "机电设备",
    "智能制造",
    "餐饮管理",
    "家政服务",
    "汽车维修",
    "电子科技",
    "技师学院",
    "职业培训",
];
const SPECIALTIES: usize = 120;
const EMPLOYERS: usize = 2_000;
const SPEED_GOAL: Duration = Duration::from_millis(100);

/// A small reproducible generator; nothing here needs to be unpredictable.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    fn id<T: From<Uuid>>(&mut self) -> T {
        T::from(Uuid::from_u64_pair(
            self.below(usize::MAX >> 11) as u64,
            self.below(usize::MAX >> 11) as u64,
        ))
    }

    fn surname(&mut self) -> (&'static str, &'static str) {
        let total: u32 = SURNAMES.iter().map(|(_, share, _)| share).sum();
        let mut at = self.below(total as usize) as u32;
        for (name, share, reading) in SURNAMES {
            if at < share {
                return (name, reading);
            }
            at -= share;
        }
        ("王", "wang")
    }
}

/// A name, its full reading and its initials.
fn person_name(random: &mut Random) -> (String, String, String) {
    let (surname, reading) = random.surname();
    let (mut name, mut full, mut initials) = (
        surname.to_owned(),
        reading.to_owned(),
        reading[..1].to_owned(),
    );
    for _ in 0..if random.below(5) == 0 { 1 } else { 2 } {
        let (character, reading) = GIVEN[random.below(GIVEN.len())];
        name += character;
        full += reading;
        initials += &reading[..1];
    }
    (name, full, initials)
}

fn employer_name(n: usize) -> String {
    format!(
        "示例市{}{}{}有限公司",
        BRANDS[n % BRANDS.len()],
        TRADES[n / BRANDS.len() % TRADES.len()],
        n
    )
}

fn event(at: Timestamp) -> Event {
    Event {
        action: "experts.imported".into(),
        actor: Actor {
            factors: String::new(),
            id: "bench".into(),
            role: "officer".into(),
            unit: String::new(),
        },
        object: Object {
            id: "bench".into(),
            kind: "pool".into(),
        },
        outcome: Outcome::Done,
        at,
        body: serde_json::Value::Null,
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn fill(store: &Store, wanted: usize, now: Timestamp) -> Result<PoolId, Failure> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let pool: PoolId = random.id();
    let mut tx = store.write(LedgerId::System).await?;
    let keys = PoolKeys {
        no: 0,
        name: "压力测试库".into(),
        pack: "bench".into(),
        pack_digest: "0".into(),
        status: "active".into(),
    };
    pools::insert(&mut tx, pool, keys, 0_i64).await?;
    tx.append(&event(now)).await?;
    tx.commit().await?;

    let mut tx = store.write(pool).await?;
    let mut specialties: Vec<SpecialtyId> = Vec::new();
    for n in 0..SPECIALTIES {
        let keys = SpecialtyKeys {
            pool,
            name: format!("专业{n}"),
            status: "active".into(),
            position: n as i64,
        };
        specialties.push(
            document::insert(&mut tx, random.id(), keys, 0_i64)
                .await?
                .id,
        );
    }
    let mut employers: Vec<OrganisationId> = Vec::new();
    for n in 0..EMPLOYERS {
        let name = employer_name(n);
        let search = SearchText::new().name(&name);
        let keys = OrganisationKeys {
            name_sort: name.clone(),
            name,
            credit_code: None,
            kind: "企业".into(),
        };
        employers.push(
            organisations::insert(&mut tx, random.id(), keys, &search, 0_i64)
                .await?
                .id,
        );
    }
    tx.append(&event(now)).await?;
    tx.commit().await?;

    let begun = Instant::now();
    let mut made = 0;
    while made < wanted {
        let mut tx = store.write(pool).await?;
        for _ in 0..20_000.min(wanted - made) {
            let (name, full, initials) = person_name(&mut random);
            let person: PersonId = random.id();
            let sort = format!("{full} {name}");
            let keys = PersonKeys {
                name: name.clone(),
                name_sort: sort.clone(),
            };
            let profile = serde_json::json!({ "name": name, "titles": [{ "name": "高级工程师", "level": "副高级" }] });
            persons::insert(&mut tx, person, keys, &Private::default(), profile).await?;
            let employer = random.below(EMPLOYERS);
            let employer_name = employer_name(employer);
            let number = format!("DG-{made:07}");
            let search = SearchText::new()
                .name(&name)
                .word(&full)
                .word(&initials)
                .word(&number)
                .text(&employer_name);
            let keys = ExpertKeys {
                seq: 0,
                pool,
                person,
                number: Some(number),
                number_sort: String::new(),
                status: match random.below(100) {
                    0..92 => "active",
                    92..95 => "suspended",
                    _ => "left",
                }
                .into(),
                term_from: Some(date(2025, 1, 1)),
                term_to: Some(date(2027, 12, 31)),
                name,
                name_sort: sort,
                employer: employer_name,
                employer_organisation: Some(employers[employer]),
                title_rank: random.below(6) as i64,
                skill_rank: random.below(6) as i64,
            };
            let mut own = vec![specialties[random.below(SPECIALTIES)]];
            if random.below(2) == 0 {
                own.push(specialties[random.below(SPECIALTIES)]);
                own.dedup();
            }
            let expert: ExpertId = random.id();
            experts::insert(
                &mut tx,
                expert,
                keys,
                &search,
                &own,
                serde_json::json!({ "standing": "appointed" }),
            )
            .await?;
            made += 1;
        }
        tx.append(&event(now)).await?;
        tx.commit().await?;
        if made % 100_000 == 0 {
            println!(
                "{made} experts, {:.0}/s",
                made as f64 / begun.elapsed().as_secs_f64()
            );
        }
    }
    store.analyse().await?;
    Ok(pool)
}

struct Measured {
    name: String,
    times: Vec<Duration>,
    rows: usize,
}

impl Measured {
    fn at(&self, share: f64) -> Duration {
        let mut times = self.times.clone();
        times.sort();
        times[((times.len() - 1) as f64 * share) as usize]
    }
}

/// One line of the table, beside the peer.
fn show(measured: &Measured, peer: &Measured) -> bool {
    let (p50, p95) = (measured.at(0.5), measured.at(0.95));
    let over = p95 > SPEED_GOAL;
    println!(
        "{:<46} {:>7} {:>10.2} {:>10.2} {:>8.1} {:>8.1}{}",
        measured.name,
        measured.rows,
        milliseconds(p50),
        milliseconds(p95),
        milliseconds(p50) / milliseconds(peer.at(0.5)),
        milliseconds(p95) / milliseconds(peer.at(0.95)),
        if over { "  over 100 ms" } else { "" }
    );
    over
}

/// Runs a question `rounds` times, after a few that do not count.
async fn measure<F, Fut>(name: &str, rounds: usize, ask: F) -> Result<Measured, Failure>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Result<usize, store::Error>>,
{
    let (mut times, mut rows) = (Vec::with_capacity(rounds), 0);
    for round in 0..3 {
        ask(round).await?;
    }
    for round in 0..rounds {
        let begun = Instant::now();
        rows = ask(round).await?;
        times.push(begun.elapsed());
    }
    Ok(Measured {
        name: name.to_owned(),
        times,
        rows,
    })
}

/// Rows of one page.
async fn one_page(
    store: &Store,
    filter: &ExpertFilter,
    order: ExpertOrder,
    request: &PageRequest,
) -> Result<usize, store::Error> {
    let mut db = store.read();
    let page =
        experts::page::<serde_json::Value>(&mut db, filter, order, Direction::Ascending, request);
    Ok(page.await?.items.len())
}

/// What the count says.
async fn counted(store: &Store, filter: &ExpertFilter) -> Result<usize, store::Error> {
    Ok(match experts::count(&mut store.read(), filter).await? {
        Count::Exactly(n) | Count::AtLeast(n) => n as usize,
    })
}

fn memory(kind: &str) -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find(|line| line.starts_with(kind))
        .map_or_else(String::new, |line| line.replace('\t', " "))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let wanted: usize = arguments.next().map_or(Ok(1_000_000), |n| n.parse())?;
    let kept: Option<PathBuf> = arguments.next().map(PathBuf::from);
    let folder = kept
        .clone()
        .unwrap_or_else(|| std::env::temp_dir().join(format!("bench-pool-{}", std::process::id())));
    let now = Timestamp::from_second(1_795_309_200)?;
    let store = Store::open(StoreConfig::folder(folder.join("data"), now)).await?;
    let pool = match pools::all::<i64>(&mut store.read()).await?.first() {
        Some(pool) => pool.id,
        None => fill(&store, wanted, now).await?,
    };
    let specialties: Vec<SpecialtyId> = pools::specialties::<i64>(&mut store.read(), pool)
        .await?
        .into_iter()
        .map(|s| s.id)
        .collect();
    let employer = organisations::named::<i64>(&mut store.read(), &employer_name(77)).await?[0].id;
    let all = ExpertFilter::all(pool);
    let text = |text: &str| ExpertFilter {
        text: text.into(),
        ..all.clone()
    };
    println!("{} on disk, {}", memory("VmRSS"), folder.display());

    // The peer: 20 whole rows from a random place of the primary key.
    let peer = measure("peer: 20 rows by primary key", 300, |round| {
        let mut sql = Sql::new("SELECT seq, id, version, pool, person, number, status, name, name_sort, employer, body FROM expert WHERE seq > ");
        sql.bind((1_i64 << 40) + (round as i64 * 7919 * 13) % wanted.max(1) as i64).push(" ORDER BY seq LIMIT 20");
        let mut db = store.read();
        async move { Ok(db.rows(sql).await?.len()) }
    })
    .await?;

    let lists: Vec<(String, ExpertFilter)> = vec![
        ("list, no filter".into(), all.clone()),
        (
            "list, one specialty".into(),
            ExpertFilter {
                specialties: specialties[3..4].to_vec(),
                ..all.clone()
            },
        ),
        (
            "list, five specialties, title >= 4".into(),
            ExpertFilter {
                specialties: specialties[..5].to_vec(),
                title_at_least: Some(4),
                ..all.clone()
            },
        ),
        (
            "list, suspended".into(),
            ExpertFilter {
                statuses: vec!["suspended".into()],
                ..all.clone()
            },
        ),
        (
            "list, active, skill >= 5".into(),
            ExpertFilter {
                statuses: vec!["active".into()],
                skill_at_least: Some(5),
                ..all.clone()
            },
        ),
        (
            "list, one employer".into(),
            ExpertFilter {
                employer: Some(employer),
                ..all.clone()
            },
        ),
        ("search, whole name 王秀英".into(), text("王秀英")),
        ("search, two characters 秀英".into(), text("秀英")),
        ("search, surname 王 (13 %)".into(), text("王")),
        ("search, rare surname 欧阳".into(), text("欧阳")),
        ("search, pinyin wangxiuying".into(), text("wangxiuying")),
        ("search, pinyin beginning wangx".into(), text("wangx")),
        ("search, initials wxy".into(), text("wxy")),
        ("search, initials w (16 %)".into(), text("w")),
        ("search, number DG-0001234".into(), text("DG-0001234")),
        ("search, employer 启明机电".into(), text("启明机电")),
        ("search, employer 机电 (13 %)".into(), text("机电")),
        ("search, employer 有限公司 (all)".into(), text("有限公司")),
        ("search, nothing found".into(), text("龘")),
        (
            "search 王 + specialty".into(),
            ExpertFilter {
                specialties: specialties[3..4].to_vec(),
                ..text("王")
            },
        ),
        (
            "search 王 机电 + active + title >= 3".into(),
            ExpertFilter {
                statuses: vec!["active".into()],
                title_at_least: Some(3),
                ..text("王 机电")
            },
        ),
    ];
    println!(
        "\n{:<46} {:>7} {:>10} {:>10} {:>8} {:>8}",
        "", "rows", "p50 ms", "p95 ms", "p50/peer", "p95/peer"
    );
    show(&peer, &peer);
    let (mut asked, mut slow) = (0, 0);
    let mut take = |measured: Measured| {
        asked += 1;
        slow += usize::from(show(&measured, &peer));
    };
    let first = PageRequest::first(20);
    for (name, filter) in &lists {
        for (order, label) in [
            (ExpertOrder::Name, "by name"),
            (ExpertOrder::Number, "by number"),
        ] {
            let name = format!("{name}, {label}");
            take(measure(&name, 40, |_| one_page(&store, filter, order, &first)).await?);
        }
        let name = format!("{name}, count");
        take(measure(&name, 20, |_| counted(&store, filter)).await?);
    }
    let mut far = PageRequest::first(20);
    for _ in 0..200 {
        let mut db = store.read();
        let page: store::Page<experts::Expert<serde_json::Value>> =
            experts::page(&mut db, &all, ExpertOrder::Name, Direction::Ascending, &far).await?;
        far.after = page.next;
    }
    let name = "list, page 200, by name";
    take(
        measure(name, 40, |_| {
            one_page(&store, &all, ExpertOrder::Name, &far)
        })
        .await?,
    );

    println!(
        "{}; {}; {}",
        memory("VmRSS"),
        memory("RssAnon"),
        memory("VmHWM")
    );
    println!(
        "{slow} of {} questions over {} ms at p95",
        asked,
        SPEED_GOAL.as_millis()
    );
    store.close().await;
    if kept.is_none() {
        std::fs::remove_dir_all(&folder)?;
    }
    Ok(())
}
