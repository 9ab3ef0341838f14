//! 待办: what waits for this person in this pool, found from where the work stands, so that an item
//! leaves the list because the work is done and never because it was marked as read.

use domain::actor::{Action, Target};
use domain::amendment::Amendment;
use domain::application::{Application, Filed, State as Applied};
use domain::campaign::State as CampaignState;
use domain::draw_process::{Attempt, Party, State as DrawState};
use domain::engagement::{Engagement, State as Seat};
use domain::feedback::{About as Concerned, Feedback};
use domain::id::PoolId;
use domain::meeting::Meeting;
use domain::misconduct::Misconduct;
use domain::objection::{Objection, State as Raised, Taken};
use domain::policy::pack::Station;
use domain::policy::words::Word as _;
use domain::posting::Posting;
use domain::solicitation::{Notice, State as Call};
use domain::special_invitation::{SpecialInvitation, State as Invited};
use domain::task::{Mode, State as TaskState, Task};
use jiff::Timestamp;
use jiff::civil::Date;
use store::document::{Count, Direction, PageRequest};
use store::engagements::EngagementFilter;
use store::messages::{Delivery, MessageFilter};
use store::misconduct::MisconductFilter;
use store::tasks::TaskFilter;

use crate::applications::Step as Admission;
use crate::campaigns::CampaignLine;
use crate::ctx::{Ctx, shanghai};
use crate::error::Result;
use crate::reconciliations::UpdateReport;
use crate::renewals::Pending;
use crate::service::Service;
use crate::solicitations::{NoticeDuty, Step as NoticeStep};
use crate::special_invitations::Step;

/// Most things of one kind that are looked at; nobody works through more in a day.
const MOST: u32 = 200;

/// How pressing an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// 已超期
    Overdue,
    /// 今天到期
    Today,
    /// Later, or without a date.
    Later,
}

/// One thing that waits.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Item {
    /// What kind of thing, at most six characters.
    pub tag: &'static str,
    /// What it is called.
    pub title: String,
    /// Its page, below the address of the pool, e.g. `tasks/…`.
    pub path: String,
    /// What is needed to decide whether to open it.
    pub facts: String,
    /// The one thing to do.
    pub verb: &'static str,
    /// Until when.
    pub due: Option<Timestamp>,
    /// How pressing.
    pub urgency: Urgency,
    /// Waiting since.
    pub since: Timestamp,
}

/// A number above the list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Figure {
    /// What is counted.
    pub label: &'static str,
    /// How many.
    pub count: u64,
    /// What it is compared with, or where it comes from.
    pub note: String,
    /// The list behind it, below the address of the pool.
    pub path: &'static str,
}

/// Everything of the first page.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Inbox {
    /// What waits, the most pressing first.
    pub items: Vec<Item>,
    /// At most four numbers.
    pub figures: Vec<Figure>,
}

impl Service {
    /// What waits for the actor in a pool.
    ///
    /// # Errors
    /// When the store fails. Whoever may do nothing here has an empty inbox.
    pub async fn inbox(&self, ctx: &Ctx, pool: PoolId) -> Result<Inbox> {
        let target = Target::pool(pool);
        let mut found = Found {
            ctx,
            items: Vec::new(),
        };
        for task in self.open_tasks(pool).await? {
            let requester = self.organisation_name(task.requester).await?;
            found.task(&task, &requester);
            let own = crate::tasks::target(&task);
            if ctx.actor.allow(Action::ReadDraws, own).is_err() {
                continue;
            }
            let attempts =
                store::draws::of_task::<Attempt>(&mut self.store.read(), task.id).await?;
            if let Some(last) = attempts
                .iter()
                .map(|row| &row.body)
                .max_by_key(|one| one.attempt)
            {
                found.attempt(last, &task);
            }
            if matches!(task.state, TaskState::Published { .. }) {
                let filter = EngagementFilter {
                    task: Some(task.id),
                    ..EngagementFilter::default()
                };
                let seats =
                    store::engagements::all::<Engagement>(&mut self.store.read(), &filter).await?;
                let seats: Vec<Engagement> = seats.into_iter().map(|row| row.body).collect();
                found.seats(&seats, &task);
            }
        }
        if let Ok(part) = ctx.actor.remit(Action::ConfirmMisconduct, pool) {
            let filter = MisconductFilter {
                pool: Some(pool),
                statuses: vec!["proposed".to_owned()],
                experts_of: part.teams(),
                ..MisconductFilter::default()
            };
            let page = PageRequest::first(MOST);
            let proposed =
                store::misconduct::page::<Misconduct>(&mut self.store.read(), &filter, &page)
                    .await?;
            for record in proposed.items {
                found.misconduct(&record.body);
            }
        }
        for line in self.open_special_invitations(ctx, pool).await? {
            found.invitation(&line);
        }
        if let Some(open) = self.any_part_of(ctx, pool, Action::ReadNotices).await? {
            for line in self.notices_at_work(ctx, &open).await? {
                found.notice(&line);
            }
            if let Some(duty) = self.notice_duty(ctx, pool).await? {
                let drafts = ctx.actor.remit(Action::DraftNotice, pool).is_ok();
                if drafts && duty.presses(ctx.today()) {
                    found.notice_duty(&duty);
                }
            }
        }
        for (one, due, steps) in self.waiting_applications(ctx, pool).await? {
            found.application(&one, due, &steps);
        }
        let (waiting, meetings) = self.meetings_due(ctx, pool).await?;
        found.meetings(waiting, &meetings);
        let (waiting, drafts) = self.postings_due(ctx, pool).await?;
        found.postings(&waiting, &drafts);
        if let Some(open) = self.any_part_of(ctx, pool, Action::EditExperts).await? {
            for one in self.amendments_due(&open).await? {
                found.amendment(&one);
            }
        }
        for (one, last_day) in self.objections_open(ctx, pool).await? {
            found.objection(&one, last_day);
        }
        for one in self.feedback_open(ctx, pool).await? {
            found.feedback(&one);
        }
        if let Some(open) = self
            .any_part_of(ctx, pool, Action::IssueCertificates)
            .await?
        {
            let word = open.pack.certificate_word();
            found.certificates(word, &self.appointments_due(&open).await?);
        }
        if let Some(open) = self.any_part_of(ctx, pool, Action::DecideRenewals).await?
            && let Some(pending) = self.renewals_pending(ctx, &open).await?
        {
            found.renewals(&pending);
        }
        if ctx.actor.allow(Action::EditExperts, target).is_ok() {
            let open = self.any_pool(pool).await?;
            if let Some(report) = self.update_report_due(ctx, &open).await? {
                found.update_report(&report);
            }
        }
        if ctx.actor.allow(Action::RunCampaign, target).is_ok() {
            for line in self.campaigns(ctx, pool).await? {
                found.campaign(&line);
            }
        }
        if ctx.actor.allow(Action::NotifyExperts, target).is_ok() {
            let filter = MessageFilter {
                pool: Some(pool),
                delivery: Some(Delivery::Failed),
                ..MessageFilter::default()
            };
            let seals = self.store.seals();
            let page = PageRequest::first(MOST);
            let failed =
                store::messages::page(&mut self.store.read(), seals, &filter, &page).await?;
            found.failed(failed.items.iter().map(|queued| queued.message.created_at));
        }
        let mut items = found.items;
        items.sort_by_key(|item| {
            (
                item.urgency,
                item.due.is_none(),
                item.due,
                item.since,
                item.path.clone(),
            )
        });
        Ok(Inbox {
            items,
            figures: self.figures(ctx, pool).await?,
        })
    }

    /// Tasks on which somebody may have to act, soonest work first.
    async fn open_tasks(&self, pool: PoolId) -> Result<Vec<Task>> {
        let open = [
            "filed",
            "returned",
            "accepted",
            "drawing",
            "drawn",
            "published",
        ];
        let filter = TaskFilter {
            pool: Some(pool),
            statuses: open.map(str::to_owned).to_vec(),
            ..TaskFilter::default()
        };
        let page = PageRequest::first(MOST);
        let direction = Direction::Descending;
        let found =
            store::tasks::page::<Task>(&mut self.store.read(), &filter, direction, &page).await?;
        Ok(found.items.into_iter().map(|row| row.body).collect())
    }

    async fn figures(&self, ctx: &Ctx, pool: PoolId) -> Result<Vec<Figure>> {
        let mut figures = Vec::new();
        let mut read = self.store.read();
        let Ok(readable) = crate::tasks::readable(ctx, pool) else {
            return Ok(figures);
        };
        let tasks = |statuses: &[&str]| TaskFilter {
            statuses: statuses.iter().map(|code| (*code).to_owned()).collect(),
            ..readable.clone()
        };
        for (label, statuses, note) in [
            ("待受理需求", &["filed"][..], "使用方已提出"),
            (
                "抽取进行中",
                &["accepted", "drawing", "drawn"][..],
                "已受理，未启封",
            ),
            ("等待参加", &["published"][..], "已启封，未办结"),
        ] {
            let count = store::tasks::count(&mut read, &tasks(statuses)).await?;
            figures.push(Figure {
                label,
                count: number(&count),
                note: note.to_owned(),
                path: "tasks",
            });
        }
        if let Some(open) = self.any_part_of(ctx, pool, Action::ReadExperts).await? {
            let count = match open.experts_of() {
                None => store::experts::count(&mut read, pool).await?,
                Some(_) => self.count_members(&open, None).await?,
            };
            figures.push(Figure {
                label: "在册专家",
                count: number(&count),
                note: "含暂停、期满".to_owned(),
                path: "experts",
            });
        }
        Ok(figures)
    }
}

/// What was found so far for one actor.
struct Found<'c> {
    ctx: &'c Ctx,
    items: Vec<Item>,
}

/// What all items about one thing share.
struct About<'t> {
    title: &'t str,
    path: String,
    facts: String,
    due: Option<Timestamp>,
    since: Timestamp,
}

impl Found<'_> {
    fn may(&self, action: Action, target: Target<'_>) -> bool {
        self.ctx.actor.allow(action, target).is_ok()
    }

    fn add(&mut self, tag: &'static str, verb: &'static str, about: About<'_>) {
        let urgency = match about.due {
            Some(due) if due < self.ctx.now => Urgency::Overdue,
            Some(due) if due.to_zoned(shanghai()).date() <= self.ctx.today() => Urgency::Today,
            _ => Urgency::Later,
        };
        let About {
            title,
            path,
            facts,
            due,
            since,
        } = about;
        let title = title.chars().take(40).collect();
        self.items.push(Item {
            tag,
            title,
            path,
            facts,
            verb,
            due,
            urgency,
            since,
        });
    }

    fn task(&mut self, task: &Task, requester: &str) {
        let target = crate::tasks::target(task);
        let request = &task.request;
        let work = request.work_date();
        let when = work.map_or_else(
            || "时间未定".to_owned(),
            |day| format!("{}使用", day.strftime("%-m月%-d日")),
        );
        let about = |since| About {
            title: &request.content,
            path: format!("tasks/{}", task.id),
            facts: format!(
                "{} · {requester} · {} 人 · {when}",
                task.number,
                request.seats()
            ),
            due: work.and_then(before),
            since,
        };
        match (&task.state, &request.mode) {
            (TaskState::Filed { at }, Mode::Random) if self.may(Action::ReviewTask, target) => {
                self.add("需求受理", "受理", about(*at));
            }
            (TaskState::Filed { at }, Mode::Designated { .. })
                if self.may(Action::ConsentDesignation, target) =>
            {
                self.add("定向选用", "审批", about(*at));
            }
            (TaskState::Returned { reason, at }, _) if self.may(Action::FileTask, target) => {
                let mut about = about(*at);
                about.facts = format!("{} · 退回理由：{reason}", task.number);
                self.add("退回修改", "修改", about);
            }
            (TaskState::Accepted { at, .. }, Mode::Random) if self.may(Action::RunDraw, target) => {
                self.add("待抽取", "去抽取", about(*at));
            }
            _ => {}
        }
    }

    fn attempt(&mut self, attempt: &Attempt, task: &Task) {
        let target = crate::tasks::target(task);
        let due = task.request.work_date().and_then(before);
        let path = format!("draws/{}", attempt.id);
        let about = |facts: String, since| About {
            title: &task.request.content,
            path: path.clone(),
            facts: format!("{} 第 {} 次 · {facts}", attempt.number, attempt.attempt),
            due,
            since,
        };
        if let Some(proposal) = &attempt.void_proposed
            && self.may(Action::ConfirmVoid, target)
        {
            let facts = format!("{}提请作废：{}", proposal.by.name, proposal.reason);
            self.add("确认作废", "审批", about(facts, proposal.by.at));
            return;
        }
        let since = attempt.frozen.at;
        for party in Party::ALL {
            if !self.may(party.action(), target) {
                continue;
            }
            match &attempt.state {
                DrawState::Committing { commitments } if !commitments.contains_key(&party) => {
                    let facts = format!("核对指纹 {} 后交密签", attempt.check_code());
                    self.add("交密签", "去交", about(facts, since));
                }
                DrawState::Revealing { shares, .. } if !shares.contains_key(&party) => {
                    let facts = format!("已有 {} 方揭示", shares.len());
                    self.add("揭示", "去揭示", about(facts, since));
                }
                _ => {}
            }
        }
        match &attempt.state {
            DrawState::Sealed {
                at, proposed: None, ..
            } if self.may(Action::ProposeUnsealing, target) => {
                self.add("提请启封", "提请", about("结果已密封".to_owned(), *at));
            }
            DrawState::Sealed {
                proposed: Some(proposal),
                ..
            } if self.may(Action::ConfirmUnsealing, target) => {
                let facts = format!("{}已提请", proposal.by.name);
                self.add("同意启封", "去启封", about(facts, proposal.by.at));
            }
            _ => {}
        }
    }

    fn seats(&mut self, seats: &[Engagement], task: &Task) {
        let target = crate::tasks::target(task);
        let TaskState::Published { at, .. } = task.state else {
            return;
        };
        let due = task.request.work_date().and_then(before);
        let about = |facts: String, due| About {
            title: &task.request.content,
            path: format!("tasks/{}", task.id),
            facts: format!("{} · {facts}", task.number),
            due,
            since: at,
        };
        let count = |test: fn(&Engagement) -> bool| seats.iter().filter(|seat| test(seat)).count();
        if self.may(Action::NotifyExperts, target) {
            let waiting = seats.iter().filter_map(|seat| match seat.state {
                Seat::Invited { answer_by, .. } => Some(answer_by),
                _ => None,
            });
            let waiting: Vec<Timestamp> = waiting.collect();
            if let Some(first) = waiting.iter().min() {
                let facts = format!("{} 人尚未答复", waiting.len());
                self.add("催办答复", "查看", about(facts, Some(*first)));
            }
            let vacant = count(|seat| seat.to_arrange);
            if vacant > 0 {
                self.add(
                    "补抽安排",
                    "安排",
                    about(format!("{vacant} 个名额空出"), due),
                );
            }
            let own = self.ctx.actor.account;
            let calls = seats
                .iter()
                .filter(|seat| seat.call.as_ref().is_some_and(|call| Some(call.by) != own));
            let calls = calls.count();
            if calls > 0 {
                self.add(
                    "电话答复",
                    "确认",
                    about(format!("{calls} 份待第二人确认"), due),
                );
            }
        }
        let leave = count(|seat| seat.leave_asked.is_some());
        if leave > 0 && self.may(Action::AcceptLeave, target) {
            self.add("书面请假", "受理", about(format!("{leave} 人请假"), due));
        }
    }

    fn misconduct(&mut self, record: &Misconduct) {
        let since = noon(record.on).unwrap_or(self.ctx.now);
        self.add(
            "不良行为",
            "认定",
            About {
                title: &record.evidence,
                path: "misconduct?status=proposed".to_owned(),
                facts: format!("{}发生，待认定", record.on.strftime("%-m月%-d日")),
                due: None,
                since,
            },
        );
    }

    /// A special invitation waits for whoever takes its next step.
    fn invitation(&mut self, (one, steps): &(SpecialInvitation, Vec<Step>)) {
        let (tag, verb) = match &one.state {
            Invited::Proposed if steps.contains(&Step::Send) => ("特约邀请", "签发"),
            Invited::Accepted { .. } if steps.contains(&Step::Decide) => ("会议审定", "登记"),
            Invited::Accepted { .. } if steps.contains(&Step::Receive) => ("入库资料", "登记"),
            Invited::Approved { .. } if steps.contains(&Step::Enter) => ("邀请入库", "入库"),
            _ => return,
        };
        let title = format!("{} {}", one.name, one.employer);
        self.add(
            tag,
            verb,
            About {
                title: &title,
                path: format!("special-invitations/{}", one.id),
                facts: format!("{} · {}", one.number, one.state.zh()),
                due: None,
                since: one.proposed.at,
            },
        );
    }

    /// People wait for a list, and drafts of one to be put up.
    fn postings(&mut self, waiting: &[Timestamp], drafts: &[Posting]) {
        if let Some(first) = waiting.iter().min() {
            self.add(
                "名单公示",
                "起草",
                About {
                    title: "资格审核通过，等待公示",
                    path: "postings/new".to_owned(),
                    facts: format!("{} 人", waiting.len()),
                    due: None,
                    since: *first,
                },
            );
        }
        for one in drafts {
            self.add(
                "名单公示",
                "发布",
                About {
                    title: &one.content.title,
                    path: format!("postings/{}", one.id),
                    facts: format!("{} 人 · {}起草", one.content.people.len(), one.drafted.name),
                    due: None,
                    since: one.drafted.at,
                },
            );
        }
    }

    /// An expert asks that what is held be changed.
    fn amendment(&mut self, one: &Amendment) {
        let matters: Vec<&str> = one.matters.iter().map(|matter| matter.zh()).collect();
        self.add(
            "信息变更",
            "审核",
            About {
                title: &one.name,
                path: format!("amendments/{}", one.id),
                facts: format!("{} · {}", one.number, matters.join("、")),
                due: None,
                since: one.asked_at,
            },
        );
    }

    /// An objection waits for its investigation or its conclusion. While the list is up there is time;
    /// afterwards somebody is held up every day.
    fn objection(&mut self, one: &Objection, last_day: Option<Date>) {
        let (tag, due) = match one.taken {
            Taken::Objection => (
                "异议核查",
                last_day.and_then(|day| before(day.tomorrow().ok()?)),
            ),
            Taken::TipOff => ("举报核查", None),
        };
        let verb = match one.state {
            Raised::Received => "核查",
            _ => "作结论",
        };
        let received = one.received.to_zoned(shanghai());
        self.add(
            tag,
            verb,
            About {
                title: &one.person,
                path: format!("objections/{}", one.id),
                facts: format!(
                    "{} · {} · {}",
                    one.number,
                    one.signature.zh(),
                    one.state.zh()
                ),
                due,
                since: received.map_or(self.ctx.now, |at| at.timestamp()),
            },
        );
    }

    /// Somebody of the public waits for an answer.
    fn feedback(&mut self, one: &Feedback) {
        let concerns = one.about.as_ref().map(Concerned::words);
        let facts = [Some(one.number.clone()), concerns];
        self.add(
            "意见反馈",
            "答复",
            About {
                title: one.topic.zh(),
                path: format!("feedback/{}", one.id),
                facts: facts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
                due: None,
                since: one.received,
            },
        );
    }

    /// A notice waits for whoever takes its next step.
    fn notice(&mut self, (notice, steps): &(Notice, Vec<NoticeStep>)) {
        let (verb, facts, since) = match &notice.state {
            Call::Draft {
                returned: Some(returned),
            } if steps.contains(&NoticeStep::Edit) => (
                "修改",
                format!("{}退回：{}", returned.by.name, returned.reason),
                returned.by.at,
            ),
            Call::Submitted { by } if steps.contains(&NoticeStep::Approve) => {
                ("审批", format!("{}提请审批", by.name), by.at)
            }
            Call::Approved { by, .. } if steps.contains(&NoticeStep::Publish) => {
                ("发布", format!("{}已审批", by.name), by.at)
            }
            _ => return,
        };
        // Nobody can apply before it is published, and after its last day it is published in vain.
        let due = notice.content.opens.map(jiff::civil::DateTime::date);
        self.add(
            "征集公告",
            verb,
            About {
                title: &notice.content.title,
                path: format!("notices/{}", notice.id),
                facts,
                due: due.and_then(before),
                since,
            },
        );
    }

    /// An application waits at a station an officer works, or to be put right by who entered it.
    fn application(&mut self, one: &Application, due: Option<Date>, steps: &[Admission]) {
        let (tag, verb, since) = match &one.state {
            Applied::At { since, .. } if steps.contains(&Admission::Recommend) => {
                ("单位推荐", "推荐", *since)
            }
            // Filled in by the person and handed to the unit.
            Applied::Draft if steps.contains(&Admission::Recommend) => match &one.filed {
                Filed::Unit { by, .. } if Some(by.account) != self.ctx.actor.account => {
                    ("单位推荐", "核对并推荐", by.at)
                }
                _ => return,
            },
            Applied::At { since, station, .. } if steps.contains(&Admission::Pass) => {
                let verb = match station {
                    Station::Approval => "审批",
                    _ => "审核",
                };
                (station.zh(), verb, *since)
            }
            Applied::At { since, .. } if steps.contains(&Admission::Classify) => {
                ("分类入库", "分类", *since)
            }
            Applied::Returned { by, .. } if steps.contains(&Admission::Edit) => {
                ("退回补正", "补正", by.at)
            }
            _ => return,
        };
        let employer = one.profile.employer.as_ref();
        let employer = employer.map_or("", |employer| employer.name.as_str());
        self.add(
            tag,
            verb,
            About {
                title: &format!("{} {employer}", one.profile.name),
                path: format!("applications/{}", one.id),
                facts: format!("{} · {}", one.number, one.state.zh()),
                due: due.and_then(|day| day.tomorrow().ok()).and_then(before),
                since,
            },
        );
    }

    /// Too few notices this year by a day the pack names.
    fn notice_duty(&mut self, duty: &NoticeDuty) {
        let facts = match duty.behind {
            Some((from, at_least)) => format!(
                "{}起应有 {at_least} 次，今年发布 {} 次（{}）",
                from.strftime("%-m月%-d日"),
                duty.count,
                duty.article
            ),
            None => format!(
                "今年发布 {} 次，办法规定 {} 次（{}）",
                duty.count, duty.at_least, duty.article
            ),
        };
        let since = duty.behind.and_then(|(from, _)| noon(from));
        self.add(
            "年度应办",
            "起草",
            About {
                title: &duty.label,
                path: "notices".to_owned(),
                facts,
                due: duty.last_day.tomorrow().ok().and_then(before),
                since: since.unwrap_or(self.ctx.now),
            },
        );
    }

    /// People wait for a meeting to be called, a meeting for its materials, or one that was held for its record.
    fn meetings(&mut self, waiting: usize, called: &[Meeting]) {
        if waiting > 0 {
            let about = About {
                title: "有申请等待会议审定，请安排会议",
                path: "meetings".to_owned(),
                facts: format!("{waiting} 人等待审定"),
                due: None,
                since: self.ctx.now,
            };
            self.add("会议审定", "安排", about);
        }
        for one in called {
            // Before the day the materials are laid out; from the day on its results are recorded.
            let (verb, due) = match one.on <= self.ctx.today() {
                true => ("登记", None),
                false => ("备会", before(one.on)),
            };
            let about = About {
                title: &format!("{} {}", one.body, one.on),
                path: format!("meetings/{}", one.id),
                facts: format!("{} · {} · {} 人", one.number, one.place, one.agenda.len()),
                due,
                since: one.called.at,
            };
            self.add("会议审定", verb, about);
        }
    }

    /// People wait for their certificate.
    fn certificates(&mut self, word: &str, since: &[Timestamp]) {
        if let Some(first) = since.iter().min() {
            let about = About {
                title: &format!("有专家等待颁发{word}"),
                path: "certificates".to_owned(),
                facts: format!("{} 人", since.len()),
                due: None,
                since: *first,
            };
            self.add("颁发证书", "颁发", about);
        }
    }

    /// Terms are about to end, or ended lately, and nothing is decided.
    fn renewals(&mut self, pending: &Pending) {
        let mut facts = Vec::new();
        if pending.ending > 0 {
            facts.push(format!("{} 人即将届满", pending.ending));
        }
        if pending.over > 0 {
            facts.push(format!("{} 人已届满", pending.over));
        }
        if pending.silent > 0 {
            facts.push(format!("{} 人未答复意愿", pending.silent));
        }
        facts.push(pending.article.clone());
        let first = pending.first;
        let due = first.and_then(|day| day.tomorrow().ok()).and_then(before);
        self.add(
            "续聘",
            "办理",
            About {
                title: "聘期届满，请决定是否续聘",
                path: "renewals".to_owned(),
                facts: facts.join(" · "),
                due,
                since: self.ctx.now,
            },
        );
    }

    /// The report of the last period waits to be filed.
    fn update_report(&mut self, report: &UpdateReport) {
        let since = report.to.tomorrow().ok().and_then(noon);
        self.add(
            "信息更新",
            "登记",
            About {
                title: &format!("信息库更新 {} 至 {}", report.from, report.to),
                path: format!("update-report?day={}", report.from),
                facts: format!(
                    "新增 {}、退出 {}、在库 {} 人 · {}",
                    report.joined, report.left, report.held, report.article
                ),
                due: None,
                since: since.unwrap_or(self.ctx.now),
            },
        );
    }

    /// A campaign with changes to enter, or past its last day.
    fn campaign(&mut self, line: &CampaignLine) {
        let campaign = &line.campaign;
        if campaign.state != CampaignState::Open {
            return;
        }
        let over = campaign.closes_on < self.ctx.today();
        let (verb, facts) = match (line.changed, over) {
            (0, false) => return,
            (0, true) => ("结束", format!("已到期，{} 人未答复", line.silent)),
            (changed, _) => ("登记", format!("{changed} 人的信息有变化，待登记")),
        };
        let title = format!("{}年专家信息集中更新", campaign.year);
        let since = noon(campaign.opens_on).unwrap_or(self.ctx.now);
        self.add(
            "信息更新",
            verb,
            About {
                title: &title,
                path: format!("campaigns/{}", campaign.id),
                facts,
                due: campaign.closes_on.tomorrow().ok().and_then(before),
                since,
            },
        );
    }

    fn failed(&mut self, at: impl Iterator<Item = Timestamp>) {
        let failed: Vec<Timestamp> = at.collect();
        if let Some(first) = failed.iter().min() {
            self.add(
                "消息未发出",
                "查看",
                About {
                    title: "有消息没有送达，请改用电话通知",
                    path: "messages?state=failed".to_owned(),
                    facts: format!("{} 条未发出", failed.len()),
                    due: None,
                    since: *first,
                },
            );
        }
    }
}

/// The last second before the day of work: everything must be done by then.
fn before(day: Date) -> Option<Timestamp> {
    let midnight = day.to_zoned(shanghai()).ok()?.timestamp();
    midnight
        .checked_sub(jiff::SignedDuration::from_secs(1))
        .ok()
}

fn noon(day: Date) -> Option<Timestamp> {
    Some(day.at(12, 0, 0, 0).to_zoned(shanghai()).ok()?.timestamp())
}

fn number(count: &Count) -> u64 {
    match count {
        Count::Exactly(number) | Count::AtLeast(number) => *number,
    }
}
