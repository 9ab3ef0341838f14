//! The parties of an instrument and what the text lets each of them do.

use serde::Serialize;

use super::Condition;
use crate::actor::Role;
use crate::policy::citation::Citation;
use crate::policy::words::words;

words! {
    /// What an instrument assigns to a party. Closed: a pack cannot invent acts.
    Act {
        /// Lay down a pool or add an expert outside the entry procedure.
        KeepPool = "pool.keep", "管理专家库";
        /// Publish a notice calling for applications.
        PublishNotice = "notice.publish", "发布征集公告";
        /// File an application.
        Apply = "application.submit", "提交入库申请";
        /// Decide on the materials.
        Vet = "application.vet", "资料审核";
        /// Decide in a meeting.
        Decide = "application.decide", "会议审定";
        /// Recommend somebody who applied.
        Recommend = "application.recommend", "推荐申报人";
        /// Approve who is appointed.
        Approve = "application.approve", "批准聘用";
        /// Assign specialties.
        Classify = "application.classify", "分类入库";
        /// Issue certificates.
        IssueCertificate = "certificate.issue", "颁发聘书";
        /// Renew an appointment.
        Renew = "appointment.renew", "续聘审核";
        /// Propose an invitation.
        ProposeInvitation = "invitation.propose", "提议特约邀请";
        /// Send an invitation.
        SendInvitation = "invitation.send", "发出特约邀请";
        /// State what experts are needed.
        RequestDraw = "draw.request", "提出使用需求";
        /// Draw.
        ExecuteDraw = "draw.execute", "执行抽取";
        /// Choose experts by name.
        Designate = "designation.choose", "定向选用";
        /// Agree to a designation.
        ConsentDesignation = "designation.consent", "同意定向选用";
        /// Publish a result.
        PublishResult = "result.publish", "公布结果";
        /// Tell experts they were drawn and take their answers.
        Notify = "notification.send", "通知并确认";
        /// Stop an expert found conflicted.
        Stop = "recusal.stop", "停止参与";
        /// Receive a leave.
        ReceiveLeave = "leave.receive", "受理请假";
        /// Arrange what follows a leave.
        ArrangeFollowUp = "leave.follow_up", "安排后续工作";
        /// Give an opinion.
        FileReport = "report.file", "提出意见建议";
        /// Read the files of a task.
        ReadTaskFiles = "file.read", "获取文件、资料和数据";
        /// See one's own fees.
        ReadOwnFees = "fee.read_own", "查询本人劳务费";
        /// Suggest something on how the pool is run.
        Suggest = "suggestion.file", "对管理工作提意见";
        /// Pay.
        Pay = "fee.pay", "承担劳务报酬";
        /// Evaluate an expert.
        Evaluate = "evaluation.file", "评价专家";
        /// Propose a misconduct record.
        ProposeMisconduct = "misconduct.propose", "提出不良行为记录";
        /// Confirm a misconduct record.
        ConfirmMisconduct = "misconduct.confirm", "认定不良行为记录";
        /// First check of an exit.
        CheckExit = "exit.check", "解聘初核";
        /// Decide on an exit in a meeting.
        DecideExit = "exit.decide", "解聘审定";
        /// Dismiss.
        Dismiss = "exit.dismiss", "解聘";
        /// Run the yearly update.
        RunCampaign = "update.campaign", "组织信息集中更新";
        /// Approve a change of an expert's data.
        ApproveUpdate = "update.approve", "受理信息变更";
        /// Add and retire specialties.
        MaintainSpecialties = "specialty.maintain", "更新专业类别";
        /// Ask, challenge or complain about an expert's work.
        Enquire = "enquiry.file", "询问、质疑、投诉";
        /// Put a list of those to be appointed up for objections.
        PublishCandidates = "candidates.publish", "公示拟任名单";
        /// Object to somebody on a published list.
        Object = "objection.file", "提出异议";
        /// Verify an objection and say whether it stands.
        DecideObjection = "objection.decide", "核实异议";
        /// Read a report on reviewed organisations.
        ReadReport = "report.read", "查阅监督评估报告";
        /// Confirm a report, after which it is no longer a draft.
        ConfirmReport = "report.confirm", "核实监督评估报告";
        /// Pass on what others say or what was found.
        FileFeedback = "feedback.file", "反馈情况";
        /// Verify what was passed on and answer it.
        HandleFeedback = "feedback.handle", "处理反馈";
        /// Let a relaxation or an exception of a 原则上 take effect.
        GrantException = "exception.grant", "批准放宽或例外";
        /// Give a special post to an expert.
        AppointPost = "post.appoint", "聘任专家组长等职务";
        /// See every draw of the pool, whoever executed it.
        ReadDrawLog = "draw.read_log", "查看全部抽取记录";
        /// Call a meeting or a training of experts.
        CallGathering = "gathering.call", "召集会议、组织培训";
        /// Switch a value the text leaves to interpretation.
        EditParameters = "parameter.edit", "调整解释参数";
    }
}

/// 管理方, 使用方, 决策机构 …
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Party {
    /// Id (`manager`, `requester`, `committee`).
    pub id: String,
    /// How the text calls it.
    pub label: String,
    /// The one body that is this party, where the text names it.
    pub body: Option<String>,
    /// Kinds of organisation that may be this party.
    pub organisation_kinds: Vec<String>,
    /// Roles of the system that act for it.
    pub roles: Vec<Role>,
    /// Parties each of which is this party for the teams it owns, and only for them (CY 第五条:
    /// 相关部门); empty = no such party.
    pub members: Vec<String>,
    /// Where.
    pub citation: Citation,
}

/// Who may do an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Permission {
    /// The act.
    pub act: Act,
    /// Ids of the parties that may.
    pub parties: Vec<String>,
    /// Only so.
    pub when: Vec<Condition>,
    /// Where.
    pub citation: Citation,
}
