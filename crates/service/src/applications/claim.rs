//! What a form says: read once for every way an application is filled in, on paper, by a unit or by the
//! applicant.

use domain::actor::{Action, Actor, Reach, Role};
use domain::application::{Agreed, Application, Filed, NoticeAnswered};
use domain::id::RecordId;
use domain::policy::pack::{Channel, Field, How, Pack, Situation, Test};
use domain::special_invitation::SpecialInvitation;
use jiff::civil::Date;
use store::persons::Private;

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Reason, Result};
use crate::experts::Draft;
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;
use crate::solicitations;
use crate::typed::{self, Fields};

/// 个人信息处理告知, agreed to before an application is handed in; its digest is the version kept.
pub const PRIVACY_NOTICE: &str = "为审核您的入库条件、组织抽取、支付劳务报酬和依法接受监督，专家库管理方处理您的姓名、身份证号码、联系方式、学历、职称、工作经历和证明材料。身份证号码、联系方式和证明材料加密保存，查看会留痕，您可以随时查询。未入库的申请材料在办结后按档案规定处理。您可以在聘任前撤回申请。";

/// What is agreed to, by the digest of its words.
pub(super) fn agreed(ctx: &Ctx, words: &str) -> Agreed {
    Agreed {
        version: crate::imports::digest(words.as_bytes()),
        at: ctx.now,
    }
}

/// 承诺: the words of the form the channel's materials name.
pub(crate) fn pledge_words<'p>(pool: &'p OpenPool, channel: &Channel) -> Option<&'p str> {
    domain::policy::checklist::items(&pool.pack, channel)
        .into_iter()
        .filter_map(|item| pool.pack.form(item.form.as_deref()?))
        .find_map(|form| form.commitment.as_deref())
}

/// Whether a channel's form has a pledge to sign.
pub fn pledges(pack: &Pack, channel: &Channel) -> bool {
    domain::policy::checklist::items(pack, channel)
        .into_iter()
        .filter_map(|item| pack.form(item.form.as_deref()?))
        .any(|form| form.commitment.is_some())
}

/// What a form says.
pub(super) struct Claim {
    pub(super) draft: Draft,
    notice: Option<NoticeAnswered>,
    received_on: Date,
    recommender: Option<String>,
    source: Option<String>,
    category: Option<String>,
    member_kind: Option<String>,
    relies_on: Option<String>,
}

/// Who fills the form in.
#[derive(Clone, Copy)]
pub(super) enum Hand<'a> {
    /// Somebody with an account: which notice is answered, and when the paper came, is typed.
    Account,
    /// The applicant: the notice is the one the application was begun under, and the server's clock
    /// says when it came.
    Own(&'a Application),
}

impl Claim {
    /// Makes it what the application says. Who recommends is not the applicant's to say.
    pub(super) fn write(self, one: &mut Application) {
        one.profile = self.draft.file.profile;
        one.office_phone = self.draft.file.office_phone;
        one.specialties = self.draft.specialties;
        one.duties = self.draft.duties;
        one.declared = self.draft.declared;
        one.notice = self.notice;
        one.received_on = self.received_on;
        one.source = self.source;
        one.team = self.draft.team;
        one.category = self.category;
        one.member_kind = self.member_kind;
        one.relies_on = self.relies_on;
        if matches!(one.filed, Filed::Desk { .. }) {
            one.recommender = self.recommender;
        }
    }
}

/// What was agreed to and stays agreed to, what is new, and what was taken back.
pub(super) fn agree(
    ctx: &Ctx,
    pool: &OpenPool,
    channel: &Channel,
    fields: &Fields,
    one: &mut Application,
) {
    for (slot, name, words) in [
        (
            &mut one.pledge,
            "pledge",
            pledge_words(pool, channel).unwrap_or_default(),
        ),
        (&mut one.privacy, "privacy", PRIVACY_NOTICE),
    ] {
        *slot = match (fields.text(name), slot.take()) {
            ("yes", Some(before)) => Some(before),
            ("yes", None) => Some(agreed(ctx, words)),
            _ => None,
        };
    }
}

/// The alternatives a person may say they rely on by a channel, where a machine cannot tell: id and
/// what it is. None where there is nothing to choose.
pub fn branches(pool: &OpenPool, channel: &Channel) -> Vec<(String, String)> {
    let rules = &pool.pack.eligibility;
    let situation = Situation::EMPTY.with(Field::Channel, &channel.id);
    let mut judged = false;
    let mut open = Vec::new();
    for branch in &rules.branches {
        let mut applies = true;
        branch.rule.leaves(&mut |number, _| {
            if let Some(leaf) = rules.leaves.get(usize::from(number)) {
                applies &= situation.meets(&leaf.when) != Some(false);
                judged |= applies && leaf.how == [How::Reviewed];
            }
        });
        if applies {
            let label = format!("{}（{}）", branch.label, branch.citation);
            open.push((branch.id.clone(), label));
        }
    }
    if judged && open.len() > 1 {
        open
    } else {
        Vec::new()
    }
}

/// A value of a list of the pack; `None` for anything else, and for packs without the list.
fn listed(pool: &OpenPool, list: &str, typed: &str) -> Option<String> {
    let list = pool.pack.vocabulary.list(list)?;
    typed::optional(typed).filter(|value| list.values.contains(value))
}

/// The day a paper came, today unless typed.
fn received_on(ctx: &Ctx, fields: &Fields, problems: &mut Vec<Problem>) -> Date {
    let text = fields.text("received_on");
    let day = typed::date(problems, "received_on", text, "收到日期").unwrap_or(ctx.today());
    if ctx.today() < day {
        problems.push(Problem::new(
            "received_on",
            format!("收到日期 {day} 还没有到。请按实际收到的日期填写。"),
        ));
    }
    day
}

/// May this role hand in by a channel? A unit only by channels its party submits.
fn hands_in(pack: &Pack, role: Role, channel: &Channel) -> bool {
    let party = pack.party(&channel.submitter);
    role != Role::Recommender || party.is_some_and(|party| party.roles.contains(&role))
}

/// The channels by which this actor may enter applications of a pool, in the order of the pack.
pub fn open_channels<'p>(pool: &'p OpenPool, actor: &Actor) -> Vec<&'p Channel> {
    let grants = actor.grants.iter().filter(|grant| {
        grant.pool == Some(pool.id()) && grant.reach(Action::EnterApplications) != Reach::None
    });
    let roles: Vec<Role> = grants.map(|grant| grant.role).collect();
    let channels = pool.pack.admission.channels.iter();
    channels
        .filter(|channel| {
            let mut roles = roles.iter();
            roles.any(|role| hands_in(&pool.pack, *role, channel))
        })
        .collect()
}

impl Service {
    /// The channel typed, if this role may hand in by it.
    pub(super) fn typed_channel<'p>(
        &self,
        pool: &'p OpenPool,
        role: Role,
        fields: &Fields,
    ) -> Result<&'p Channel> {
        let channel = pool.pack.admission.channel(fields.text("channel"));
        let channel = channel.ok_or_else(|| {
            Error::field(
                "channel",
                "没有选择入库渠道。材料和办理环节因渠道而不同，请选择。",
            )
        })?;
        if !hands_in(&pool.pack, role, channel) {
            return Err(Error::Refused(vec![Reason::law(
                "application.submitter",
                &channel.citation,
                format!(
                    "“{}”由{}提交，不由推荐单位提交。请选择本单位可用的渠道。",
                    channel.label,
                    pool.pack.party_label(&channel.submitter)
                ),
            )]));
        }
        Ok(channel)
    }

    /// Reads a form, noting everything wrong.
    pub(super) async fn read_application(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        (channel, hand): (&Channel, Hand<'_>),
        fields: &Fields,
        kept: Option<&Private>,
        problems: &mut Vec<Problem>,
    ) -> Result<Claim> {
        let draft = self.read_claim(ctx, pool, fields, kept, problems).await?;
        let said = fields.text("team");
        // An applicant may leave it for later; an officer settles it before anything is saved (CY 第二条).
        if let Err(why) = pool.pack.pool.membership_by(said, Some(channel))
            && (matches!(hand, Hand::Account) || !said.trim().is_empty())
        {
            problems.push(Problem::new("team", why.to_string()));
        }
        let (received_on, notice) = match hand {
            Hand::Own(one) => (one.received_on, one.notice.clone()),
            Hand::Account => (
                received_on(ctx, fields, problems),
                self.typed_notice(pool, channel, fields, problems).await?,
            ),
        };
        let source = if channel.names_source {
            let text = typed::required(
                problems,
                "source",
                fields.text("source"),
                "没有填写来源专家库。请写明从哪个专家库遴选。",
            );
            Some(text)
        } else {
            None
        };
        Ok(Claim {
            draft,
            notice,
            received_on,
            recommender: typed::optional(fields.text("recommender")),
            source,
            category: listed(pool, "category", fields.text("category")),
            member_kind: listed(pool, "member_kind", fields.text("member_kind")),
            relies_on: typed::optional(fields.text("relies_on"))
                .filter(|id| branches(pool, channel).iter().any(|(known, _)| known == id)),
        })
    }

    /// The notice a paper answers, with what it asks for if it is one of this system's.
    async fn typed_notice(
        &self,
        pool: &OpenPool,
        channel: &Channel,
        fields: &Fields,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<NoticeAnswered>> {
        if !channel.needs_notice {
            return Ok(None);
        }
        let number = typed::required(
            problems,
            "notice",
            fields.text("notice"),
            "没有填写征集公告编号。这一渠道只在征集期内受理，请填写所答复的公告。",
        );
        let closes_on = typed::date(
            problems,
            "notice_closes",
            fields.text("notice_closes"),
            "征集截止日期",
        );
        if closes_on.is_none() && fields.text("notice_closes").trim().is_empty() {
            problems.push(Problem::new(
                "notice_closes",
                "没有填写征集截止日期。请按公告填写，逾期收到的不能受理。",
            ));
        }
        let known = solicitations::numbered(&mut self.store.read(), pool.id(), &number).await?;
        Ok(closes_on.map(|closes_on| NoticeAnswered {
            number,
            closes_on,
            materials: known
                .map(|notice| notice.content.materials)
                .unwrap_or_default(),
        }))
    }

    /// A unit on a register that bars recommenders recommends nobody (DG 第二十条, A-DG-21).
    pub(super) async fn refuse_listed_unit(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        channel: &Channel,
        filed: &Filed,
    ) -> Result<()> {
        let Filed::Unit { organisation, .. } = filed else {
            return Ok(());
        };
        let row = store::organisations::find::<domain::organisation::Organisation>(
            &mut self.store.read(),
            *organisation,
        )
        .await?;
        let unit = row.ok_or(Error::NotFound)?.body;
        for leaf in &pool.pack.eligibility.leaves {
            let Some(Test::NotListed { register, .. }) = &leaf.test else {
                continue;
            };
            if leaf.bars.contains(&channel.submitter)
                && self
                    .is_listed(register, unit.credit_code.as_deref(), ctx.today())
                    .await?
            {
                return Err(Error::Refused(vec![Reason::law(
                    "application.recommender_listed",
                    &leaf.citation,
                    format!(
                        "“{}”在限制名单中，不能推荐专家。移出名单后可重新推荐。",
                        unit.name
                    ),
                )]));
            }
        }
        Ok(())
    }

    /// The accepted invitation a channel that needs one is entered from (DG 第五条(三)).
    pub(super) async fn accepted_invitation(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        channel: &Channel,
        fields: &Fields,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<RecordId>> {
        if channel.invitation.is_none() {
            return Ok(None);
        }
        let typed = fields.text("invitation").trim();
        let filter = records::of_kind(pool.id(), crate::special_invitations::KIND, &["accepted"]);
        let accepted = store::records::all::<SpecialInvitation>(&mut **change, &filter).await?;
        let found = accepted
            .iter()
            .find(|row| row.id.to_string() == typed || row.body.number == typed);
        if found.is_none() {
            problems.push(Problem::new(
                "invitation",
                "没有找到已接受的特约邀请。受邀人接受邀请后才能提交资料，请核对邀请编号。",
            ));
        }
        Ok(found.map(|row| row.id))
    }
}
