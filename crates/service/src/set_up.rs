//! The first start: one link, used once, makes the three administrators, the bureau and its first
//! pool. Nothing is built in, so there is no default password to forget about.

use domain::account::AccountStatus;
use domain::actor::{Actor, Grant, Role};
use domain::event::{Event, EventKind, Subject};
use domain::id::{AccountId, OrganisationId, PoolId};
use domain::organisation::Organisation;
use jiff::SignedDuration;
use serde::Deserialize;
use store::accounts::{Link, RoleGrant};
use store::organisations::OrganisationKeys;
use store::{LedgerId, SearchText};

use crate::accounts::{self, AccountBody, NewAccount, OneTimeLink, login_name, subject};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::installation::Installation;
use crate::links;
use crate::pool_set_up::NewPool;
use crate::service::Service;

/// One of the people a set-up names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct NewPerson {
    /// Log-in name.
    pub login: String,
    /// Name.
    pub name: String,
}

impl NewPerson {
    fn is_blank(&self) -> bool {
        self.login.trim().is_empty() && self.name.trim().is_empty()
    }
}

/// Everything the first page asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct SetUp {
    /// Full name of the managing bureau.
    pub bureau: String,
    /// 技术支持电话, or empty.
    pub help_phone: String,
    /// The first pool.
    pub pool: NewPool,
    /// 系统管理员: who fills in the page.
    pub system_admin: NewPerson,
    /// Their password.
    pub password: String,
    /// The same again.
    pub password_again: String,
    /// 安全管理员
    pub security_admin: NewPerson,
    /// 审计管理员
    pub auditor: NewPerson,
    /// People of the pool's own work, where they are known already; blank ones are left out.
    pub colleagues: Vec<(Role, NewPerson)>,
}

/// What a set-up made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetUpDone {
    /// Number of the pool.
    pub pool: i64,
    /// Links for everybody but the system administrator; shown once.
    pub links: Vec<OneTimeLink>,
}

/// Names of the form fields of a person: log-in name and name.
pub fn fields(role: Role) -> (String, String) {
    (
        format!("{}_login", role.code()),
        format!("{}_name", role.code()),
    )
}

impl Service {
    /// The address of the one-time set-up link, when there is no account yet. A link of an earlier
    /// start becomes void.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn set_up_link(&self) -> Result<Option<String>> {
        let ctx = self.ctx(Actor::system(), "start", "");
        let mut tx = self.store.upkeep().await?;
        if store::accounts::total(&mut tx).await? > 0 {
            return Ok(None);
        }
        store::accounts::void_links_of(&mut tx, links::SET_UP, ctx.now).await?;
        let token = self.token();
        let expires_at = ctx.now + SignedDuration::from_hours(72);
        let link = Link {
            purpose: links::SET_UP.to_owned(),
            account: None,
            expires_at,
            used_at: None,
            body: (),
        };
        store::accounts::add_link(&mut tx, &links::hash(&token), &link).await?;
        tx.commit().await?;
        Ok(Some(format!("{}/setup/{token}", self.settings.public_url)))
    }

    /// May this token still set up the installation?
    ///
    /// # Errors
    /// [`Error::NotFound`] when it may not.
    pub async fn check_set_up_link(&self, ctx: &Ctx, token: &str) -> Result<()> {
        self.usable_link(&mut self.store.read(), token, links::SET_UP, ctx.now)
            .await
            .map(drop)
    }

    /// Sets up the installation: all of it or nothing, and once.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that may not be used, [`Error::Invalid`] with everything
    /// wrong at once.
    pub async fn set_up(&self, ctx: &Ctx, token: &str, typed: &SetUp) -> Result<SetUpDone> {
        self.check_set_up_link(ctx, token).await?;
        let problems = self.set_up_problems(ctx, typed);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let password = self.password_hash(&typed.password).await?;
        let mut change = self.change(ctx, LedgerId::System).await?;
        // Two who use the link at once meet here: the second finds it used.
        if !store::accounts::use_link(&mut change, &links::hash(token), ctx.now).await?
            || store::accounts::total(&mut *change).await? > 0
        {
            return Err(Error::NotFound);
        }
        let bureau = self
            .organisation_named(&mut change, ctx, typed.bureau.trim())
            .await?;
        let words = Installation {
            name: self.settings.name.clone(),
            bureau: typed.bureau.trim().to_owned(),
            help_phone: typed.help_phone.trim().to_owned(),
        };
        Self::name_installation(&mut change, words).await?;
        let (pool, no) = self.add_pool(&mut change, ctx, bureau, &typed.pool).await?;
        let first = self
            .add_person(
                &mut change,
                ctx,
                &typed.system_admin,
                bureau,
                Role::SystemAdmin,
                None,
            )
            .await?;
        let mut row = store::accounts::find::<AccountBody>(&mut *change, first)
            .await?
            .ok_or(Error::NotFound)?;
        row.keys.password = Some(password);
        row.keys.status = AccountStatus::Active.code().to_owned();
        row.body.password_set = Some(ctx.now);
        store::document::save(&mut change, &mut row).await?;
        let mut made = Vec::new();
        for (role, person) in [
            (Role::SecurityAdmin, &typed.security_admin),
            (Role::Auditor, &typed.auditor),
        ] {
            made.push(
                self.add_person(&mut change, ctx, person, bureau, role, None)
                    .await?,
            );
        }
        for (role, person) in typed
            .colleagues
            .iter()
            .filter(|(_, person)| !person.is_blank())
        {
            made.push(
                self.add_person(&mut change, ctx, person, bureau, *role, Some(pool))
                    .await?,
            );
        }
        let mut links = Vec::with_capacity(made.len());
        for id in made {
            links.push(self.password_link(&mut change, ctx, id).await?);
        }
        let done = Event::new(EventKind::SystemSetUp, Subject::new("pool", pool))
            .fact("accounts", links.len() + 1);
        change.record(done).await?;
        change.commit().await?;
        Ok(SetUpDone { pool: no, links })
    }

    fn set_up_problems(&self, ctx: &Ctx, typed: &SetUp) -> Vec<Problem> {
        let mut found = Vec::new();
        let length = typed.bureau.trim().chars().count();
        if !(4..=60).contains(&length) {
            found.push(Problem::new(
                "bureau",
                format!("单位全称应为 4 至 60 个字，现在是 {length} 个。它会印在所有文书上，请按公章填写。"),
            ));
        }
        found.extend(self.pool_problems(ctx, &typed.pool));
        let officers = [
            (Role::SystemAdmin, &typed.system_admin),
            (Role::SecurityAdmin, &typed.security_admin),
            (Role::Auditor, &typed.auditor),
        ];
        let colleagues = typed
            .colleagues
            .iter()
            .map(|(role, person)| (*role, person));
        let people: Vec<_> = officers
            .into_iter()
            .chain(colleagues.filter(|(_, person)| !person.is_blank()))
            .collect();
        for (n, (role, person)) in people.iter().enumerate() {
            let (login_field, name_field) = fields(*role);
            let login = login_name(&person.login);
            let own = accounts::problems(&login_field, &login, &name_field, &person.name);
            found.extend(own.into_iter().map(|problem| Problem {
                sentence: format!("{}的{}", role.zh(), problem.sentence),
                ..problem
            }));
            for (other, earlier) in &people[..n] {
                if !login.is_empty() && login_name(&earlier.login) == login {
                    found.push(Problem::new(
                        login_field.clone(),
                        format!(
                            "{}与{}填了同一个账号。各岗位须由不同的人担任，请分别填写。",
                            role.zh(),
                            other.zh()
                        ),
                    ));
                }
                let name = person.name.trim();
                if !name.is_empty()
                    && earlier.name.trim() == name
                    && domain::actor::exclusive(*role, *other)
                {
                    found.push(Problem::new(
                        name_field.clone(),
                        format!("{}与{}是同一个人。这两个岗位相互制约，须由不同的人担任；确是同名的，请在姓名后加注部门。", role.zh(), other.zh()),
                    ));
                }
            }
        }
        found.extend(crate::password::problems(
            "password",
            &typed.password,
            &login_name(&typed.system_admin.login),
        ));
        if typed.password != typed.password_again {
            found.push(Problem::new(
                "password_again",
                "两次输入的密码不一样。请重新输入第二遍。",
            ));
        }
        found
    }

    /// The organisation of this name in the register, added when it is not there yet.
    pub(crate) async fn organisation_named(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        name: &str,
    ) -> Result<OrganisationId> {
        if let Some(known) = store::organisations::named::<Organisation>(&mut **change, name)
            .await?
            .first()
        {
            return Ok(known.id);
        }
        let organisation = Organisation {
            id: self.id(ctx),
            name: name.to_owned(),
            credit_code: None,
            kind: None,
            listed: false,
            public_body: true,
            contact: None,
        };
        let keys = OrganisationKeys {
            name: name.to_owned(),
            name_sort: domain::pinyin::sort_key(name),
            credit_code: None,
            kind: String::new(),
        };
        let search = domain::pinyin::SearchKeys::of_text(name)
            .tokens()
            .fold(SearchText::new().text(name), |search, token| {
                search.word(token)
            });
        let id = organisation.id;
        store::organisations::insert(change, id, keys, &search, organisation).await?;
        change
            .record(Event::new(
                EventKind::OrganisationAdded,
                Subject::new("organisation", id),
            ))
            .await?;
        Ok(id)
    }

    /// An account of the bureau with its first role.
    async fn add_person(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        person: &NewPerson,
        bureau: OrganisationId,
        role: Role,
        pool: Option<PoolId>,
    ) -> Result<AccountId> {
        let new = NewAccount {
            login: person.login.clone(),
            name: person.name.clone(),
            organisation: Some(bureau),
            ..NewAccount::default()
        };
        let id = self.add_account(change, ctx, &new).await?;
        let grant = RoleGrant {
            role: role.code().to_owned(),
            pool,
            unit: String::new(),
        };
        store::accounts::set_roles(change, id, &[grant]).await?;
        let granted = Event::new(EventKind::RoleGranted, subject(id))
            .fact("role", role.code())
            .fact(
                "pool",
                pool.map(|pool| pool.to_string()).unwrap_or_default(),
            );
        change.record(granted).await?;
        Ok(id)
    }

    /// Whose password a link sets: log-in name and name.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that may not be used.
    pub async fn check_password_link(&self, ctx: &Ctx, token: &str) -> Result<(String, String)> {
        let mut db = self.store.read();
        let link = self
            .usable_link(&mut db, token, links::PASSWORD, ctx.now)
            .await?;
        let row = match link.account {
            Some(id) => store::accounts::find::<AccountBody>(&mut db, id).await?,
            None => None,
        };
        let row = row
            .filter(|row| row.keys.status != AccountStatus::Disabled.code())
            .ok_or(Error::NotFound)?;
        Ok((row.keys.login, row.keys.name))
    }

    /// Sets a password through a link, once; every session of the account ends.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that may not be used, [`Error::Invalid`].
    pub async fn use_password_link(
        &self,
        ctx: &Ctx,
        token: &str,
        new: &str,
        again: &str,
    ) -> Result<()> {
        self.check_password_link(ctx, token).await?;
        let mut db = self.store.read();
        let link = self
            .usable_link(&mut db, token, links::PASSWORD, ctx.now)
            .await?;
        let id = link.account.ok_or(Error::NotFound)?;
        let mut row = store::accounts::find::<AccountBody>(&mut db, id)
            .await?
            .ok_or(Error::NotFound)?;
        self.set_password(ctx, &mut row, new, again).await?;
        let mut own = ctx.clone();
        own.actor = accounts::account(&row, Vec::new()).actor();
        let mut change = self.change(&own, LedgerId::System).await?;
        if !store::accounts::use_link(&mut change, &links::hash(token), own.now).await? {
            return Err(Error::NotFound);
        }
        store::document::save(&mut change, &mut row).await?;
        store::sessions::revoke_all(&mut change, id, None, own.now).await?;
        store::tokens::revoke_all(&mut change, id, own.now).await?;
        change
            .record(Event::new(EventKind::PasswordChanged, subject(id)).fact("by", "link"))
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// The context of the command line on the server itself: whoever can run the program there
    /// holds its data and keys, and the ledger says that it was the command line.
    pub fn console(&self) -> Ctx {
        let actor = Actor {
            name: "命令行".to_owned(),
            grants: vec![Grant::of_system(Role::SystemAdmin)],
            ..Actor::system()
        };
        self.ctx(actor, "cli", "")
    }
}
