//! The facts of events in words, for the ledger's and the log's pages. What only programs compare stays in the JSON.

use crate::actor::{Action, Role};

/// A public fact of an event as people read it: `渠道：短信`. None for what says nothing to people.
#[must_use]
pub fn fact_words(name: &str, value: &str) -> Option<String> {
    if value.is_empty() {
        return None;
    }
    let words = match (name, value) {
        // Identifiers: the page links to the thing itself.
        ("about" | "relation" | "import" | "document" | "file", id) if id.contains('-') => {
            return None;
        }
        ("role", code) => {
            Role::from_code(code).map_or_else(|| code.to_owned(), |role| role.zh().to_owned())
        }
        ("roles", codes) => {
            let roles: Vec<_> = codes
                .split(',')
                .filter_map(Role::from_code)
                .map(Role::zh)
                .collect();
            format!("须用动态口令：{}", roles.join("、"))
        }
        ("action", code) => {
            Action::from_code(code).map_or_else(|| code.to_owned(), |action| action.zh().to_owned())
        }
        ("try", number) => format!("连续第 {number} 次不对"),
        ("tries", number) => format!("第 {number} 次发送"),
        ("unlocked", _) => "解除锁定".to_owned(),
        ("round", number) => format!("第 {number} 轮"),
        ("attempt", number) => format!("第 {number} 次抽取"),
        ("task" | "number" | "no", number) => format!("编号 {number}"),
        ("accounts", number) => format!("建立 {number} 个账号"),
        ("ledgers", number) => format!("{number} 本台账"),
        ("by", "link") => "通过一次性链接".to_owned(),
        ("by", "written") => "书面答复".to_owned(),
        ("answer" | "result", code) => match answer(code) {
            Some(words) => words.to_owned(),
            None => return None,
        },
        ("year", year) => format!("{year}年"),
        ("received", items) => format!("已收到 {} 项", items.split(',').count()),
        // A register is named by the pack; its code says nothing to people.
        ("register", _) => return None,
        ("reason_given", "yes") => "说明了理由".to_owned(),
        ("reason_given", "no") => "没有说明理由".to_owned(),
        ("demonstration", _) => "演练".to_owned(),
        (name, value) => match label(name) {
            Some(label) => format!("{label}：{}", code(value)),
            None => code(value).to_owned(),
        },
    };
    Some(words)
}

/// What a fact is called, where its value does not say so itself.
fn label(name: &str) -> Option<&'static str> {
    Some(match name {
        "accounts" | "people" | "count" => "人数",
        "added" | "new" => "新增",
        "article" => "依据",
        "basis" => "依据",
        "basis_on" => "依据日期",
        "because" => "原因",
        "candidates" => "可抽",
        "changed" => "变更",
        "channel" => "渠道",
        "closes_on" => "截止",
        "concerns" => "有关",
        "commitment" => "密签指纹",
        "credit_code" => "信用代码",
        "credit_code_before" => "原信用代码",
        "digest" | "file_digest" => "文件指纹",
        "due" => "期限",
        "experts" => "专家",
        "exhausted" => "候补用尽",
        "fields" => "项目",
        "folder" => "目录",
        "form" => "格式",
        "frame_digest" => "名单指纹",
        "from" | "name_before" => "原为",
        "ground" | "grounds" => "情形",
        "issued" => "发出",
        "expires" => "有效至",
        "kind" => "类别",
        "label" => "名称",
        "parameter" => "参数",
        "request" => "需求",
        "scopes" => "范围",
        "left_out" => "跳过",
        "address" => "网址或版面",
        "at" => "时间",
        "channels" => "入库渠道",
        "medium" => "媒体",
        "opens" => "征集开始",
        "closes" => "征集截止",
        "title" => "标题",
        "wanted" => "人数",
        "matches" => "与指纹一致",
        "minutes" => "会议纪要",
        "posting" => "公示",
        "list_digest" => "名单指纹",
        "last_day" => "公示末日",
        "passed" => "通过",
        "held" => "有异议未办结",
        "taken" => "性质",
        "signature" => "署名",
        "name" => "名称",
        "note" => "办理",
        "on" => "日期",
        "outcome" => "结论",
        "pack" => "规则包",
        "pack_digest" => "规则包指纹",
        "party" => "一方",
        "published_to" => "公布给",
        "purpose" => "用途",
        "reason" => "理由",
        "record_digest" => "记录指纹",
        "reply_by" => "答复期限",
        "scope" => "范围内",
        "seats" => "席位",
        "seed" => "种子",
        "share" => "密签原文",
        "silent" => "未答复",
        "station" => "环节",
        "items" => "项目",
        "certificate" => "聘书编号",
        "cohort" => "届别",
        "next" => "下一聘期",
        "found" => "认定",
        "looked_up" => "查询",
        "lapse" => "状态",
        "joined" => "新增",
        "left" => "退出",
        "in_pool" => "在库",
        "undertaking" => "承诺",
        "version" => "版本",
        "through" => "方式",
        "need" => "工作需要",
        "discretion" => "破格理由",
        "source" => "来源",
        "stage" => "方式",
        "standing" => "效力",
        "term" => "聘期",
        "to" => "改为",
        "topic" => "主题",
        "unchanged" => "不变",
        "until" => "至",
        "what" => "内容",
        _ => return None,
    })
}

/// What somebody answered or a meeting decided, by its code.
fn answer(code: &str) -> Option<&'static str> {
    Some(match code {
        "accept" => "同意参加",
        "decline" => "不能参加",
        "recuse" => "申请回避",
        "accepted" => "接受邀请",
        "declined" => "谢绝邀请",
        "willing" => "愿意",
        "unwilling" => "不愿意",
        "approved" => "审定通过",
        "not_approved" => "审定未通过",
        "unchanged" => "无变化",
        "changed" => "有变化",
        _ => return None,
    })
}

/// A code as a word; anything else is a word already.
fn code(value: &str) -> &str {
    match value {
        "yes" | "true" => "是",
        "no" | "false" => "否",
        "in_app" => "站内消息",
        "sms" => "短信",
        "mail" => "邮件",
        "manager" => "库管理方",
        "requester" => "使用方",
        "supervisor" => "纪检监督",
        "requester,drawn" => "使用方和抽中的专家",
        "declined" => "不能参加",
        "no_answer" => "到时未答复",
        "recused" => "申报回避",
        "stopped" => "发现回避情形，停止参与",
        "absent" => "未到场",
        "ineligible" => "不再符合条件",
        "password" => "密码",
        "password+totp" => "密码和动态口令",
        "frame" => "候选名单",
        other => other,
    }
}

/// The kind of thing an event is about.
#[must_use]
pub fn object_words(kind: &str) -> &str {
    match kind {
        "task" => "使用需求",
        "draw" => "抽取场次",
        "expert" => "专家",
        "engagement" => "参与",
        "organisation" => "单位",
        "relation" => "回避关系",
        "specialty" => "专业领域",
        "misconduct" => "不良行为",
        "message" => "消息",
        "pool" => "专家库",
        "import" => "导入",
        "account" => "账号",
        "campaign" => "信息更新",
        "special_invitation" => "特约邀请",
        "solicitation" => "征集公告",
        "application" => "入库申请",
        "meeting" => "会议审定",
        "posting" => "公示",
        "objection" => "异议",
        "feedback" => "意见反馈",
        "certificate" => "聘书",
        "renewal" => "续聘",
        "reconciliation" => "信息库更新",
        "cohort" => "届",
        "register_entry" => "失信名单",
        _ => "其他",
    }
}

#[cfg(test)]
mod tests {
    use super::fact_words;

    #[test]
    fn people_read_words_not_codes() {
        let words = |name, value| fact_words(name, value).unwrap_or_default();
        assert_eq!(words("channel", "sms"), "渠道：短信");
        assert_eq!(words("answer", "decline"), "不能参加");
        assert_eq!(words("result", "approved"), "审定通过");
        assert_eq!(words("register", "dishonesty"), "");
        assert_eq!(words("because", "declined"), "原因：不能参加");
        assert_eq!(words("role", "officer"), "库管方经办");
        assert_eq!(words("reason", "与实际不符"), "理由：与实际不符");
        assert_eq!(words("about", "engagement:01a2-77"), "");
        assert_eq!(words("reason", ""), "");
    }
}
