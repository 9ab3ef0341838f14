//! 录入、修改、提交、撤回: by an officer from paper, or by a recommending unit with its own account.

use domain::actor::{Action, Role};
use domain::application::{Agreed, Application, Filed, NoticeAnswered, Review, State};
use domain::event::EventKind;
use domain::expert::Status;
use domain::id::RecordId;
use domain::policy::checklist::HandedIn;
use domain::policy::pack::{Act, Channel, Station, Test};
use domain::special_invitation::SpecialInvitation;
use store::document;
use store::persons::Private;
use store::records::RecordFilter;

use super::{KIND, Kept, Row, by, channel_of, event, find, hand, target};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Reason, Result};
use crate::experts::{Draft, Membership, PersonFile};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed::{self, Fields};

/// 个人信息处理告知, agreed to before an application is handed in; its digest is the version kept.
pub const PRIVACY_NOTICE: &str = "为审核您的入库条件、组织抽取、支付劳务报酬和依法接受监督，专家库管理方处理您的姓名、身份证号码、联系方式、学历、职称、工作经历和证明材料。身份证号码、联系方式和证明材料加密保存，查看会留痕，您可以随时查询。未入库的申请材料在办结后按档案规定处理。您可以在聘任前撤回申请。";

/// What is agreed to, by the digest of its words.
fn agreed(ctx: &Ctx, words: &str) -> Agreed {
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

/// What a form says besides the person.
struct Claim {
    draft: Draft,
    notice: Option<NoticeAnswered>,
    received_on: jiff::civil::Date,
    recommender: Option<String>,
    source: Option<String>,
    team: Option<String>,
    category: Option<String>,
    member_kind: Option<String>,
}

/// A value of a list of the pack; `None` for anything else, and for packs without the list.
fn listed(pool: &OpenPool, list: &str, typed: &str) -> Option<String> {
    let list = pool.pack.vocabulary.list(list)?;
    typed::optional(typed).filter(|value| list.values.contains(value))
}

impl Service {
    /// 录入入库申请, as a draft: an officer from paper, a recommending unit for its candidate.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] when the channel is not this party's, or the unit is
    /// listed; [`Error::Invalid`] with everything wrong, a second application of the same person too.
    pub async fn enter_application(&self, ctx: &Ctx, no: i64, fields: &Fields) -> Result<RecordId> {
        let pool = self.pool_numbered(ctx, no).await?;
        let own = ctx.actor.organisation;
        let unit = own.map_or(pool.target(), |unit| pool.target().of_organisation(unit));
        let mut change = self.change(ctx, pool.id()).await?;
        let role = change.authorize(Action::EnterApplications, unit)?;
        let channel = self.typed_channel(&pool, role, fields)?;
        let filed = match (role, own) {
            (Role::Recommender, Some(organisation)) => Filed::Unit {
                organisation,
                by: by(ctx)?,
            },
            _ => Filed::Desk { by: by(ctx)? },
        };
        let mut problems = Vec::new();
        let mut claim = self
            .read_application(ctx, &pool, channel, fields, None, &mut problems)
            .await?;
        if let Filed::Unit { organisation, .. } = &filed {
            claim.recommender = Some(self.organisation_name(*organisation).await?);
        }
        self.refuse_listed_unit(ctx, &pool, channel, &filed).await?;
        let invitation = self
            .accepted_invitation(&mut change, &pool, channel, fields, &mut problems)
            .await?;
        let identity = self.identity_index(&claim.draft.private);
        self.refuse_second_application(
            &mut change,
            ctx,
            &pool,
            &claim.draft.private,
            None,
            &mut problems,
        )
        .await?;
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let id: RecordId = self.id(ctx);
        let number = self
            .next_application_number(&mut change, &pool, ctx.today().year())
            .await?;
        let mut file = claim.draft.file;
        self.match_employer(&mut change, &mut file).await?;
        let application = Application {
            id,
            pool: pool.id(),
            number,
            channel: channel.id.clone(),
            notice: claim.notice,
            filed,
            received_on: claim.received_on,
            recommender: claim.recommender,
            source: claim.source,
            team: claim.team,
            category: claim.category,
            member_kind: claim.member_kind,
            invitation,
            profile: file.profile,
            office_phone: file.office_phone,
            specialties: claim.draft.specialties,
            duties: claim.draft.duties,
            declared: claim.draft.declared,
            handed: std::collections::BTreeMap::new(),
            review: Review::default(),
            pledge: (fields.text("pledge") == "yes")
                .then(|| agreed(ctx, pledge_words(&pool, channel).unwrap_or_default())),
            privacy: (fields.text("privacy") == "yes").then(|| agreed(ctx, PRIVACY_NOTICE)),
            state: State::Draft,
        };
        let kept = Kept {
            sealed: self.seal_applicant(id, &claim.draft.private)?,
            identity,
            application,
        };
        let entered = event(EventKind::ApplicationEntered, &kept.application)
            .fact("channel", &channel.label)
            .detail(serde_json::json!({ "name": kept.application.profile.name }));
        document::insert(&mut change, id, self.keys(&pool, &kept), kept).await?;
        change.record(entered).await?;
        change.commit().await?;
        Ok(id)
    }

    /// The channel typed, if this role may hand in by it: a unit only by channels its party submits.
    fn typed_channel<'p>(
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
        let party = pool.pack.party(&channel.submitter);
        let submits = party.is_some_and(|party| party.roles.contains(&role));
        if role == Role::Recommender && !submits {
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

    async fn read_application(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        channel: &Channel,
        fields: &Fields,
        kept: Option<&Private>,
        problems: &mut Vec<Problem>,
    ) -> Result<Claim> {
        let draft = self.read_claim(ctx, pool, fields, kept, problems).await?;
        let received_on = typed::date(
            problems,
            "received_on",
            fields.text("received_on"),
            "收到日期",
        )
        .unwrap_or(ctx.today());
        if ctx.today() < received_on {
            problems.push(Problem::new(
                "received_on",
                format!("收到日期 {received_on} 还没有到。请按实际收到的日期填写。"),
            ));
        }
        let notice = if channel.needs_notice {
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
            closes_on.map(|closes_on| NoticeAnswered { number, closes_on })
        } else {
            None
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
            team: typed::optional(fields.text("team"))
                .filter(|team| pool.pack.pool.teams.iter().any(|known| known.id == *team)),
            category: listed(pool, "category", fields.text("category")),
            member_kind: listed(pool, "member_kind", fields.text("member_kind")),
        })
    }

    /// A unit on a register that bars recommenders recommends nobody (DG 第二十条, A-DG-21).
    async fn refuse_listed_unit(
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
    async fn accepted_invitation(
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
        let filter = RecordFilter {
            pool: Some(pool.id()),
            kinds: vec![crate::special_invitations::KIND.to_owned()],
            statuses: vec!["accepted".to_owned()],
            ..RecordFilter::default()
        };
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

    /// One person, one application: found by identity number, whatever the channel.
    pub(super) async fn refuse_second_application(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        private: &Private,
        own: Option<RecordId>,
        problems: &mut Vec<Problem>,
    ) -> Result<()> {
        let Some(number) = &private.id_number else {
            return Ok(());
        };
        for row in self.same_person(&mut **change, private).await? {
            let other = &row.body.application;
            if other.pool == pool.id() && Some(row.id) != own && !other.state.is_over() {
                problems.push(Problem::new(
                    "id_number",
                    format!(
                        "这个身份证号码已有一份入库申请在办：{}（{}，{}）。请在那一份上办理，或先撤回。",
                        other.number,
                        channel_of(pool, other)?.label,
                        other.state.zh()
                    ),
                ));
            }
        }
        let seals = self.store.seals();
        let person =
            store::persons::by_id_number::<PersonFile>(&mut **change, seals, number).await?;
        if let Some(person) = person
            && let Some(member) =
                store::experts::of_person::<Membership>(&mut **change, pool.id(), person.id).await?
        {
            let status = member.body.expert.standing.on(ctx.today());
            if !matches!(status, Status::Left | Status::Expired) {
                problems.push(Problem::new(
                    "id_number",
                    format!(
                        "这个身份证号码的专家已在库：{}（{}，{}）。不用再申请入库。",
                        member.keys.name,
                        member.body.expert.number,
                        status.zh()
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Every application of the person with this identity number, in any pool.
    pub(super) async fn same_person(
        &self,
        db: &mut impl store::Db,
        private: &Private,
    ) -> Result<Vec<Row>> {
        let Some(identity) = self.identity_index(private) else {
            return Ok(Vec::new());
        };
        let filter = RecordFilter {
            kinds: vec![KIND.to_owned()],
            subject: Some(identity),
            ..RecordFilter::default()
        };
        Ok(store::records::all(db, &filter).await?)
    }

    /// The next number of a pool's applications in a year: no gaps, because the pool's door is held.
    async fn next_application_number(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        year: i16,
    ) -> Result<String> {
        let beginning = format!("SQ{:02}-{year}-", pool.no);
        let last = store::records::last_number(&mut **change, pool.id(), KIND, &beginning).await?;
        let last = last
            .and_then(|number| number.rsplit('-').next()?.parse::<u32>().ok())
            .unwrap_or(0);
        Ok(format!("{beginning}{:05}", last + 1))
    }

    /// 修改 of a draft or a returned application; sealed fields left empty keep their value.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Stale`], [`Error::Refused`] once handed in, [`Error::Invalid`].
    pub async fn change_application(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        version: i64,
        fields: &Fields,
    ) -> Result<()> {
        let pool = self.pool_numbered(ctx, no).await?;
        let (mut change, mut row, pool) = self.application_change(ctx, pool.id(), id).await?;
        Self::readable_application(ctx, &row.body.application)?;
        change.authorize(Action::EnterApplications, target(&row.body.application))?;
        if row.version != version {
            return Err(Error::Stale);
        }
        if !row.body.application.state.is_open_to_applicant() {
            return Err(domain::application::Refused::WrongState {
                now: row.body.application.state.zh(),
                step: "修改",
            }
            .into());
        }
        let channel = channel_of(&pool, &row.body.application)?;
        let before = self.open_applicant(&row)?;
        let mut problems = Vec::new();
        let claim = self
            .read_application(ctx, &pool, channel, fields, Some(&before), &mut problems)
            .await?;
        let private = claim.draft.private;
        self.refuse_second_application(&mut change, ctx, &pool, &private, Some(id), &mut problems)
            .await?;
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let mut file = claim.draft.file;
        self.match_employer(&mut change, &mut file).await?;
        let old = PersonFile {
            profile: row.body.application.profile.clone(),
            office_phone: row.body.application.office_phone.clone(),
        };
        let found = crate::persons::differences((&old, &before), (&file, &private));
        let application = &mut row.body.application;
        application.profile = file.profile;
        application.office_phone = file.office_phone;
        application.specialties = claim.draft.specialties;
        application.duties = claim.draft.duties;
        application.declared = claim.draft.declared;
        application.notice = claim.notice;
        application.received_on = claim.received_on;
        application.source = claim.source;
        application.team = claim.team;
        application.category = claim.category;
        application.member_kind = claim.member_kind;
        if !matches!(application.filed, Filed::Unit { .. }) {
            application.recommender = claim.recommender;
        }
        for (slot, name, words) in [
            (
                &mut application.pledge,
                "pledge",
                pledge_words(&pool, channel).unwrap_or_default(),
            ),
            (&mut application.privacy, "privacy", PRIVACY_NOTICE),
        ] {
            *slot = match (fields.text(name), slot.take()) {
                ("yes", Some(before)) => Some(before),
                ("yes", None) => Some(agreed(ctx, words)),
                _ => None,
            };
        }
        row.body.identity = self.identity_index(&private);
        row.body.sealed = self.seal_applicant(id, &private)?;
        let labels: Vec<&str> = found.iter().map(|one| one.label.as_str()).collect();
        let changed = event(EventKind::ApplicationChanged, &row.body.application)
            .fact("fields", labels.join("、"))
            .detail(serde_json::json!({ "changes": found }));
        self.save_application(&mut change, &pool, &mut row).await?;
        change.record(changed).await?;
        change.commit().await?;
        Ok(())
    }

    /// 提交: everything the pack asks for before it is there. What was returned goes back to where it
    /// was returned.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] with every finding in the way, each with its article.
    pub async fn submit_application(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<State> {
        let pool = self.pool_numbered(ctx, no).await?;
        let (mut change, mut row, pool) = self.application_change(ctx, pool.id(), id).await?;
        Self::readable_application(ctx, &row.body.application)?;
        change.authorize(Action::EnterApplications, target(&row.body.application))?;
        let hand = hand(ctx, None)?;
        self.submit_row(&mut change, ctx, &pool, &mut row, hand)
            .await?;
        let state = row.body.application.state.clone();
        change.commit().await?;
        Ok(state)
    }

    pub(crate) async fn submit_row(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &mut Row,
        hand: domain::application::Hand,
    ) -> Result<()> {
        let channel = channel_of(pool, &row.body.application)?;
        let mut open = Vec::new();
        if row.body.application.pledge.is_none() && pledge_words(pool, channel).is_some() {
            open.push(Problem::new(
                "pledge",
                "申请表上的承诺还没有确认。请本人确认内容和材料真实有效后再提交。",
            ));
        }
        if row.body.application.privacy.is_none() {
            open.push(Problem::new(
                "privacy",
                "还没有确认个人信息处理告知。请阅读并确认后再提交。",
            ));
        }
        if !open.is_empty() {
            return Err(Error::Invalid(open));
        }
        let findings = self
            .before_station(&mut **change, pool, row, Station::Submit, ctx.today())
            .await?;
        let application = &mut row.body.application;
        application.state = application
            .state
            .clone()
            .submit(&channel.stations, hand, &findings)?;
        let submitted = event(EventKind::ApplicationSubmitted, application)
            .fact("channel", &channel.label)
            .fact("station", application.state.zh());
        self.save_application(change, pool, row).await?;
        self.tell_applicant(
            change,
            ctx,
            pool,
            row,
            "入库申请已收到",
            &format!("已收到，现在是“{}”。", row.body.application.state.zh()),
        )
        .await?;
        change.record(submitted).await?;
        Ok(())
    }

    /// 撤回 for the applicant, before the appointment.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] once over, [`Error::Invalid`] without a reason.
    pub async fn withdraw_application(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        reason: &str,
    ) -> Result<()> {
        let pool = self.pool_numbered(ctx, no).await?;
        let (mut change, mut row, pool) = self.application_change(ctx, pool.id(), id).await?;
        Self::readable_application(ctx, &row.body.application)?;
        change.authorize(Action::EnterApplications, target(&row.body.application))?;
        let application = &mut row.body.application;
        application.state = application.state.clone().withdraw(by(ctx)?, reason)?;
        let withdrawn = event(EventKind::ApplicationWithdrawn, application)
            .fact("reason", domain::text::tidy(reason));
        self.save_application(&mut change, &pool, &mut row).await?;
        change.record(withdrawn).await?;
        change.commit().await?;
        Ok(())
    }

    /// 登记收到的材料: what came on paper, whose opinion and seal it carries, until when it is valid.
    /// The officer on any that is not over; whoever entered it while it is theirs to change.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] once over, [`Error::Invalid`].
    pub async fn record_materials(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        fields: &Fields,
    ) -> Result<()> {
        let pool = self.pool_numbered(ctx, no).await?;
        let (mut change, mut row, pool) = self.application_change(ctx, pool.id(), id).await?;
        Self::readable_application(ctx, &row.body.application)?;
        self.authorize_materials(&mut change, &row)?;
        let channel = channel_of(&pool, &row.body.application)?;
        let mut problems = Vec::new();
        let files = self.material_files(&mut *change, id).await?;
        let mut handed = std::collections::BTreeMap::new();
        for item in domain::policy::checklist::items(&pool.pack, channel) {
            let at = |what: &str| format!("{what}.{}", item.id);
            let yes = |what: &str| fields.text(&at(what)) == "yes";
            let valid_to = typed::date(
                &mut problems,
                &at("valid_to"),
                fields.text(&at("valid_to")),
                "有效期至",
            );
            let uploaded = |part: &str| files.iter().any(|kind| *kind == part);
            let parts: Vec<String> = item
                .parts
                .iter()
                .filter(|part| {
                    fields.holds(&at("part"), &part.id)
                        || uploaded(&format!("{}/{}", item.id, part.id))
                })
                .map(|part| part.id.clone())
                .collect();
            let not_held = item
                .parts
                .iter()
                .filter(|part| fields.holds(&at("not_held"), &part.id) && !parts.contains(&part.id))
                .map(|part| part.id.clone())
                .collect();
            let waived = item.waiver.as_ref().filter(|_| yes("waived"));
            let entry = HandedIn {
                given: yes("given") || uploaded(&item.id) || !parts.is_empty(),
                opinion: yes("opinion"),
                sealed: yes("sealed"),
                valid_to,
                parts,
                not_held,
                waived: waived.map(|waiver| waiver.reason.clone()),
            };
            if entry != HandedIn::default() {
                handed.insert(item.id.clone(), entry);
            }
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        row.body.application.handed = handed;
        let items: Vec<&String> = row.body.application.handed.keys().collect();
        let recorded = event(EventKind::ApplicationMaterial, &row.body.application).fact(
            "received",
            items
                .iter()
                .map(|id| id.as_str())
                .collect::<Vec<_>>()
                .join(","),
        );
        self.save_application(&mut change, &pool, &mut row).await?;
        change.record(recorded).await?;
        change.commit().await?;
        Ok(())
    }

    /// Materials are the applicant's as long as it can change them, and the office's afterwards.
    pub(super) fn authorize_materials(&self, change: &mut Change<'_>, row: &Row) -> Result<()> {
        let one = &row.body.application;
        if one.state.is_over() {
            return Err(domain::application::Refused::WrongState {
                now: one.state.zh(),
                step: "增减材料",
            }
            .into());
        }
        let action = if one.state.is_open_to_applicant() {
            Action::EnterApplications
        } else {
            Action::VetApplications
        };
        change.authorize(action, target(one))?;
        Ok(())
    }

    /// The act an officer does at a station, as the pack names it.
    pub(super) const fn act_at(station: Station) -> Act {
        match station {
            Station::Submit => Act::Apply,
            Station::Classify => Act::Classify,
            Station::Certificate => Act::IssueCertificate,
            Station::Committee => Act::Decide,
            Station::Recommendation => Act::Recommend,
            Station::Approval => Act::Approve,
            _ => Act::Vet,
        }
    }

    /// The stored application with this id, for somebody who may see it.
    pub(crate) async fn seen_application(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
    ) -> Result<(OpenPool, Row)> {
        let pool = self.pool_numbered(ctx, no).await?;
        let row = find(&mut self.store.read(), id).await?;
        if row.body.application.pool != pool.id() {
            return Err(Error::NotFound);
        }
        Self::readable_application(ctx, &row.body.application)?;
        Ok((pool, row))
    }
}
