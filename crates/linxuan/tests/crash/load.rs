//! People at work: several of them at once, each writing as fast as the server answers, until it
//! answers no more. What was answered is remembered; what was asked and never answered is not.

use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use domain::draw_process::Party;
use domain::half_day::{HalfDay, Slot};
use domain::id::SpecialtyId;
use domain::organisation::OrganisationRef;
use domain::task::{
    Call, Demand, Level, Mode, RecusalDemand, Request, Reviewed, ReviewedPerson, Venue,
};
use draw::{Digest, Share, Suite};
use jiff::civil::Date;

use crate::random::Random;
use crate::site::visitor::Answer;
use crate::site::{Server, Template, Visitor};

/// How long a load may take to get as far as asked.
const PATIENCE: Duration = Duration::from_secs(2);

/// A write the server said was done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Acknowledged {
    /// This was recorded of this object.
    Entry(&'static str, String),
    /// A specialty of this name was added.
    Specialty(String),
    /// An organisation of this name was added.
    Organisation(String),
}

/// An invitation that waits for an answer.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) engagement: String,
    pub(crate) token: String,
    /// Last four characters of the identity number, which an answer must name.
    pub(crate) tail: String,
}

/// What people find in the place before they start.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) specialties: Vec<SpecialtyId>,
    pub(crate) today: Date,
    pub(crate) invitations: Vec<Open>,
}

/// May the database fail under the server? Then an answer that it did is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    /// The server dies, everything else stays.
    Fair,
    /// The database dies too.
    Storm,
}

/// Everybody at work.
pub(crate) struct Load {
    people: Vec<JoinHandle<()>>,
    ceremonies: Vec<JoinHandle<Ceremony>>,
    done: Arc<Mutex<Vec<Acknowledged>>>,
}

/// What was done when the server had gone, and the ceremonies that wait for it.
pub(crate) struct Outcome {
    pub(crate) done: Vec<Acknowledged>,
    pub(crate) ceremonies: Vec<Ceremony>,
}

/// One person at work.
struct Worker {
    officer: Visitor,
    requester: Visitor,
    supervisor: Visitor,
    scene: Scene,
    random: Random,
    weather: Weather,
    done: Arc<Mutex<Vec<Acknowledged>>>,
}

/// The server is gone.
struct Gone;

impl Load {
    /// Sets everybody to work.
    pub(crate) fn start(
        server: &Server,
        scene: &Scene,
        ceremonies: Vec<Ceremony>,
        random: &mut Random,
        weather: Weather,
    ) -> Self {
        let done = Arc::default();
        let template = Template::shared();
        let mut worker = || Worker {
            officer: template.visitor("jingban", server),
            requester: template.visitor("shiyong", server),
            supervisor: template.visitor("jiandu", server),
            scene: scene.clone(),
            random: random.branch(),
            weather,
            done: Arc::clone(&done),
        };
        type Job = fn(&mut Worker) -> Result<(), Gone>;
        let jobs: [Job; 4] = [
            Worker::keep_specialties,
            Worker::keep_organisations,
            Worker::handle_requests,
            Worker::answer_invitations,
        ];
        let people = jobs
            .into_iter()
            .map(|job| {
                let mut worker = worker();
                std::thread::spawn(move || {
                    // Whether the work ran out or the server went makes no difference here.
                    let _ = job(&mut worker);
                })
            })
            .collect();
        let ceremonies = ceremonies
            .into_iter()
            .map(|mut ceremony| {
                let mut worker = worker();
                std::thread::spawn(move || {
                    while worker.hold(&mut ceremony).is_ok() {
                        ceremony = Ceremony::default();
                    }
                    ceremony
                })
            })
            .collect();
        Self {
            people,
            ceremonies,
            done,
        }
    }

    /// Waits until so many writes were acknowledged, but not for ever: a storm ends all work.
    pub(crate) fn wait_for(&self, writes: usize) {
        let began = Instant::now();
        while began.elapsed() < PATIENCE && self.done.lock().expect("whole").len() < writes {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until everybody noticed that the server is gone.
    pub(crate) fn join(self) -> Outcome {
        for person in self.people {
            person.join().expect("nobody was answered wrongly");
        }
        let ceremonies = self.ceremonies.into_iter().map(|ceremony| {
            let ended = ceremony.join();
            ended.expect("no ceremony was answered wrongly")
        });
        Outcome {
            ceremonies: ceremonies.collect(),
            done: std::mem::take(&mut *self.done.lock().expect("whole")),
        }
    }
}

impl Worker {
    fn done(&self, what: Acknowledged) {
        self.done.lock().expect("whole").push(what);
    }

    /// An answer, unless the server or (in a storm) its database is gone.
    fn answer(&self, answer: std::io::Result<Answer>) -> Result<Answer, Gone> {
        let answer = answer.map_err(|_| Gone)?;
        if answer.status < 500 {
            return Ok(answer);
        }
        assert_eq!(self.weather, Weather::Storm, "{answer:?}");
        std::thread::sleep(Duration::from_millis(5));
        Err(Gone)
    }

    /// An answer that says it was done.
    fn must(&self, answer: std::io::Result<Answer>) -> Result<Answer, Gone> {
        let answer = self.answer(answer)?;
        assert!(answer.is_done(), "{answer:?}");
        Ok(answer)
    }

    fn keep_specialties(&mut self) -> Result<(), Gone> {
        loop {
            let name = format!("领域{}", self.random.name());
            let form = [("name", name.as_str()), ("reason", "压力测试")];
            self.must(self.officer.post("/p/1/specialties", &form))?;
            self.done(Acknowledged::Specialty(name));
        }
    }

    fn keep_organisations(&mut self) -> Result<(), Gone> {
        loop {
            let name = format!("单位{}", self.random.name());
            let form = [("name", name.as_str())];
            self.must(self.officer.post("/p/1/organisations/new", &form))?;
            self.done(Acknowledged::Organisation(name));
        }
    }

    fn file(&mut self) -> Result<Answer, Gone> {
        let request = request(&self.scene, &mut self.random);
        self.must(self.requester.post_json("/api/v1/pools/1/tasks", &request))
    }

    fn handle_requests(&mut self) -> Result<(), Gone> {
        loop {
            let task = id_of(&self.file()?);
            self.done(Acknowledged::Entry("task.filed", task.clone()));
            let path = |act: &str| format!("/p/1/tasks/{task}/{act}");
            let reason = [("reason", "压力测试")];
            let (answer, action) = match self.random.below(3) {
                0 => (self.officer.post(&path("accept"), &[]), "task.accepted"),
                1 => (self.officer.post(&path("return"), &reason), "task.returned"),
                _ => (
                    self.requester.post(&path("withdraw"), &reason),
                    "task.withdrawn",
                ),
            };
            self.must(answer)?;
            self.done(Acknowledged::Entry(action, task));
        }
    }

    fn answer_invitations(&mut self) -> Result<(), Gone> {
        for one in self.scene.invitations.clone() {
            let (form, action) = match self.random.below(3) {
                0 => (
                    vec![("answer", "decline"), ("reason", "时间冲突")],
                    "engagement.declined",
                ),
                _ => (
                    vec![("answer", "accept"), ("declared", "none")],
                    "engagement.accepted",
                ),
            };
            let form = [form, vec![("id_tail", one.tail.as_str())]].concat();
            let path = format!("/m/i/{}", one.token);
            let answer = self.answer(Visitor::post(&self.officer, &path, &form))?;
            // Somebody drawn twice for one half-day cannot accept both.
            if answer.is_done() {
                self.done(Acknowledged::Entry(action, one.engagement));
            } else {
                assert!(answer.body.contains("不能同时参加"), "{answer:?}");
            }
        }
        Ok(())
    }

    /// Brings a ceremony to its end, from wherever it stood.
    fn hold(&mut self, ceremony: &mut Ceremony) -> Result<(), Gone> {
        loop {
            let step = ceremony.step;
            match self.take(ceremony) {
                Ok(Some(())) if ceremony.step == Step::Over => return Ok(()),
                Ok(Some(())) => {
                    assert_ne!(ceremony.step, step, "every step leads on");
                    ceremony.unsure = false;
                }
                Ok(None) => *ceremony = Ceremony::default(),
                Err(gone) => {
                    ceremony.unsure = true;
                    return Err(gone);
                }
            }
        }
    }

    /// One step; `None` when the ceremony was lost sight of, because what was made was never named.
    fn take(&mut self, ceremony: &mut Ceremony) -> Result<Option<()>, Gone> {
        let (task, draw) = (ceremony.task.clone(), ceremony.draw.clone());
        let (answer, action, object, next) = match ceremony.step {
            Step::File => {
                if ceremony.unsure {
                    return Ok(None);
                }
                ceremony.task = id_of(&self.file()?);
                let task = ceremony.task.clone();
                self.done(Acknowledged::Entry("task.filed", task));
                ceremony.step = Step::Accept;
                return Ok(Some(()));
            }
            Step::Freeze => {
                let path = format!("/p/1/tasks/{task}/freeze");
                let form = [("status_confirmed", "yes")];
                let answer = self.answer(self.officer.post(&path, &form))?;
                if !answer.is_done() {
                    assert!(ceremony.unsure, "{answer:?}");
                    return Ok(None);
                }
                ceremony.draw = answer.made();
                self.done(Acknowledged::Entry("draw.frozen", answer.made()));
                ceremony.step = Step::Look;
                return Ok(Some(()));
            }
            Step::Look => {
                let path = format!("/api/v1/pools/1/draws/{draw}");
                let seen = json(&self.must(self.officer.get(&path))?);
                let digest = seen["draw"]["frame_digest"].as_str();
                ceremony.digest = digest.and_then(|digest| digest.parse().ok());
                ceremony.step = Step::Commit(0);
                return Ok(Some(()));
            }
            Step::Accept => {
                let path = format!("/p/1/tasks/{task}/accept");
                let answer = self.officer.post(&path, &[]);
                (answer, "task.accepted", task, Step::Freeze)
            }
            Step::Commit(n) => {
                let party = Party::ALL[n];
                let digest = ceremony.digest.expect("it was looked at");
                let share = share(&draw, party);
                let commitment = draw::commitment(Suite::Sm3, digest, party.code(), &share);
                let path = format!("/p/1/draws/{draw}/commit?party={}", party.code());
                let form = [("commitment", commitment.to_hex())];
                let form = form.each_ref().map(|(name, hex)| (*name, hex.as_str()));
                let answer = self.party(party).post(&path, &form);
                (answer, "draw.committed", draw, Step::after_commit(n))
            }
            Step::Reveal(n) => {
                let party = Party::ALL[n];
                let share = share(&draw, party).to_hex();
                let path = format!("/p/1/draws/{draw}/reveal?party={}", party.code());
                let answer = self.party(party).post(&path, &[("share", &share)]);
                (answer, "draw.revealed", draw, Step::after_reveal(n))
            }
            Step::Propose => {
                let path = format!("/p/1/draws/{draw}/unseal");
                let answer = self.officer.post(&path, &[]);
                (answer, "draw.unseal_proposed", draw, Step::Unseal)
            }
            Step::Unseal => {
                let path = format!("/p/1/draws/{draw}/unseal/confirm");
                let answer = self.supervisor.post(&path, &[]);
                (answer, "draw.unsealed", draw, Step::Over)
            }
            Step::Over => return Ok(Some(())),
        };
        let answer = self.answer(answer)?;
        // Asked again after a crash, a step that had been taken is refused. Then it must be on record.
        assert!(answer.is_done() || ceremony.unsure, "{answer:?}");
        self.done(Acknowledged::Entry(action, object));
        ceremony.step = next;
        Ok(Some(()))
    }

    fn party(&self, party: Party) -> &Visitor {
        match party {
            Party::Manager => &self.officer,
            Party::Requester => &self.requester,
            Party::Supervisor => &self.supervisor,
        }
    }
}

/// A draw on its way, across any number of crashes.
#[derive(Debug, Default)]
pub(crate) struct Ceremony {
    step: Step,
    /// The step was asked for, and no answer came.
    unsure: bool,
    task: String,
    draw: String,
    digest: Option<Digest>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    #[default]
    File,
    Accept,
    Freeze,
    Look,
    Commit(usize),
    Reveal(usize),
    Propose,
    Unseal,
    Over,
}

impl Step {
    fn after_commit(n: usize) -> Self {
        match n {
            2 => Self::Reveal(0),
            n => Self::Commit(n + 1),
        }
    }

    fn after_reveal(n: usize) -> Self {
        match n {
            2 => Self::Propose,
            n => Self::Reveal(n + 1),
        }
    }
}

/// A party's share follows from the draw, so that nothing but the draw need be remembered.
fn share(draw: &str, party: Party) -> Share {
    let mut bytes = [0; 32];
    for (n, byte) in draw.bytes().chain(party.code().bytes()).enumerate() {
        bytes[n % 32] ^= byte.rotate_left(u32::try_from(n / 32).expect("small"));
    }
    Share(bytes)
}

fn json(answer: &Answer) -> serde_json::Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"))
}

fn id_of(answer: &Answer) -> String {
    let id = json(answer)["id"].as_str().map(str::to_owned);
    id.unwrap_or_else(|| panic!("{answer:?}"))
}

fn request(scene: &Scene, random: &mut Random) -> Request {
    let days = 10 + i64::from(random.below(60));
    let specialty = scene.specialties[random.below(scene.specialties.len() as u32) as usize];
    Request {
        content: "崩溃测试中的项目评审".to_owned(),
        scope: "考核评价".to_owned(),
        kind: "8-4".to_owned(),
        sub_kind: Some("项目评审".to_owned()),
        fields: [].into(),
        half_days: vec![HalfDay {
            date: scene.today.saturating_add(jiff::Span::new().days(days)),
            slot: Slot::Morning,
        }],
        starts_at: Some("09:00".to_owned()),
        place: "示例市云岭区会议室".to_owned(),
        venue: Venue::OnSite,
        reviewed: vec![Reviewed {
            organisation: OrganisationRef {
                id: None,
                name: "受评单位".to_owned(),
                credit_code: None,
            },
            listed: false,
            people: vec![ReviewedPerson {
                name: "项目负责人甲".to_owned(),
                leads: true,
            }],
            call: Some(Call {
                guideline: "G1".to_owned(),
                round: "1".to_owned(),
            }),
        }],
        demands: vec![Demand {
            label: "专业组".to_owned(),
            specialties: vec![specialty],
            level: Level::Any,
            duty: None,
            seats: 1,
            reserves: 1,
        }],
        per_employer: None,
        recusal: RecusalDemand::Nobody,
        mode: Mode::Random,
    }
}
