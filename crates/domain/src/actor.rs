//! Who may do what: the whole role × action matrix in one function, denied by default, and the one
//! rule that compares a grant with the pool, unit and person an action is about.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, OrganisationId, PersonId, PoolId};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $zh:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $code)] $variant,)*
        }
        impl $name {
            /// Every value, in the order of the matrix.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// Stable code, as stored and as used by the API.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }
            /// The word users see.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh),* }
            }
            /// The value with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }
        }
    };
}

words! {
    /// What a person is in the work of a pool, or of the system itself.
    Role {
        /// 库管理方经办
        Officer = "officer", "库管方经办";
        /// 库管理方审批
        Approver = "approver", "库管方审批";
        /// 专家使用方
        Requester = "requester", "使用方";
        /// 决策机构秘书
        Secretary = "secretary", "委员会秘书";
        /// 纪检监督
        Supervisor = "supervisor", "纪检监督";
        /// 财务
        Finance = "finance", "财务";
        /// 专家
        Expert = "expert", "专家";
        /// 推荐单位
        Recommender = "recommender", "推荐单位";
        /// 系统管理员: accounts and backup.
        SystemAdmin = "system_admin", "系统管理员";
        /// 安全管理员: roles and scopes.
        SecurityAdmin = "security_admin", "安全管理员";
        /// 审计管理员: logs.
        Auditor = "auditor", "审计管理员";
    }
}

words! {
    /// Everything that can be done or seen behind the log-in, as one closed list.
    Action {
        /// Create, disable and unlock accounts, reset passwords.
        ManageAccounts = "manage_accounts", "管理账号";
        /// Grant and withdraw roles.
        GrantRoles = "grant_roles", "授予岗位";
        /// Read the log of log-ins, grants and plain-value reads.
        ReadSystemLog = "read_system_log", "查看系统日志";
        /// Back up, and see the health of the system.
        RunBackup = "run_backup", "备份与运行状态";
        /// Set up a pool under a pack.
        CreatePool = "create_pool", "设立专家库";
        /// Change a parameter the pack leaves to the interpreting authority.
        EditParameters = "edit_parameters", "调整规则参数";
        /// Add, rename and retire specialties.
        ManageSpecialties = "manage_specialties", "维护专业领域";
        /// See the experts of the pool.
        ReadExperts = "read_experts", "查看专家";
        /// Add and change experts.
        EditExperts = "edit_experts", "维护专家";
        /// Import a roster.
        ImportExperts = "import_experts", "导入专家";
        /// Export a list of experts.
        ExportExperts = "export_experts", "导出专家";
        /// Read a plain identity number, phone or address, with a reason.
        RevealIdentity = "reveal_identity", "查看证件与联系方式原文";
        /// See organisations and recusal facts.
        ReadRelations = "read_relations", "查看单位与回避关系";
        /// Change organisations and recusal facts.
        EditRelations = "edit_relations", "维护单位与回避关系";
        /// File, change and withdraw a task.
        FileTask = "file_task", "提出使用需求";
        /// See tasks.
        ReadTasks = "read_tasks", "查看使用需求";
        /// Accept or return a filed task.
        ReviewTask = "review_task", "审核使用需求";
        /// Agree to a designation.
        ConsentDesignation = "consent_designation", "同意定向选用";
        /// Freeze the frame, void an attempt (first of two).
        RunDraw = "run_draw", "组织抽取";
        /// Confirm that an attempt is void (second of two).
        ConfirmVoid = "confirm_void", "确认作废";
        /// Commit and reveal the manager's share.
        ShareAsManager = "share_as_manager", "管理方密签";
        /// Commit and reveal the requester's share.
        ShareAsRequester = "share_as_requester", "使用方密签";
        /// Commit and reveal the supervisor's share.
        ShareAsSupervisor = "share_as_supervisor", "监督方密签";
        /// See the state of a draw without names.
        ReadDraws = "read_draws", "查看抽取场次";
        /// Propose publication of the result (first of two).
        ProposeUnsealing = "propose_unsealing", "提请启封";
        /// Agree to publication of the result (second of two).
        ConfirmUnsealing = "confirm_unsealing", "同意启封";
        /// See the names of an unsealed panel.
        ReadPanel = "read_panel", "查看专家组名单";
        /// See why each person of a frame was in or out, by name.
        ReadFrame = "read_frame", "查看候选范围";
        /// Notify the drawn, record answers by telephone, arrange follow-up.
        NotifyExperts = "notify_experts", "通知专家";
        /// Stop an expert found conflicted.
        StopExpert = "stop_expert", "停止专家参与";
        /// Accept an expert's leave.
        AcceptLeave = "accept_leave", "受理请假";
        /// Give an expert a post in a task, and take it back.
        AppointPost = "appoint_post", "设立专家组组长";
        /// See notices calling for applications that are not published yet.
        ReadNotices = "read_notices", "查看征集公告";
        /// Draft, publish and withdraw a notice.
        DraftNotice = "draft_notice", "起草和发布征集公告";
        /// Approve a notice or send it back.
        ApproveNotice = "approve_notice", "审批征集公告";
        /// Propose a special invitation.
        ProposeInvitation = "propose_invitation", "提议特约邀请";
        /// Send a special invitation.
        SendInvitation = "send_invitation", "发出特约邀请";
        /// Answer an invitation, declare recusal, ask leave, for oneself.
        AnswerInvitation = "answer_invitation", "答复邀请";
        /// See what is held about oneself.
        ReadOwnRecord = "read_own_record", "查看本人资料";
        /// Propose a misconduct record.
        ProposeMisconduct = "propose_misconduct", "提出不良行为记录";
        /// Confirm or reject a misconduct record.
        ConfirmMisconduct = "confirm_misconduct", "认定不良行为记录";
        /// Run the yearly update campaign.
        RunCampaign = "run_campaign", "组织信息集中更新";
        /// See the ledger of a pool.
        ReadLedger = "read_ledger", "查看台账";
        /// Record the committee's decisions.
        RecordDecision = "record_decision", "记录会议审定";
        /// See applications for entry.
        ReadApplications = "read_applications", "查看入库申请";
        /// Enter, change and withdraw applications.
        EnterApplications = "enter_applications", "录入入库申请";
        /// Vet applications: confirm conditions, pass, return, refuse, classify.
        VetApplications = "vet_applications", "审核入库申请";
        /// Recommend an applicant, with an opinion, for one's own unit.
        RecommendApplicant = "recommend_applicant", "出具推荐意见";
        /// See lists for public notice, and the objections to those on them.
        ReadPostings = "read_postings", "查看公示和异议";
        /// Draft, post and withdraw a list for public notice.
        PostCandidates = "post_candidates", "公示拟任名单";
        /// Enter, investigate and decide objections.
        DecideObjections = "decide_objections", "核查异议";
        /// See what the public wrote to the office of a pool.
        ReadFeedback = "read_feedback", "查看意见反馈";
        /// Answer or close what the public wrote.
        AnswerFeedback = "answer_feedback", "答复意见反馈";
        /// Issue, replace and revoke certificates.
        IssueCertificates = "issue_certificates", "颁发聘书";
        /// Ask for willingness and decide on another term.
        DecideRenewals = "decide_renewals", "办理续聘";
    }
}

words! {
    /// What a token of a program may do besides reading what its owner may read.
    Scope {
        /// 专家、单位与回避关系
        Experts = "experts", "维护专家、单位与回避关系";
        /// 使用需求
        Tasks = "tasks", "提出与审核使用需求";
        /// 抽取
        Draws = "draws", "组织抽取、密签、启封";
        /// 专家组
        Panels = "panels", "通知、答复与不良行为";
        /// 系统
        System = "system", "账号、岗位与规则参数";
    }
}

impl Action {
    /// The scope a token needs for this action; `None`: reading, which every token may.
    pub const fn scope(self) -> Option<Scope> {
        match self {
            Self::ReadSystemLog
            | Self::ReadExperts
            | Self::ReadRelations
            | Self::ReadTasks
            | Self::ReadDraws
            | Self::ReadPanel
            | Self::ReadFrame
            | Self::ReadOwnRecord
            | Self::ReadNotices
            | Self::ReadApplications
            | Self::ReadPostings
            | Self::ReadFeedback
            | Self::ReadLedger => None,
            Self::ManageSpecialties
            | Self::EditExperts
            | Self::ImportExperts
            | Self::ExportExperts
            | Self::RevealIdentity
            | Self::EditRelations
            | Self::DraftNotice
            | Self::ApproveNotice
            | Self::EnterApplications
            | Self::VetApplications
            | Self::RecommendApplicant
            | Self::PostCandidates
            | Self::DecideObjections
            | Self::AnswerFeedback
            | Self::IssueCertificates
            | Self::DecideRenewals
            | Self::RunCampaign => Some(Scope::Experts),
            Self::FileTask
            | Self::ReviewTask
            | Self::ConsentDesignation
            | Self::ProposeInvitation
            | Self::SendInvitation
            | Self::RecordDecision => Some(Scope::Tasks),
            Self::RunDraw
            | Self::ConfirmVoid
            | Self::ShareAsManager
            | Self::ShareAsRequester
            | Self::ShareAsSupervisor
            | Self::ProposeUnsealing
            | Self::ConfirmUnsealing => Some(Scope::Draws),
            Self::NotifyExperts
            | Self::StopExpert
            | Self::AcceptLeave
            | Self::AppointPost
            | Self::AnswerInvitation
            | Self::ProposeMisconduct
            | Self::ConfirmMisconduct => Some(Scope::Panels),
            Self::ManageAccounts
            | Self::GrantRoles
            | Self::RunBackup
            | Self::CreatePool
            | Self::EditParameters => Some(Scope::System),
        }
    }
}

/// How much of an actor's roles is at hand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "within", content = "scopes", rename_all = "snake_case")]
pub enum Within {
    /// All of it: the person is here.
    #[default]
    Everything,
    /// A program acts with a token: reading, and these scopes.
    Scopes(BTreeSet<Scope>),
}

impl Within {
    /// Is this action inside?
    pub fn admits(&self, action: Action) -> bool {
        match (self, action.scope()) {
            (Self::Everything, _) | (_, None) => true,
            (Self::Scopes(scopes), Some(needed)) => scopes.contains(&needed),
        }
    }
}

/// How far a role's permission goes for one action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Not at all.
    None,
    /// Only what concerns the person themselves.
    Own,
    /// What belongs to the account's own organisation, inside the granted pool.
    Unit,
    /// What belongs to the teams of the granted remit. The matrix never says so: a grant does, by
    /// narrowing [`Reach::Pool`].
    Teams,
    /// Everything in the granted pool.
    Pool,
    /// The system, not any pool.
    System,
}

/// The matrix. Business data is out of reach of the three administrators, and no role of a pool
/// reaches accounts or logs.
pub const fn reach(role: Role, action: Action) -> Reach {
    use Action as A;
    use Reach::{None, Own, Pool, System, Unit};
    match role {
        Role::Officer => match action {
            A::ManageSpecialties
            | A::ReadExperts
            | A::EditExperts
            | A::ImportExperts
            | A::ExportExperts
            | A::RevealIdentity
            | A::ReadRelations
            | A::EditRelations
            | A::ReadTasks
            | A::ReviewTask
            | A::RunDraw
            | A::ShareAsManager
            | A::ReadDraws
            | A::ProposeUnsealing
            | A::ReadPanel
            | A::ReadFrame
            | A::NotifyExperts
            | A::StopExpert
            | A::AppointPost
            | A::ReadNotices
            | A::DraftNotice
            | A::ProposeInvitation
            | A::SendInvitation
            | A::ProposeMisconduct
            | A::ReadApplications
            | A::EnterApplications
            | A::VetApplications
            | A::ReadPostings
            | A::PostCandidates
            | A::DecideObjections
            | A::ReadFeedback
            | A::AnswerFeedback
            | A::IssueCertificates
            | A::DecideRenewals
            | A::RunCampaign => Pool,
            _ => None,
        },
        Role::Approver => match action {
            A::EditParameters
            | A::ReadExperts
            | A::ExportExperts
            | A::RevealIdentity
            | A::ReadRelations
            | A::ReadTasks
            | A::ConsentDesignation
            | A::ConfirmVoid
            | A::ReadDraws
            | A::ReadPanel
            | A::ReadFrame
            | A::ReadNotices
            | A::ApproveNotice
            | A::SendInvitation
            | A::ConfirmMisconduct
            | A::ReadApplications
            | A::VetApplications
            | A::ReadPostings
            | A::PostCandidates
            | A::DecideObjections
            | A::ReadFeedback
            | A::AnswerFeedback
            | A::IssueCertificates
            | A::DecideRenewals
            | A::ReadLedger => Pool,
            _ => None,
        },
        Role::Requester => match action {
            A::FileTask
            | A::ReadTasks
            | A::ShareAsRequester
            | A::ReadDraws
            | A::ReadPanel
            | A::StopExpert
            | A::AcceptLeave
            | A::ProposeInvitation
            | A::ProposeMisconduct => Unit,
            _ => None,
        },
        Role::Secretary => match action {
            A::RecordDecision | A::ReadNotices | A::ReadApplications => Pool,
            _ => None,
        },
        Role::Supervisor => match action {
            A::ReadExperts
            | A::ReadRelations
            | A::ReadTasks
            | A::ShareAsSupervisor
            | A::ReadDraws
            | A::ConfirmUnsealing
            | A::ReadPanel
            | A::ReadFrame
            | A::ReadNotices
            | A::ReadApplications
            | A::ReadPostings
            | A::ReadFeedback
            | A::ReadLedger => Pool,
            _ => None,
        },
        Role::Recommender => match action {
            A::ReadApplications | A::EnterApplications | A::RecommendApplicant => Unit,
            _ => None,
        },
        Role::Finance => None,
        Role::Expert => match action {
            A::AnswerInvitation | A::ReadOwnRecord => Own,
            _ => None,
        },
        Role::SystemAdmin => match action {
            A::ManageAccounts | A::RunBackup | A::CreatePool => System,
            _ => None,
        },
        Role::SecurityAdmin => match action {
            A::GrantRoles => System,
            _ => None,
        },
        Role::Auditor => match action {
            A::ReadSystemLog => System,
            _ => None,
        },
    }
}

/// Two roles nobody may hold together: the three administrators among themselves, any of them with
/// business, and those who check with those they check.
pub const fn exclusive(a: Role, b: Role) -> bool {
    const fn side(role: Role) -> u8 {
        match role {
            Role::SystemAdmin => 1,
            Role::SecurityAdmin => 2,
            Role::Auditor => 3,
            Role::Supervisor => 4,
            Role::Requester => 5,
            Role::Officer => 6,
            Role::Approver => 7,
            Role::Secretary | Role::Finance => 8,
            Role::Expert => 9,
            Role::Recommender => 10,
        }
    }
    let (a, b) = (side(a), side(b));
    a != b && (a <= 7 || b <= 7) && !(a == 8 && b == 8)
}

/// 职责范围: how much of a pool somebody answers for. Where a pack divides people and money of a pool
/// among departments, each answers for the teams it owns (CY 第五条).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(tag = "remit", content = "teams", rename_all = "snake_case")]
pub enum Remit {
    /// All of it.
    #[default]
    Pool,
    /// The memberships, applications and tasks of these teams, and nothing that belongs to none.
    Teams(BTreeSet<String>),
}

impl Remit {
    /// Does something of this team, or of none, lie within?
    pub fn covers(&self, team: Option<&str>) -> bool {
        match self {
            Self::Pool => true,
            Self::Teams(teams) => team.is_some_and(|team| teams.contains(team)),
        }
    }

    /// The teams it is bounded by, if it is.
    pub fn teams(self) -> Option<BTreeSet<String>> {
        match self {
            Self::Pool => None,
            Self::Teams(teams) => Some(teams),
        }
    }

    /// What lies within either.
    fn joined(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Teams(mine), Self::Teams(others)) => Self::Teams(&mine | others),
            _ => Self::Pool,
        }
    }
}

/// A role and where it counts. The three administrators have no pool.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// What the holder is.
    pub role: Role,
    /// In which pool; `None` only for roles of the system.
    pub pool: Option<PoolId>,
    /// How much of the pool.
    #[serde(default)]
    pub remit: Remit,
}

impl Grant {
    /// A role in the whole of a pool.
    pub const fn whole(role: Role, pool: PoolId) -> Self {
        Self {
            role,
            pool: Some(pool),
            remit: Remit::Pool,
        }
    }

    /// A role of the system.
    pub const fn of_system(role: Role) -> Self {
        Self {
            role,
            pool: None,
            remit: Remit::Pool,
        }
    }

    /// How far the grant goes for an action.
    pub fn reach(&self, action: Action) -> Reach {
        match (reach(self.role, action), &self.remit) {
            (Reach::Pool, Remit::Teams(_)) => Reach::Teams,
            (reach, _) => reach,
        }
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The account, or `None` for the public and for the system's own scheduled work.
    pub account: Option<AccountId>,
    /// Name as it is printed in the ledger.
    pub name: String,
    /// The organisation the account belongs to.
    pub organisation: Option<OrganisationId>,
    /// The natural person behind an expert's account.
    pub person: Option<PersonId>,
    /// Roles held.
    pub grants: Vec<Grant>,
    /// How much of them is at hand.
    #[serde(default)]
    pub within: Within,
}

/// What an action is about. Leave out what does not apply; what is left out matches nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Target<'t> {
    /// The pool.
    pub pool: Option<PoolId>,
    /// The organisation the object belongs to (a task's requester).
    pub organisation: Option<OrganisationId>,
    /// The person the object belongs to (an invitation's expert).
    pub person: Option<PersonId>,
    /// The team the object belongs to (a membership's, an application's, a task's).
    pub team: Option<&'t str>,
}

impl<'t> Target<'t> {
    /// The system itself.
    pub const SYSTEM: Self = Self {
        pool: None,
        organisation: None,
        person: None,
        team: None,
    };

    /// Anything in this pool.
    pub const fn pool(pool: PoolId) -> Self {
        Self {
            pool: Some(pool),
            organisation: None,
            person: None,
            team: None,
        }
    }

    /// Something of this team, where the pool has teams.
    pub const fn of_team(self, team: Option<&'t str>) -> Self {
        Self { team, ..self }
    }

    /// Something of this organisation in this pool.
    pub const fn of_organisation(self, organisation: OrganisationId) -> Self {
        Self {
            organisation: Some(organisation),
            ..self
        }
    }

    /// Something of this person.
    pub const fn of_person(self, person: PersonId) -> Self {
        Self {
            person: Some(person),
            ..self
        }
    }
}

/// The answer "no", with what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("您的岗位不能{}", .action.zh())]
pub struct Denied {
    /// What was asked.
    pub action: Action,
}

impl Actor {
    /// Scheduled work of the program itself; it holds no grant, and use cases for it are separate.
    pub fn system() -> Self {
        Self {
            account: None,
            name: "系统".to_owned(),
            organisation: None,
            person: None,
            grants: Vec::new(),
            within: Within::Everything,
        }
    }

    /// May this actor do this to that?
    ///
    /// # Errors
    /// [`Denied`] unless one grant reaches the target.
    pub fn allow(&self, action: Action, target: Target<'_>) -> Result<Role, Denied> {
        self.grants
            .iter()
            .filter(|_| self.within.admits(action))
            .find(|grant| self.reaches(grant, action, target))
            .map(|grant| grant.role)
            .ok_or(Denied { action })
    }

    /// May this actor do this everywhere in this part of a pool? Which object it is about is checked
    /// when it is at hand.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn allow_in(&self, action: Action, pool: PoolId, part: &Remit) -> Result<Role, Denied> {
        let target = Target::pool(pool);
        match part {
            Remit::Pool => self.allow(action, target),
            Remit::Teams(teams) => {
                let each = teams.iter();
                let roles: Result<Vec<Role>, Denied> = each
                    .map(|team| self.allow(action, target.of_team(Some(team))))
                    .collect();
                roles?.first().copied().ok_or(Denied { action })
            }
        }
    }

    /// How much of a pool this action reaches, for a list or another piece of work that is not about
    /// one object. Whoever asks shows and changes nothing outside.
    ///
    /// # Errors
    /// [`Denied`] unless some grant reaches the pool or a part of it.
    pub fn remit(&self, action: Action, pool: PoolId) -> Result<Remit, Denied> {
        self.grants
            .iter()
            .filter(|grant| self.within.admits(action) && grant.pool == Some(pool))
            .filter(|grant| matches!(grant.reach(action), Reach::Pool | Reach::Teams))
            .map(|grant| grant.remit.clone())
            .reduce(|all, one| all.joined(&one))
            .ok_or(Denied { action })
    }

    /// The pools in which some grant reaches this action at all (for lists and menus).
    pub fn pools_for(&self, action: Action) -> Vec<PoolId> {
        let mut pools: Vec<_> = self
            .grants
            .iter()
            .filter(|_| self.within.admits(action))
            .filter(|grant| !matches!(grant.reach(action), Reach::None | Reach::System))
            .filter_map(|grant| grant.pool)
            .collect();
        pools.sort_unstable();
        pools.dedup();
        pools
    }

    /// The widest reach of this action in this pool.
    pub fn reach_in(&self, action: Action, pool: PoolId) -> Reach {
        self.grants
            .iter()
            .filter(|_| self.within.admits(action))
            .filter(|grant| grant.pool == Some(pool))
            .map(|grant| grant.reach(action))
            .max_by_key(|reach| *reach as u8)
            .unwrap_or(Reach::None)
    }

    /// Does the actor hold this role anywhere?
    pub fn is(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    fn reaches(&self, grant: &Grant, action: Action, target: Target<'_>) -> bool {
        let in_pool = grant.pool.is_some() && grant.pool == target.pool;
        match grant.reach(action) {
            Reach::None => false,
            Reach::System => grant.pool.is_none() && target.pool.is_none(),
            Reach::Pool => in_pool,
            Reach::Teams => in_pool && grant.remit.covers(target.team),
            Reach::Unit => {
                in_pool
                    && grant.remit.covers(target.team)
                    && self.organisation.is_some()
                    && self.organisation == target.organisation
            }
            Reach::Own => self.person.is_some() && self.person == target.person,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn pool(n: u128) -> PoolId {
        PoolId(Uuid::from_u128(n))
    }

    fn actor(role: Role, pool: Option<PoolId>) -> Actor {
        Actor {
            account: Some(AccountId(Uuid::from_u128(1))),
            name: "测试".into(),
            organisation: Some(OrganisationId(Uuid::from_u128(7))),
            person: Some(PersonId(Uuid::from_u128(8))),
            grants: vec![Grant {
                role,
                pool,
                remit: Remit::Pool,
            }],
            within: Within::Everything,
        }
    }

    #[test]
    fn a_token_reads_and_does_only_what_its_scopes_name() {
        let target = Target::pool(pool(1));
        let mut officer = actor(Role::Officer, Some(pool(1)));
        officer.within = Within::Scopes(BTreeSet::from([Scope::Tasks]));
        for action in Action::ALL {
            let reached = officer.allow(*action, target).is_ok();
            let full = actor(Role::Officer, Some(pool(1)))
                .allow(*action, target)
                .is_ok();
            let inside = matches!(action.scope(), None | Some(Scope::Tasks));
            assert_eq!(reached, full && inside, "{}", action.code());
            assert_eq!(
                officer.reach_in(*action, pool(1)) != Reach::None,
                reached,
                "{}",
                action.code()
            );
            assert_eq!(
                officer.pools_for(*action).is_empty(),
                !reached,
                "{}",
                action.code()
            );
        }
        assert!(officer.allow(Action::ReadExperts, target).is_ok());
        assert!(officer.allow(Action::ReviewTask, target).is_ok());
        assert!(officer.allow(Action::RunDraw, target).is_err());
    }

    /// The whole matrix as a text a reviewer reads; a change of any permission changes this file.
    ///
    /// Covers: DG-3-a.
    #[test]
    fn the_matrix_is_as_reviewed() {
        let mut text = String::new();
        for action in Action::ALL {
            let cells: Vec<_> = Role::ALL
                .iter()
                .filter(|role| reach(**role, *action) != Reach::None)
                .map(|role| format!("{}:{:?}", role.code(), reach(*role, *action)))
                .collect();
            text.push_str(&format!("{:<22} {}\n", action.code(), cells.join(" ")));
        }
        let golden = include_str!("../tests/golden/roles.txt");
        assert_eq!(
            text, golden,
            "role matrix changed; review it and update tests/golden/roles.txt"
        );
    }

    #[test]
    fn a_grant_counts_in_its_pool_only() {
        let officer = actor(Role::Officer, Some(pool(1)));
        assert!(
            officer
                .allow(Action::ReadExperts, Target::pool(pool(1)))
                .is_ok()
        );
        assert!(
            officer
                .allow(Action::ReadExperts, Target::pool(pool(2)))
                .is_err()
        );
        assert!(officer.allow(Action::ReadExperts, Target::SYSTEM).is_err());
    }

    /// Covers: CY-5-a, CY-5-b, CY-5-c.
    #[test]
    fn a_department_reaches_what_is_of_its_own_teams_and_nothing_else() {
        let teams = |ids: &[&str]| Remit::Teams(ids.iter().map(|id| (*id).to_owned()).collect());
        let target = Target::pool(pool(1));
        let mut section = actor(Role::Officer, Some(pool(1)));
        section.grants[0].remit = teams(&["project"]);
        let may = |actor: &Actor, team| {
            actor
                .allow(Action::EditExperts, target.of_team(team))
                .is_ok()
        };
        assert!(may(&section, Some("project")));
        assert!(!may(&section, Some("lecturer")));
        assert!(!may(&section, None), "what is of no team is of the whole");
        let elsewhere = Target::pool(pool(2)).of_team(Some("project"));
        assert!(section.allow(Action::EditExperts, elsewhere).is_err());
        assert_eq!(section.reach_in(Action::EditExperts, pool(1)), Reach::Teams);
        assert_eq!(
            section.remit(Action::EditExperts, pool(1)),
            Ok(teams(&["project"]))
        );
        assert!(section.remit(Action::EditParameters, pool(1)).is_err());

        // Two remits add up; the whole is more than any.
        let mut both = section.clone();
        both.grants.push(Grant {
            remit: teams(&["exam"]),
            ..section.grants[0].clone()
        });
        assert!(may(&both, Some("project")) && may(&both, Some("exam")));
        assert_eq!(
            both.remit(Action::EditExperts, pool(1)),
            Ok(teams(&["exam", "project"]))
        );
        both.grants.push(Grant::whole(Role::Officer, pool(1)));
        assert!(may(&both, Some("lecturer")) && may(&both, None));
        assert_eq!(both.remit(Action::EditExperts, pool(1)), Ok(Remit::Pool));

        // What a unit reaches is narrowed too: its own tasks, for its own teams.
        let mut requester = actor(Role::Requester, Some(pool(1)));
        requester.grants[0].remit = teams(&["exam"]);
        let own = target.of_organisation(OrganisationId(Uuid::from_u128(7)));
        let files = |team| requester.allow(Action::FileTask, own.of_team(team)).is_ok();
        assert!(files(Some("exam")));
        assert!(!files(Some("school")) && !files(None));
    }

    #[test]
    fn a_unit_reach_needs_the_same_organisation() {
        let requester = actor(Role::Requester, Some(pool(1)));
        let own = OrganisationId(Uuid::from_u128(7));
        let other = OrganisationId(Uuid::from_u128(9));
        let target = Target::pool(pool(1));
        assert!(
            requester
                .allow(Action::ReadTasks, target.of_organisation(own))
                .is_ok()
        );
        assert!(
            requester
                .allow(Action::ReadTasks, target.of_organisation(other))
                .is_err()
        );
        assert!(requester.allow(Action::ReadTasks, target).is_err());
    }

    #[test]
    fn administrators_touch_no_business_and_never_share_a_person() {
        for admin in [Role::SystemAdmin, Role::SecurityAdmin, Role::Auditor] {
            for action in Action::ALL {
                assert!(!matches!(
                    reach(admin, *action),
                    Reach::Pool | Reach::Unit | Reach::Own
                ));
            }
            for other in Role::ALL {
                assert_eq!(exclusive(admin, *other), admin != *other);
            }
        }
        for (a, b) in [
            (Role::Officer, Role::Approver),
            (Role::Officer, Role::Supervisor),
        ] {
            assert!(exclusive(a, b) && exclusive(b, a));
        }
        assert!(!exclusive(Role::Secretary, Role::Finance));
    }
}
