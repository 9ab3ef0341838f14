//! `kill -9` of the real server under load, again and again: no acknowledged write is lost, nothing
//! is half written, and the ledger holds. `LINXUAN_CYCLES` sets how often on SQLite, `LINXUAN_SEED`
//! repeats the choices of an earlier run.

mod inspection;
mod load;
mod random;
#[path = "../site/mod.rs"]
#[expect(dead_code, reason = "the same site serves other tests")]
mod site;

use std::time::{Duration, Instant};

use inspection::Inspection;
use load::{Acknowledged, Ceremony, Load, Scene, Weather};
use random::Random;
use service::port::{Clock as _, SystemClock};
use site::{Place, Server};
use store::testing::Cluster;
use tokio::runtime::Runtime;

/// Cycles in the suite, on SQLite and on PostgreSQL.
const CYCLES: u32 = 200;
const POSTGRES_SHARE: u32 = 6;
/// Cycles after which a fresh place is used: the ledger is proved whole every time, and should not
/// grow without bound.
const FRESH: u32 = 20;
/// Writes acknowledged before the kill, at most; a few more come before it strikes.
const MOST_WRITES: u32 = 24;
/// Ceremonies held at once.
const CEREMONIES: usize = 2;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn cycles() -> u32 {
    let asked = number("LINXUAN_CYCLES").and_then(|cycles| cycles.try_into().ok());
    asked.unwrap_or(CYCLES)
}

fn seed() -> u64 {
    let seed = number("LINXUAN_SEED").unwrap_or(20_261_122);
    println!("LINXUAN_SEED={seed}");
    seed
}

/// One place through many crashes.
struct Trial {
    place: Place,
    runtime: Runtime,
    random: Random,
    weather: Weather,
    ceremonies: Vec<Ceremony>,
    acknowledged: Vec<Acknowledged>,
    crashes: u32,
}

impl Trial {
    fn new(place: Place, random: Random, weather: Weather) -> Self {
        Self {
            place,
            runtime: Runtime::new().expect("a runtime"),
            random,
            weather,
            ceremonies: (0..CEREMONIES).map(|_| Ceremony::default()).collect(),
            acknowledged: Vec::new(),
            crashes: 0,
        }
    }

    /// Looks at everything while the server that just recovered is running.
    fn inspect(&self) -> Inspection {
        let inspection = self.runtime.block_on(async {
            let store = self.place.open().await.expect("it opens");
            let inspection = Inspection::of(&store).await;
            store.close().await;
            inspection
        });
        inspection.check(&self.acknowledged);
        inspection
    }

    /// Start, look, work, kill.
    fn cycle(&mut self) {
        // Some servers die before they are up.
        if self.random.below(5) == 0 {
            let starting = Server::begin(&mut self.place.serve_command());
            std::thread::sleep(self.pause(150));
            starting.kill();
            self.crashes += 1;
        }
        let server = self.place.serve();
        let inspection = self.inspect();
        let scene = Scene {
            specialties: inspection.specialties(),
            today: SystemClock::default()
                .now()
                .to_zoned(jiff::tz::TimeZone::UTC)
                .date(),
            invitations: inspection.invitations(),
        };
        let ceremonies = std::mem::take(&mut self.ceremonies);
        let load = Load::start(&server, &scene, ceremonies, &mut self.random, self.weather);
        // So that a slow machine is killed in the middle of as much work as a fast one.
        load.wait_for(self.random.below(MOST_WRITES) as usize);
        std::thread::sleep(self.pause(20));
        if self.weather == Weather::Storm && self.random.below(3) == 0 {
            self.crash_database();
            std::thread::sleep(self.pause(100));
        }
        server.kill();
        self.crashes += 1;
        let outcome = load.join();
        self.acknowledged.extend(outcome.done);
        self.ceremonies = outcome.ceremonies;
    }

    fn pause(&mut self, most: u32) -> Duration {
        Duration::from_millis(self.random.below(most).into())
    }

    /// Kills one process of PostgreSQL, after which it throws everybody out and recovers.
    fn crash_database(&mut self) {
        let killed = Cluster::shared().crash();
        assert!(killed, "PostgreSQL had a process to kill");
        self.crashes += 1;
    }
}

/// Runs the cycles and says what they were.
fn run(place: impl Fn() -> Place, cycles: u32, mut random: Random, weather: Weather) -> Report {
    let mut report = Report::default();
    let mut left = cycles;
    while left > 0 {
        let mut trial = Trial::new(place(), random.branch(), weather);
        for _ in 0..left.min(FRESH) {
            trial.cycle();
        }
        left -= left.min(FRESH);
        let _server = trial.place.serve();
        let inspection = trial.inspect();
        report.crashes += trial.crashes;
        report.acknowledged += trial.acknowledged.len();
        report.unsealed += inspection.unsealed();
    }
    report
}

#[derive(Debug, Default)]
struct Report {
    crashes: u32,
    acknowledged: usize,
    unsealed: usize,
}

impl Report {
    /// The load was felt: crashes that met nobody at work would prove nothing.
    fn check(&self, cycles: u32, began: Instant) {
        println!("{self:?} in {:?}", began.elapsed());
        assert!(self.crashes >= cycles);
        assert!(self.acknowledged > 5 * cycles as usize, "{self:?}");
        // A whole ceremony takes a few cycles.
        assert!(
            self.unsealed * 10 > cycles as usize || cycles < 30,
            "{self:?}"
        );
    }
}

#[test]
fn no_acknowledged_write_is_lost_when_the_server_is_killed() {
    let (began, cycles) = (Instant::now(), cycles());
    let mut random = Random::seeded(seed());
    // One beside the other, as there are two cores anywhere.
    let halves = [cycles.div_ceil(2), cycles / 2].map(|half| {
        let random = random.branch();
        std::thread::spawn(move || run(Place::populated, half, random, Weather::Fair))
    });
    let mut all = Report::default();
    for half in halves {
        let half = half.join().expect("no cycle fails");
        all.crashes += half.crashes;
        all.acknowledged += half.acknowledged;
        all.unsealed += half.unsealed;
    }
    all.check(cycles, began);
}

#[test]
fn no_acknowledged_write_is_lost_when_postgres_is_killed_too() {
    let (began, cycles) = (Instant::now(), cycles().div_ceil(POSTGRES_SHARE));
    let runtime = Runtime::new().expect("a runtime");
    let origin = Place::populated();
    let backup = origin.folder().join("backup");
    // A backup is younger than no head when the keys are copied before it is made.
    let keys = origin.folder().join("keys-then");
    site::copy(&origin.keys(), &keys);
    let (code, said) = site::run(origin.command("backup").arg(&backup));
    assert_eq!(code, 0, "{said}");
    let place = || {
        let mut place = Place::empty();
        place.database = Some(runtime.block_on(Cluster::shared().database()));
        site::copy(&keys, &place.keys());
        let (code, said) = site::run(place.command("restore").arg(&backup));
        assert_eq!(code, 0, "{said}");
        place
    };
    let random = Random::seeded(seed());
    run(place, cycles, random, Weather::Storm).check(cycles, began);
}

/// What an inspection is worth: every kind of loss is noticed. Each script is what a write cut in
/// half, or lost, would leave.
#[test]
fn a_loss_of_any_kind_is_noticed() {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    let runtime = Runtime::new().expect("a runtime");
    let notices = |script: &str, acknowledged: &[Acknowledged]| {
        let place = Place::populated();
        let inspection = runtime.block_on(async {
            let store = place.open().await.expect("it opens");
            store::testing::tamper(&store, script).await.expect(script);
            Inspection::of(&store).await
        });
        catch_unwind(AssertUnwindSafe(|| inspection.check(acknowledged))).is_err()
    };
    let nothing = "SELECT 1";
    assert!(!notices(nothing, &[]), "the demonstration itself is whole");
    let never = |what| notices(nothing, &[what]);
    assert!(never(Acknowledged::Specialty("领域x".to_owned())));
    assert!(never(Acknowledged::Organisation("单位x".to_owned())));
    assert!(never(Acknowledged::Entry("draw.revealed", "x".to_owned())));
    for script in [
        "UPDATE task SET status = 'filed' WHERE status = 'accepted'",
        "UPDATE task SET body = replace(body, '\"accepted\"', '\"filed\"') WHERE status = 'accepted'",
        "PRAGMA foreign_keys = OFF; DELETE FROM specialty WHERE id = (SELECT MAX(id) FROM specialty)",
        "UPDATE engagement SET status = 'invited' WHERE status = 'accepted'",
        "DELETE FROM engagement WHERE id = (SELECT MAX(id) FROM engagement)",
        "DELETE FROM message WHERE channel = 'sms'",
        "UPDATE message SET state = 'waiting' WHERE channel = 'sms'",
        "UPDATE message SET channel = 'sms' WHERE channel = 'in_app'",
        "DELETE FROM message",
    ] {
        assert!(notices(script, &[]), "{script}");
    }
}
