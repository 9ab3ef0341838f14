//! What happened, in the closed vocabulary of the ledger. An event names its subject and the facts
//! it used; anything personal goes into `detail`, which the ledger keeps only as a salted
//! commitment beside a sealed copy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($variant:ident = $code:literal, $zh:literal;)*) => {
        /// Every kind of event, with the stable code stored in ledgers and the words users see.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum EventKind {
            $(#[doc = $zh] #[serde(rename = $code)] $variant,)*
        }
        impl EventKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// Stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }
            /// The words users see.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh),* }
            }
            /// The kind with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.code() == code)
            }
        }
    };
}

kinds! {
    SystemSetUp = "system.set_up", "首次启用";
    AccountCreated = "account.created", "新建账号";
    AccountDisabled = "account.disabled", "停用账号";
    AccountEnabled = "account.enabled", "启用账号";
    PasswordReset = "account.password_reset", "重置密码";
    PasswordChanged = "account.password_changed", "修改密码";
    TotpEnabled = "account.totp_enabled", "启用动态口令";
    TotpDisabled = "account.totp_disabled", "关闭动态口令";
    RoleGranted = "account.role_granted", "授予岗位";
    RoleWithdrawn = "account.role_withdrawn", "收回岗位";
    LoggedIn = "session.logged_in", "登录";
    LogInRefused = "session.refused", "登录被拒";
    AccountLocked = "session.locked", "账号锁定";
    SessionsRevoked = "session.revoked", "强制退出";
    AccessDenied = "access.denied", "越权访问被拒";
    PlainValueRead = "access.plain_value_read", "查看原文";
    ListExported = "access.exported", "导出名单";
    TokenIssued = "token.issued", "签发接口令牌";
    TokenRevoked = "token.revoked", "收回接口令牌";
    PoolCreated = "pool.created", "设立专家库";
    ParameterChanged = "pool.parameter_changed", "调整规则参数";
    ExtensionRegistered = "pool.extension_registered", "登记延期文件";
    SpecialtyAdded = "specialty.added", "新增专业领域";
    SpecialtyRenamed = "specialty.renamed", "专业领域改名";
    SpecialtyRetired = "specialty.retired", "移除专业领域";
    SpecialtyRestored = "specialty.restored", "恢复专业领域";
    OrganisationAdded = "organisation.added", "登记单位";
    OrganisationChanged = "organisation.changed", "变更单位";
    RelationAdded = "relation.added", "登记回避关系";
    RelationChanged = "relation.changed", "变更回避关系";
    RelationRemoved = "relation.removed", "撤销回避关系";
    RelationWithdrawn = "relation.withdrawn", "本人撤回回避关系";
    ExpertAdded = "expert.added", "专家入库";
    ExpertChanged = "expert.changed", "变更专家信息";
    ExpertSuspended = "expert.suspended", "暂停抽取";
    ExpertResumed = "expert.resumed", "恢复抽取";
    ExpertLeft = "expert.left", "专家出库";
    ExpertsImported = "expert.imported", "导入专家";
    RegisterEntryAdded = "register.added", "登记失信名单";
    RegisterEntryRemoved = "register.removed", "移除失信名单";
    TaskFiled = "task.filed", "提出使用需求";
    TaskRefiled = "task.refiled", "重新提交需求";
    TaskAccepted = "task.accepted", "受理需求";
    TaskReturned = "task.returned", "退回需求";
    TaskWithdrawn = "task.withdrawn", "撤回需求";
    TaskClosed = "task.closed", "需求办结";
    RestWaived = "task.rest_waived", "暂停专家恢复参加抽取";
    DesignationConsented = "task.designation_consented", "同意定向选用";
    DesignationRefused = "task.designation_refused", "不同意定向选用";
    SolicitationDrafted = "solicitation.drafted", "起草征集公告";
    SolicitationChanged = "solicitation.changed", "修改征集公告";
    SolicitationSubmitted = "solicitation.submitted", "提请审批征集公告";
    SolicitationReturned = "solicitation.returned", "退回征集公告";
    SolicitationApproved = "solicitation.approved", "审批征集公告";
    SolicitationPublished = "solicitation.published", "发布征集公告";
    SolicitationAppeared = "solicitation.appeared", "登记征集公告媒体发布";
    SolicitationWithdrawn = "solicitation.withdrawn", "撤回征集公告";
    InvitationProposed = "invitation.proposed", "提议特约邀请";
    InvitationSent = "invitation.sent", "发出特约邀请";
    InvitationRefused = "invitation.refused", "不予发出特约邀请";
    InvitationWithdrawn = "invitation.withdrawn", "撤回特约邀请";
    InvitationAnswered = "invitation.answered", "答复特约邀请";
    InvitationLapsed = "invitation.lapsed", "特约邀请逾期未答复";
    InvitationMaterials = "invitation.materials", "登记特约邀请入库资料";
    InvitationDecided = "invitation.decided", "会议审定特约邀请";
    InvitationEntered = "invitation.entered", "特约邀请专家入库";
    ApplicantLinked = "application.linked", "向申请人发送链接";
    ApplicationEntered = "application.entered", "录入入库申请";
    ApplicationChanged = "application.changed", "修改入库申请";
    ApplicationMaterial = "application.material", "增减入库材料";
    ApplicationSubmitted = "application.submitted", "提交入库申请";
    ApplicationRecommended = "application.recommended", "单位出具推荐意见";
    ApplicationChecked = "application.checked", "核对入库条件和材料";
    ApplicationPassed = "application.passed", "入库申请通过一环节";
    ApplicationReturned = "application.returned", "退回补正入库申请";
    ApplicationRefused = "application.refused", "入库申请不予通过";
    ApplicationReminded = "application.reminded", "入库申请催办";
    ApplicationWithdrawn = "application.withdrawn", "撤回入库申请";
    ApplicationMarked = "application.marked", "标注入库申请";
    MeetingCalled = "meeting.called", "安排会议审定";
    MeetingHeld = "meeting.held", "登记会议审定";
    MeetingCancelled = "meeting.cancelled", "取消会议审定";
    CohortOpened = "cohort.opened", "开届";
    PostingDrafted = "posting.drafted", "起草公示名单";
    PostingChanged = "posting.changed", "修改公示名单";
    PostingPosted = "posting.posted", "发布公示";
    PostingOver = "posting.over", "公示期满";
    PostingWithdrawn = "posting.withdrawn", "撤回公示";
    AmendmentAsked = "amendment.asked", "申请信息变更";
    AmendmentProof = "amendment.proof", "上传变更证明";
    AmendmentApproved = "amendment.approved", "同意信息变更";
    AmendmentRefused = "amendment.refused", "不同意信息变更";
    AmendmentWithdrawn = "amendment.withdrawn", "撤回信息变更申请";
    ObjectionReceived = "objection.received", "收到异议";
    ObjectionInvestigated = "objection.investigated", "登记异议核查";
    ObjectionUpheld = "objection.upheld", "异议成立";
    ObjectionDismissed = "objection.dismissed", "异议不成立";
    FeedbackReceived = "feedback.received", "收到意见反馈";
    FeedbackAnswered = "feedback.answered", "答复意见反馈";
    FeedbackClosed = "feedback.closed", "关闭意见反馈";
    CertificateIssued = "certificate.issued", "颁发聘书";
    CertificatesPrinted = "certificate.printed", "印制证书";
    CertificateReplaced = "certificate.replaced", "补发聘书";
    CertificateRevoked = "certificate.revoked", "注销聘书";
    RenewalAsked = "renewal.asked", "征求续聘意愿";
    RenewalAnswered = "renewal.answered", "答复续聘意愿";
    Renewed = "renewal.renewed", "续聘";
    NotRenewed = "renewal.refused", "不续聘";
    TermOver = "expert.term_over", "聘期届满";
    PoolReconciled = "pool.reconciled", "登记信息库更新";
    UndertakingGiven = "undertaking.given", "作出承诺";
    FrameFrozen = "draw.frozen", "封存候选名单";
    ShareCommitted = "draw.committed", "交密签";
    ShareRevealed = "draw.revealed", "揭示密签";
    Drawn = "draw.drawn", "抽取完成";
    VoidProposed = "draw.void_proposed", "提请作废";
    VoidRejected = "draw.void_rejected", "不同意作废";
    DrawVoided = "draw.voided", "场次作废";
    UnsealProposed = "draw.unseal_proposed", "提请启封";
    Unsealed = "draw.unsealed", "启封并公布结果";
    ExpertNotified = "engagement.notified", "通知专家";
    CallRecorded = "engagement.call_recorded", "登记电话答复";
    ExpertAccepted = "engagement.accepted", "同意参加";
    ExpertDeclined = "engagement.declined", "不能参加";
    ExpertDidNotAnswer = "engagement.no_answer", "未答复";
    ExpertRecused = "engagement.recused", "专家申请回避";
    ExpertStopped = "engagement.stopped", "停止专家参与";
    LeaveAsked = "engagement.leave_asked", "书面请假";
    LeaveAccepted = "engagement.leave_accepted", "受理请假";
    PostGiven = "engagement.post_given", "设立组长";
    PostReleased = "engagement.post_released", "免去组长";
    SeatFilled = "engagement.filled", "补抽";
    SeatClosed = "engagement.closed", "减员";
    MisconductProposed = "misconduct.proposed", "提出不良行为记录";
    MisconductConfirmed = "misconduct.confirmed", "认定不良行为记录";
    MisconductRejected = "misconduct.rejected", "不予认定不良行为";
    ExitOpened = "exit.opened", "提出解聘退出";
    ExitDocument = "exit.document", "上传解聘退出材料";
    ExitStated = "exit.stated", "本人陈述意见";
    ExitStepTaken = "exit.step_taken", "解聘退出通过一环节";
    ExitRefused = "exit.refused", "不同意解聘退出";
    ExitWithdrawn = "exit.withdrawn", "撤回解聘退出";
    SeatGivenUp = "engagement.left", "专家出库，名额待安排";
    CampaignStarted = "campaign.started", "启动信息集中更新";
    CampaignAsked = "campaign.asked", "通知专家确认信息";
    CampaignAnswered = "campaign.answered", "确认本人信息";
    CampaignReminded = "campaign.reminded", "催办信息集中更新";
    CampaignChangeEntered = "campaign.change_entered", "办理信息变更";
    CampaignClosed = "campaign.closed", "结束信息集中更新";
    MessageSent = "message.sent", "消息已发出";
    MessageFailed = "message.failed", "消息未发出";
    BackedUp = "system.backed_up", "备份";
    BackupFailed = "system.backup_failed", "备份没有做成";
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Kind of object: `task`, `draw`, `expert` …
    pub kind: String,
    /// Its identifier.
    pub id: String,
}

impl Subject {
    /// A subject of this kind.
    pub fn new(kind: &str, id: impl std::fmt::Display) -> Self {
        Self {
            kind: kind.to_owned(),
            id: id.to_string(),
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// To what.
    pub subject: Subject,
    /// Facts anyone in scope may read; never personal data.
    pub facts: BTreeMap<String, String>,
    /// Facts that identify people; sealed.
    pub detail: Option<serde_json::Value>,
}

impl Event {
    /// An event without further facts.
    pub fn new(kind: EventKind, subject: Subject) -> Self {
        Self {
            kind,
            subject,
            facts: BTreeMap::new(),
            detail: None,
        }
    }

    /// Adds a public fact.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.facts.insert(name.to_owned(), value.to_string());
        self
    }

    /// Adds the sealed part.
    #[must_use]
    pub fn detail(mut self, detail: serde_json::Value) -> Self {
        self.detail = Some(detail);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_read_back() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_code(kind.code()), Some(*kind));
        }
    }
}
