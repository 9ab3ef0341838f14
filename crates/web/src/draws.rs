//! 三方抽取: the ceremony page, its screen for the room, and what each party and each of two persons does.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::draw_process::{Attempt, Party as Side, State as DrawState};
use domain::id::DrawId;
use service::draws::DrawView;

use crate::components::{
    FunnelRow, Link, Note, Party, PartyState, Progress, Qr, Status, Step, Tone,
};
use crate::error::WebError;
use crate::files::{attachment, pdf};
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;
use crate::tasks::draw_status;

const READ: Access = Access::Pool(Action::ReadDraws);
/// Whoever may act for some party; the service asks for which one.
const SHARE: Access = Access::AnyOf(&[
    Action::ShareAsManager,
    Action::ShareAsRequester,
    Action::ShareAsSupervisor,
]);

/// Routes of draws.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/draws/{draw}", READ, show)
        .get("/p/{no}/draws/{draw}/screen", READ, screen)
        .post("/p/{no}/draws/{draw}/commit", SHARE, commit)
        .post("/p/{no}/draws/{draw}/reveal", SHARE, reveal)
        .post(
            "/p/{no}/draws/{draw}/void",
            Access::Pool(Action::RunDraw),
            propose_void,
        )
        .post(
            "/p/{no}/draws/{draw}/void/confirm",
            Access::Pool(Action::ConfirmVoid),
            confirm_void,
        )
        .post(
            "/p/{no}/draws/{draw}/void/reject",
            Access::Pool(Action::ConfirmVoid),
            reject_void,
        )
        .post(
            "/p/{no}/draws/{draw}/unseal",
            Access::Pool(Action::ProposeUnsealing),
            propose_unsealing,
        )
        .post(
            "/p/{no}/draws/{draw}/unseal/confirm",
            Access::Pool(Action::ConfirmUnsealing),
            confirm_unsealing,
        )
        .get("/p/{no}/draws/{draw}/record.json", READ, record)
        .get("/p/{no}/draws/{draw}/record.pdf", READ, record_pdf)
}

/// What everybody in the room sees of a draw.
struct Scene {
    steps: Vec<Step>,
    wait: Note,
    parties: Vec<Party>,
    code: String,
    digest: String,
    scope: u32,
    drawable: usize,
    groups: String,
    funnel: Vec<FunnelRow>,
    frozen: String,
    pack: String,
    seed: String,
    record_digest: String,
}

#[derive(Template)]
#[template(path = "draws/show.html", blocks = ["room"])]
struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    number: String,
    attempt: u32,
    title: String,
    status: Status,
    scene: Scene,
    state: &'static str,
    suite: &'static str,
    /// The party this visitor acts for, and what it is asked for now.
    ask: Ask,
    void: Void,
    may_propose: bool,
    may_confirm: bool,
    proposed: String,
    finished: bool,
    unsealed: bool,
    drawn: bool,
    seats: String,
    public: String,
    qr: Option<Qr>,
    frame: Option<String>,
    attempts: Vec<(String, String, Status, bool)>,
    /// After a void attempt: the next one, or the request to freeze it from.
    onward: Option<Link>,
}

enum Ask {
    Nothing,
    Commit {
        party: &'static str,
        side: &'static str,
    },
    Reveal {
        party: &'static str,
        side: &'static str,
        commitment: String,
    },
}

/// Where a proposal to void stands, for this visitor.
enum Void {
    Not,
    MayPropose,
    Waits { reason: String, by: String },
    MayDecide { reason: String, by: String },
}

#[derive(Template)]
#[template(path = "draws/screen.html", blocks = ["room"])]
struct ScreenPage {
    layout: Layout,
    base: String,
    number: String,
    title: String,
    scene: Scene,
    finished: bool,
}

fn scene(here: &InPool, view: &DrawView) -> Result<Scene, WebError> {
    let attempt = &view.attempt;
    let record = match attempt.record() {
        Some(json) => Some(service::draws::replay(json)?),
        None => None,
    };
    let digest = attempt.frame_digest.to_hex();
    let drawable = service::draws::drawable(attempt)?;
    let funnel = FunnelRow::all(Some(attempt.scope), &attempt.funnel, drawable);
    let groups = view.task.request.demands.iter().map(|demand| {
        let reserves = if demand.reserves > 0 {
            format!("＋{} 候补", demand.reserves)
        } else {
            String::new()
        };
        format!("{} {} 人{reserves}", demand.label, demand.seats)
    });
    let unsealed = matches!(attempt.state, DrawState::Unsealed { .. });
    Ok(Scene {
        steps: steps(attempt, drawable),
        wait: wait(attempt),
        parties: Side::ALL
            .into_iter()
            .map(|side| party(attempt, side, record.as_ref()))
            .collect(),
        code: format!("{} {}", &digest[..4], &digest[4..8]),
        groups: groups.collect::<Vec<_>>().join("、"),
        scope: attempt.scope,
        drawable,
        funnel,
        frozen: page::moment(attempt.frozen.at),
        pack: format!("《{}》", here.pack.identity.title),
        seed: record
            .as_ref()
            .filter(|_| unsealed)
            .map(|record| record.seed.clone())
            .unwrap_or_default(),
        record_digest: record
            .as_ref()
            .map(|record| record.digest.clone())
            .unwrap_or_default(),
        digest,
    })
}

fn steps(attempt: &Attempt, drawable: usize) -> Vec<Step> {
    let given = attempt.handed_in();
    let all = Side::ALL.len();
    let (committed, revealed) = match attempt.record() {
        Some(_) => (all, all),
        None => (given.commitments.len(), given.shares.len()),
    };
    let at = match &attempt.state {
        DrawState::Unsealed { .. } => 5,
        DrawState::Sealed { .. } => 4,
        // Where it ended.
        _ if attempt.record().is_some() => 4,
        _ if committed == all => 2,
        _ => 1,
    };
    let void = matches!(attempt.state, DrawState::Void { .. });
    let titles = [
        ("封存候选名单", format!("{drawable} 人可抽")),
        ("三方各交密签", format!("已交 {committed} / {all}")),
        ("三方揭示", format!("已揭示 {revealed} / {all}")),
        ("合成种子、抽取", "结果由种子唯一确定".to_owned()),
        ("两个岗位启封", "启封前没有人看到姓名".to_owned()),
        ("通知与答复", String::new()),
    ];
    titles
        .into_iter()
        .enumerate()
        .map(|(index, (title, detail))| Step {
            title: title.to_owned(),
            detail: match index == at && void {
                true => "本场作废".to_owned(),
                false => detail,
            },
            progress: match index.cmp(&at) {
                std::cmp::Ordering::Less => Progress::Done,
                std::cmp::Ordering::Equal => Progress::Now,
                std::cmp::Ordering::Greater => Progress::Ahead,
            },
        })
        .collect()
}

/// What to do when a party does not do its part: nobody else can do it instead, and time changes nothing.
const GIVE_UP: &str =
    "抽取不能继续，别人也不能代办：由库管方经办提请作废、审批人员同意，再另行封存名单，作废留痕。";

/// Whom the room waits for, and what to do if it waits in vain.
fn wait(attempt: &Attempt) -> Note {
    let missing = |has: &dyn Fn(Side) -> bool| {
        let sides: Vec<_> = Side::ALL
            .into_iter()
            .filter(|side| !has(*side))
            .map(Side::zh)
            .collect();
        (sides.len(), sides.join("、"))
    };
    match &attempt.state {
        DrawState::Committing { commitments } => {
            let (count, sides) = missing(&|side| commitments.contains_key(&side));
            let text = format!(
                "{sides}提交密签。三方交齐后，任何人都不能再改名单、条件或密签。一方一直不提交的，{GIVE_UP}"
            );
            Note::new(Tone::Warn, format!("等 {count} 方："), text)
        }
        DrawState::Revealing { shares, .. } => {
            let (count, sides) = missing(&|side| shares.contains_key(&side));
            let text = format!(
                "{sides}揭示密签。最后一方揭示后立即抽取；与指纹不符则本场作废。一方一直不揭示的，{GIVE_UP}"
            );
            Note::new(Tone::Warn, format!("等 {count} 方："), text)
        }
        DrawState::Sealed { proposed: None, .. } => {
            Note::new(Tone::Good, "抽取完成，", "结果封存。等库管方经办提请启封。")
        }
        DrawState::Sealed {
            proposed: Some(proposal),
            ..
        } => Note::new(
            Tone::Warn,
            "等纪检监督：",
            format!("{}已提请启封，须由纪检监督同意。", proposal.by.name),
        ),
        DrawState::Unsealed { confirmed, .. } => {
            let text = format!("{}同意启封，邀请已发出，等专家答复。", confirmed.name);
            Note::new(Tone::Good, "已启封：", text)
        }
        DrawState::Void {
            reason,
            proposed,
            confirmed,
            at,
            ..
        } => {
            let who = match (proposed, confirmed) {
                (Some(first), Some(second)) => format!("{}提请、{}同意", first.name, second.name),
                _ => "依协议作废".to_owned(),
            };
            let text = format!(
                "{reason}（{}，{who}）。重新抽取须另行封存名单。",
                page::moment(*at)
            );
            Note::new(Tone::Bad, "本场已作废：", text)
        }
    }
}

/// What one party has handed in, as it stands or as it was when the attempt was void. Older attempts
/// kept no more than their record says.
fn party(attempt: &Attempt, side: Side, record: Option<&service::draws::Replayed>) -> Party {
    let given = attempt.handed_in();
    let committed = given.commitments.get(&side);
    let known = record.and_then(|record| {
        let mut all = record.commitments.iter();
        all.find(|(code, _)| code == side.code())
            .map(|(_, digest)| digest.clone())
    });
    let commitment = committed
        .map(|one| one.commitment.to_hex())
        .or(known)
        .unwrap_or_default();
    let at = committed
        .map(|one| page::moment_short(one.by.at))
        .unwrap_or_default();
    let drawn = record.is_some();
    let mismatched = match &attempt.state {
        DrawState::Void { mismatched, .. } => *mismatched,
        _ => None,
    };
    let void = matches!(attempt.state, DrawState::Void { .. });
    let state = if mismatched == Some(side) {
        PartyState::Failed {
            commitment,
            at,
            why: "揭示的随机数与密签指纹不符，本场因此作废。".to_owned(),
        }
    } else if let Some(share) = given.shares.get(&side) {
        PartyState::Revealed {
            commitment,
            at,
            revealed: page::moment_short(share.by.at),
        }
    } else if drawn {
        PartyState::Revealed {
            commitment,
            at,
            revealed: "与指纹一致".to_owned(),
        }
    } else if committed.is_some() {
        PartyState::Committed { commitment, at }
    } else if void {
        PartyState::Void {
            why: "本场已作废，不用再交密签。".to_owned(),
        }
    } else {
        PartyState::Waiting {
            ask: "请在本人电脑上提交密签".to_owned(),
        }
    };
    Party {
        side: side.zh().to_owned(),
        person: committed.map(|one| one.by.name.clone()).unwrap_or_default(),
        state,
    }
}

/// Where a void attempt leads: to the attempt after it, or to the request until there is one.
fn onward(here: &InPool, view: &DrawView) -> Link {
    let next = view.attempt.attempt + 1;
    match view.attempts.iter().find(|one| one.attempt == next) {
        Some(one) => Link::new(
            format!("看第 {next} 次抽取"),
            here.href(format!("draws/{}", one.id)),
        ),
        None => Link::new(
            "回到使用需求，重新封存",
            here.href(format!("tasks/{}", view.task.id)),
        ),
    }
}

fn ask(view: &DrawView) -> Ask {
    for side in &view.parties {
        match &view.attempt.state {
            DrawState::Committing { commitments } if !commitments.contains_key(side) => {
                return Ask::Commit {
                    party: side.code(),
                    side: side.zh(),
                };
            }
            DrawState::Revealing {
                commitments,
                shares,
            } if !shares.contains_key(side) => {
                let commitment = commitments
                    .get(side)
                    .map(|one| one.commitment.to_hex())
                    .unwrap_or_default();
                return Ask::Reveal {
                    party: side.code(),
                    side: side.zh(),
                    commitment,
                };
            }
            _ => {}
        }
    }
    Ask::Nothing
}

async fn open(app: &App, here: &InPool, id: DrawId) -> Result<DrawView, WebError> {
    let view = app.service.draw(here.ctx(), id).await?;
    if view.attempt.pool == here.pool.id {
        Ok(view)
    } else {
        Err(WebError::NotFound)
    }
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: DrawId,
    form: FormState,
) -> Result<ShowPage, WebError> {
    let view = open(app, here, id).await?;
    let attempt = &view.attempt;
    let target = view.target();
    let can = |action| here.ctx().actor.allow(action, target).is_ok();
    let sealed = matches!(attempt.state, DrawState::Sealed { .. });
    let (proposed, waits) = match &attempt.state {
        DrawState::Sealed {
            proposed: Some(proposal),
            ..
        } => (proposal.by.name.clone(), true),
        _ => (String::new(), false),
    };
    let is_void = matches!(attempt.state, DrawState::Void { .. });
    let void = match &attempt.void_proposed {
        _ if is_void => Void::Not,
        Some(proposal) if can(Action::ConfirmVoid) => Void::MayDecide {
            reason: proposal.reason.clone(),
            by: proposal.by.name.clone(),
        },
        Some(proposal) => Void::Waits {
            reason: proposal.reason.clone(),
            by: proposal.by.name.clone(),
        },
        None if can(Action::RunDraw) && !view.task.is_closed() => Void::MayPropose,
        None => Void::Not,
    };
    let unsealed = matches!(attempt.state, DrawState::Unsealed { .. });
    let base = here.href(format!("draws/{id}"));
    let public = format!("/public/draws/{}", attempt.number);
    let public_full = format!("{}{public}", app.service.settings().public_url);
    let task = here.href(format!("tasks/{}", view.task.id));
    Ok(ShowPage {
        layout: here
            .layout(app, visit, format!("三方抽取 {}", attempt.number))
            .under(&[
                (&here.pool.name, &here.href("")),
                ("使用需求", &here.href("tasks")),
                (&view.task.number, &task),
            ])
            .judged(&form),
        form,
        number: attempt.number.clone(),
        attempt: attempt.attempt,
        title: view.task.request.content.chars().take(40).collect(),
        status: draw_status(&attempt.state),
        scene: scene(here, &view)?,
        state: attempt.state.code(),
        suite: service::draws::suite(attempt)?,
        ask: ask(&view),
        void,
        may_propose: sealed && !waits && can(Action::ProposeUnsealing),
        may_confirm: waits && can(Action::ConfirmUnsealing),
        proposed,
        finished: unsealed || is_void,
        unsealed,
        drawn: attempt.record().is_some(),
        seats: format!("{task}/seats"),
        qr: Qr::new(&public_full, "公开核验地址"),
        public,
        frame: can(Action::ReadFrame).then(|| format!("{base}/frame")),
        onward: is_void.then(|| onward(here, &view)),
        attempts: view
            .attempts
            .iter()
            .map(|one| {
                let href = here.href(format!("draws/{}", one.id));
                (
                    href,
                    format!("第 {} 次", one.attempt),
                    draw_status(&one.state),
                    one.id == id,
                )
            })
            .collect(),
        base,
    })
}

type At = (State<App>, InPool, Visit, Path<(i64, DrawId)>);

async fn show((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    let page = show_page(&app, &here, &visit, id, FormState::blank()).await?;
    if visit.fragment.wants("#room") {
        // Another state asks for other forms: the whole page is fetched. Until then a form in use stays as it is.
        if visit.query.value("state") != page.state {
            return Ok(page::leave(&visit.fragment, &page.base));
        }
        return page::part(&page.layout, &page.as_room());
    }
    page::page(&page)
}

async fn screen((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    let view = open(&app, &here, id).await?;
    let mut layout = here.layout(&app, &visit, format!("投屏 {}", view.attempt.number));
    layout.menu.clear();
    layout.crumbs.clear();
    let page = ScreenPage {
        layout,
        base: here.href(format!("draws/{id}")),
        number: view.attempt.number.clone(),
        title: view.task.request.content.chars().take(40).collect(),
        finished: matches!(
            view.attempt.state,
            DrawState::Unsealed { .. } | DrawState::Void { .. }
        ),
        scene: scene(&here, &view)?,
    };
    if visit.fragment.wants("#room") {
        return page::part(&page.layout, &page.as_room());
    }
    page::page(&page)
}

/// The party a form speaks for. A form without one stands for nobody.
fn side(visit: &Visit) -> Result<Side, WebError> {
    Side::from_code(visit.query.value("party")).ok_or(WebError::NotFound)
}

async fn answered<T>(
    (State(app), here, visit, Path((_, id))): At,
    mut form: FormState,
    outcome: service::Result<T>,
) -> Result<Response, WebError> {
    match outcome {
        Ok(_) => Ok(page::see_other(&here.href(format!("draws/{id}")))),
        Err(service::Error::Invalid(problems)) => {
            form.note(problems);
            page::rejected(&show_page(&app, &here, &visit, id, form).await?)
        }
        Err(other) => Err(other.into()),
    }
}

/// Hexadecimal as people copy it: in groups, with capitals.
fn digits(form: &FormState, name: &str) -> String {
    form.text(name)
        .chars()
        .filter(|one| !one.is_whitespace())
        .collect::<String>()
        .to_lowercase()
}

async fn commit(at: At, form: FormState) -> Result<Response, WebError> {
    let side = side(&at.2)?;
    let outcome =
        at.0.service
            .commit_share(at.1.ctx(), at.3.0.1, side, &digits(&form, "commitment"))
            .await;
    answered(at, form, outcome).await
}

async fn reveal(at: At, form: FormState) -> Result<Response, WebError> {
    let side = side(&at.2)?;
    let outcome =
        at.0.service
            .reveal_share(at.1.ctx(), at.3.0.1, side, &digits(&form, "share"))
            .await;
    answered(at, form, outcome).await
}

async fn propose_void(at: At, form: FormState) -> Result<Response, WebError> {
    let outcome =
        at.0.service
            .propose_void(at.1.ctx(), at.3.0.1, &form.text("reason"))
            .await;
    answered(at, form, outcome).await
}

async fn confirm_void(at: At, form: FormState) -> Result<Response, WebError> {
    let outcome = at.0.service.confirm_void(at.1.ctx(), at.3.0.1).await;
    answered(at, form, outcome).await
}

async fn reject_void(at: At, form: FormState) -> Result<Response, WebError> {
    let outcome = at.0.service.reject_void(at.1.ctx(), at.3.0.1).await;
    answered(at, form, outcome).await
}

async fn propose_unsealing(at: At, form: FormState) -> Result<Response, WebError> {
    let outcome = at.0.service.propose_unsealing(at.1.ctx(), at.3.0.1).await;
    answered(at, form, outcome).await
}

async fn confirm_unsealing(at: At, form: FormState) -> Result<Response, WebError> {
    let outcome = at.0.service.confirm_unsealing(at.1.ctx(), at.3.0.1).await;
    answered(at, form, outcome).await
}

async fn record((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    let (name, json) = app.service.draw_record(here.ctx(), id).await?;
    Ok(attachment("application/json", &name, json.into_bytes()))
}

async fn record_pdf((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    Ok(pdf(app.service.print_draw_record(here.ctx(), id).await?))
}
