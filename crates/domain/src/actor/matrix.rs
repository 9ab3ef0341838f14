//! How far each role goes for each action, and which roles nobody holds together.

use super::{Action, Role};

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
            | A::ReadExits
            | A::HandleExits
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
            | A::ReadExits
            | A::HandleExits
            | A::DismissExperts
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
            A::RecordDecision | A::ReadNotices | A::ReadApplications | A::ReadExits => Pool,
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
            | A::ReadExits
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
