//! A populated demonstration: a bureau with its people and a pool under each shipped instrument, marked as a
//! demonstration, with synthetic people at every stage of admission and a request for experts; in the largest requests
//! in several states and draws that really took place. It begins some days ago, because a public notice takes its days.

mod admission;
mod cities;
mod exits;
mod experts;
mod feedback;
mod notices;
mod tasks;

use std::sync::Arc;

use domain::actor::{Actor, Grant, Role};
use domain::id::{OrganisationId, PoolId, RecordId, SpecialtyId};
use domain::pool::Pool;
use domain::synthetic::Cast;
use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};

use self::cities::{CITIES, City, Colleague};
use crate::accounts::NewAccount;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::pool_set_up::NewPool;
use crate::port::Clock;
use crate::roles::RoleIn;
use crate::service::{Service, Settings};
use crate::set_up::{NewPerson, SetUp};

/// Experts of the largest pool.
const EXPERTS: usize = 240;

/// The days of the demonstration, counted back from its start. Seven days of public notice fit between the first two.
mod day {
    /// Everything is set up; the first people apply.
    pub(super) const BEGINNING: i64 = 12;
    /// The first people are appointed.
    pub(super) const APPOINTMENT: i64 = 4;
    /// Others are put on public notice.
    pub(super) const POSTING: i64 = 3;
    /// Somebody objects, and somebody writes to the office.
    pub(super) const OBJECTION: i64 = 1;
}

/// One log-in of the demonstration.
#[derive(Debug, Clone)]
pub struct DemoLogin {
    /// Role.
    pub role: Role,
    /// Log-in name.
    pub login: String,
    /// Name of the pool the role counts in, with the department for whose teams alone it does; empty for
    /// roles of the system.
    pub pool: String,
}

/// A pool of the demonstration on its way.
struct Office {
    city: &'static City,
    no: i64,
    pool: PoolId,
    specialties: Vec<SpecialtyId>,
    /// The notice people answer: number and last day.
    notice: Option<(String, Date)>,
    /// Those who applied first.
    first: Vec<RecordId>,
}

/// A clock that is behind another.
struct Behind {
    clock: Arc<dyn Clock>,
    by: SignedDuration,
}

impl Clock for Behind {
    fn now(&self) -> Timestamp {
        let now = self.clock.now();
        now.checked_sub(self.by).unwrap_or(now)
    }
}

impl Service {
    /// Fills an empty installation. Every account has this password.
    ///
    /// # Errors
    /// [`Error::Refused`] when the installation is not empty: a demonstration never mixes with real
    /// data.
    pub async fn fill_demonstration(&self, password: &str) -> Result<Vec<DemoLogin>> {
        let then = self.days_ago(day::BEGINNING);
        let mut offices = then.demo_offices(password).await?;
        let mut cast = Cast::new(20_211_015, then.console().today(), CITIES[0].place);
        let people = cast.people(EXPERTS);
        let officer = then
            .as_demo("jingban", Role::Officer, offices[0].pool)
            .await?;
        then.demo_experts(&officer, offices[0].pool, &offices[0].specialties, people)
            .await?;
        for office in &mut offices {
            cast.move_to(office.city.place);
            then.demo_beginning(office, &mut cast).await?;
        }
        let then = self.days_ago(day::APPOINTMENT);
        then.close_postings(&then.schedule()).await?;
        for office in &offices {
            then.demo_appointment(office).await?;
        }
        let mut postings = Vec::new();
        let then = self.days_ago(day::POSTING);
        for office in &offices {
            cast.move_to(office.city.place);
            postings.extend(then.demo_posting(office, &mut cast).await?);
        }
        let then = self.days_ago(day::OBJECTION);
        for number in postings {
            then.demo_objection(&number).await?;
        }
        for office in &offices {
            then.demo_feedback(office).await?;
        }
        for office in &offices {
            cast.move_to(office.city.place);
            self.demo_under_way(office, &mut cast).await?;
            self.demo_asked(office).await?;
        }
        self.demo_tasks(offices[0].pool, &offices[0].specialties)
            .await?;
        let expert = self.demo_expert(offices[0].no, password).await?;
        for office in &offices {
            self.demo_exit(office).await?;
        }
        // What is to be sent is sent before anybody looks: a demonstration at rest changes nothing.
        while self.deliver_messages(&self.schedule()).await? > 0 {}
        Ok(demo_logins(expert))
    }

    /// Was this installation filled by a demonstration, and does it hold nothing else?
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_demonstration(&self) -> Result<bool> {
        let pools = store::pools::all::<Pool>(&mut self.store.read()).await?;
        Ok(!pools.is_empty() && pools.iter().all(|row| row.body.demonstration))
    }

    /// The same service, so many days ago, over pools that say they are a demonstration.
    fn days_ago(&self, days: i64) -> Self {
        Self {
            clock: Arc::new(Behind {
                clock: Arc::clone(&self.clock),
                by: SignedDuration::from_hours(24 * days),
            }),
            settings: Arc::new(Settings {
                demonstration: true,
                ..Settings::clone(&self.settings)
            }),
            ..self.clone()
        }
    }

    /// Everybody who works here, and the pools with their specialties.
    async fn demo_offices(&self, password: &str) -> Result<Vec<Office>> {
        let ctx = self.console();
        let link = self.set_up_link().await?.ok_or_else(|| {
            Error::state(
                "demo.not_empty",
                "数据目录里已有数据，演示只能在空目录中运行。请换一个目录。",
            )
        })?;
        let token = link.rsplit('/').next().unwrap_or_default().to_owned();
        let person = |login: &str, name: &str| NewPerson {
            login: login.to_owned(),
            name: name.to_owned(),
        };
        let [first, ..] = CITIES;
        let done = self
            .set_up(
                &ctx,
                &token,
                &SetUp {
                    bureau: first.office.to_owned(),
                    help_phone: first.phone.to_owned(),
                    pool: first.new_pool(),
                    system_admin: person("xitong", "冯凯"),
                    password: password.to_owned(),
                    password_again: password.to_owned(),
                    security_admin: person("anquan", "邓然"),
                    auditor: person("shenji", "叶青"),
                    colleagues: Vec::new(),
                },
            )
            .await?;
        for link in done.links {
            self.take_link(&ctx, &link.address, password).await?;
        }
        let mut offices = Vec::new();
        for city in CITIES {
            offices.push(self.demo_office(city, password).await?);
        }
        Ok(offices)
    }

    /// One pool, set up unless it is the one the installation began with.
    async fn demo_office(&self, city: &'static City, password: &str) -> Result<Office> {
        let console = self.console();
        let security = self.as_administrator("anquan", Role::SecurityAdmin).await?;
        let mut accounts = Vec::new();
        for Colleague {
            role,
            login,
            name,
            unit,
            party,
        } in city.people
        {
            let new = NewAccount {
                login: (*login).to_owned(),
                name: (*name).to_owned(),
                unit: (if unit.is_empty() { city.office } else { *unit }).to_owned(),
                ..NewAccount::default()
            };
            let (id, link) = self.create_account(&console, &new).await?;
            self.take_link(&console, &link.address, password).await?;
            accounts.push((id, *role, *party));
        }
        let known = store::pools::all::<Pool>(&mut self.store.read()).await?;
        let (no, pool) = match known.iter().find(|row| row.keys.pack == city.pack) {
            Some(row) => (row.keys.no, row.id),
            None => {
                let (manager, ..) = accounts.first().ok_or(Error::NotFound)?;
                let mut read = self.store.read();
                let row = store::accounts::find::<serde_json::Value>(&mut read, *manager).await?;
                let manager = row.and_then(|row| row.keys.organisation);
                let system = self.as_administrator("xitong", Role::SystemAdmin).await?;
                let manager = manager.ok_or(Error::NotFound)?;
                let no = self.create_pool(&system, manager, &city.new_pool()).await?;
                let known = store::pools::all::<Pool>(&mut self.store.read()).await?;
                let row = known.into_iter().find(|row| row.keys.no == no);
                (no, row.ok_or(Error::NotFound)?.id)
            }
        };
        for (account, role, party) in accounts {
            let wanted = RoleIn::new(role, Some(no)).for_party(party);
            self.grant_role(&security, account, wanted).await?;
        }
        let officer = city.login(Role::Officer).ok_or(Error::NotFound)?;
        let officer = self.as_demo(officer, Role::Officer, pool).await?;
        let mut specialties = Vec::new();
        for name in city.specialties {
            specialties.push(self.add_specialty(&officer, no, name, "建库").await?);
        }
        Ok(Office {
            city,
            no,
            pool,
            specialties,
            notice: None,
            first: Vec::new(),
        })
    }

    async fn take_link(&self, ctx: &Ctx, address: &str, password: &str) -> Result<()> {
        let token = address.rsplit('/').next().unwrap_or_default();
        self.use_password_link(ctx, token, password, password).await
    }

    /// The context of one of the administrators.
    async fn as_administrator(&self, login: &str, role: Role) -> Result<Ctx> {
        let line = self.account_by_login(&self.console(), login).await?;
        let actor = Actor {
            account: Some(line.id),
            name: line.name,
            grants: vec![Grant::of_system(role)],
            ..Actor::system()
        };
        Ok(self.ctx(actor, "cli", ""))
    }

    /// The context of one of the demonstration's people.
    async fn as_demo(&self, login: &str, role: Role, pool: PoolId) -> Result<Ctx> {
        let console = self.console();
        let line = self.account_by_login(&console, login).await?;
        let mut read = self.store.read();
        let row = store::accounts::find::<serde_json::Value>(&mut read, line.id).await?;
        let organisation: Option<OrganisationId> = row.and_then(|row| row.keys.organisation);
        let actor = Actor {
            account: Some(line.id),
            name: line.name,
            organisation,
            grants: vec![Grant::whole(role, pool)],
            ..Actor::system()
        };
        Ok(self.ctx(actor, "cli", ""))
    }

    /// A log-in for one of the experts who still have an invitation to answer.
    async fn demo_expert(&self, no: i64, password: &str) -> Result<Option<String>> {
        let rows = store::pools::all::<Pool>(&mut self.store.read()).await?;
        let pool = rows.into_iter().find(|row| row.keys.no == no);
        let pool = pool.ok_or(Error::NotFound)?.id;
        let officer = self.as_demo("jingban", Role::Officer, pool).await?;
        let filter = store::engagements::EngagementFilter {
            pool: Some(pool),
            statuses: vec!["invited".to_owned()],
            ..store::engagements::EngagementFilter::default()
        };
        let mut read = self.store.read();
        let waiting =
            store::engagements::all::<domain::engagement::Engagement>(&mut read, &filter).await?;
        let Some(seat) = waiting.first() else {
            return Ok(None);
        };
        let link = self
            .open_expert_account(&officer, no, seat.body.expert)
            .await?;
        let Some(link) = link else { return Ok(None) };
        self.take_link(&officer, &link.address, password).await?;
        Ok(Some(link.login))
    }
}

impl City {
    fn new_pool(&self) -> NewPool {
        NewPool {
            name: self.name.to_owned(),
            pack: self.pack.to_owned(),
            phone: self.phone.to_owned(),
            despite_standing: true,
        }
    }

    /// Who holds this role here.
    fn login(&self, role: Role) -> Option<&'static str> {
        let one = self.people.iter().find(|one| one.role == role)?;
        Some(one.login)
    }
}

/// Everybody's log-in: the first pool with its expert, the administrators, the other pools.
fn demo_logins(expert: Option<String>) -> Vec<DemoLogin> {
    let login = |role, login: &str, pool: &str| DemoLogin {
        role,
        login: login.to_owned(),
        pool: pool.to_owned(),
    };
    let of = |city: &City| {
        let people = city.people.iter();
        people
            .map(|one| match one.party {
                "" => login(one.role, one.login, city.name),
                _ => login(
                    one.role,
                    one.login,
                    &format!("{}，只管{}的队伍", city.name, one.unit),
                ),
            })
            .collect::<Vec<_>>()
    };
    let [first, others @ ..] = CITIES;
    let mut all = of(first);
    all.extend([
        login(Role::SystemAdmin, "xitong", ""),
        login(Role::SecurityAdmin, "anquan", ""),
        login(Role::Auditor, "shenji", ""),
    ]);
    all.extend(expert.map(|own| login(Role::Expert, &own, first.name)));
    all.extend(others.iter().flat_map(of));
    all
}

fn back(day: Date, days: i64) -> Date {
    day.checked_sub(Span::new().days(days)).unwrap_or(day)
}
