//! What a person is, and everything that can be done or seen behind the log-in, as closed lists.

use serde::{Deserialize, Serialize};

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
        /// See cases of leaving the pool before the term ends.
        ReadExits = "read_exits", "查看解聘退出";
        /// Open a case of leaving, take its steps but the last, withdraw it.
        HandleExits = "handle_exits", "办理解聘退出";
        /// Take the last step of a case of leaving.
        DismissExperts = "dismiss_experts", "决定解聘退出";
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
            | Self::ReadExits
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
            | Self::HandleExits
            | Self::DismissExperts
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
