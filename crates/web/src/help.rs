//! 帮助: what each role does here, what the words of states mean, and which keys there are.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::actor::Role;

use crate::error::WebError;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::Session;
use crate::state::App;

/// Routes of help.
pub fn routes() -> Routes {
    Routes::new().get("/help", Access::Public, show)
}

/// A role's guide: what to do, in the order it is done.
struct Guide {
    role: Role,
    steps: &'static [(&'static str, &'static str)],
}

const GUIDES: &[Guide] = &[
    Guide {
        role: Role::Officer,
        steps: &[
            (
                "建库",
                "在“批量导入”下载模板，填好后上传。系统先预检，列出新增、变更和有错的行，您确认后才写入。单个专家在“专家库”里新增。",
            ),
            (
                "征集公告",
                "在“征集公告”起草，可以先存草稿，写全后提请审批。审批后发布，公众不登录就能看到；登在报纸、公众号上的逐次登记。",
            ),
            (
                "审核需求",
                "使用方提出的需求在“待办”里。打开后先看“可抽人数”，人数不足时系统列出放宽哪一条影响最小；退回时写明理由。",
            ),
            (
                "组织抽取",
                "受理后封存候选名单，三方各在自己电脑上交密签、揭示。揭示齐了自动抽取，结果封存，谁也看不到姓名。",
            ),
            (
                "启封与通知",
                "提请启封，由纪检监督同意。同意后邀请自动发出，不能参加、回避、到时未答复的，由同一次抽取的下一顺位递补。",
            ),
            (
                "电话答复",
                "专家打来电话的，在“专家组”登记，再由另一个岗位确认。",
            ),
            (
                "意见反馈",
                "公众在公开页面提的意见在“待办”里，由您答复，或写明理由关闭。对方凭查询码查看，留了手机或邮箱的另有通知。",
            ),
            (
                "解聘退出",
                "“解聘退出”列出按记录达到规定情形的专家。从专家页面提出，附上该情形要求的理由和文件，再按办法的环节逐个办理；本人可以陈述意见。",
            ),
        ],
    },
    Guide {
        role: Role::Approver,
        steps: &[
            (
                "征集公告",
                "经办提请审批的公告由您审批或写明理由退回。自己起草、提请的不能自己审批。",
            ),
            (
                "作废",
                "经办提请作废的，由您确认或不同意。作废的场次永久留存并公开理由。",
            ),
            (
                "定向选用",
                "使用方定向选用的人选由您同意。同意前请核对理由是否符合办法。",
            ),
            (
                "规则",
                "办法届满时在“办法与规则”登记延期文件；条文没有说死的值在“规则参数”调整，写明依据。",
            ),
            (
                "不良行为",
                "经办或使用方提出的记录由您认定，只有认定的才计数；达到办法规定情形的专家列入“解聘退出”。",
            ),
            (
                "解聘退出",
                "最后一个环节由您办理，办结即出库。不同意的写明理由，专家继续在库。",
            ),
        ],
    },
    Guide {
        role: Role::Requester,
        steps: &[
            (
                "提出需求",
                "在“使用需求”新增。受评单位、人员和回避要求要写全，没有回避要求也须写明“无”。表单右侧随填随算可抽人数。",
            ),
            (
                "参加抽取",
                "在自己电脑上打开场次，点“生成并提交密签”，等三方交齐后揭示。浏览器里的随机数在揭示前不离开您的电脑。",
            ),
            (
                "使用专家",
                "启封后在“专家组”看名单、打印签到表。发现应当回避的，立即停止其参与，系统随即补抽。请假由您受理。",
            ),
        ],
    },
    Guide {
        role: Role::Supervisor,
        steps: &[
            (
                "参加抽取",
                "以监督方身份交密签、揭示。三方对账码须一致，不一致请要求停止。",
            ),
            (
                "启封",
                "核对程序无误后同意启封。您同意之前，库管方和使用方都看不到姓名。",
            ),
            (
                "查留痕",
                "“留痕”里每件事都不能改、不能删，可以按事项、对象查，也可以下载留痕包在任何电脑上离线核验。会场投屏用“投屏”页。",
            ),
        ],
    },
    Guide {
        role: Role::Expert,
        steps: &[
            (
                "答复邀请",
                "点短信或邮件里的链接，或登录后在“我的邀请”答复。请在期限前答复，到时未答复视为不能参加。",
            ),
            (
                "申报回避",
                "与受评单位、人员有利害关系的，选“需要回避”并写明情形。如实申报不影响今后被抽取。",
            ),
            (
                "请假",
                "答复参加后临时不能到的，在同一页提出请假，由使用方受理。",
            ),
            (
                "退出专家库",
                "办法允许本人申请退出的，在“我的资料”里申请，办结前可以撤回。办公室提出解聘的，您可以在同一页陈述意见。",
            ),
        ],
    },
    Guide {
        role: Role::SystemAdmin,
        steps: &[
            (
                "账号",
                "新建账号后把一次性链接交给本人，由本人设置密码。系统里没有默认密码。",
            ),
            (
                "备份",
                "在服务器上运行 linxuan backup，密钥另行保管。每次升级前先备份，并练习恢复。",
            ),
        ],
    },
    Guide {
        role: Role::SecurityAdmin,
        steps: &[(
            "岗位",
            "给账号授予岗位并选定专家库。互相监督的岗位不能由同一人担任，系统会拒绝。",
        )],
    },
    Guide {
        role: Role::Auditor,
        steps: &[(
            "系统留痕",
            "查看登录、授权、查看原文等记录。只能看，不能改。",
        )],
    },
];

const GLOSSARY: &[(&str, &str, &str)] = &[
    ("征集公告", "待审批", "已写全，等另一个人审批或退回"),
    ("征集公告", "已审批，待发布", "有了编号，发布后公众才能看到"),
    ("征集公告", "征集中", "到截止时间的最后一秒都受理申请"),
    ("征集公告", "已撤回", "写明理由，不再据此受理，仍可查看"),
    ("使用需求", "待审核", "已提出，等库管方经办受理或退回"),
    ("使用需求", "退回修改", "经办写明理由退回，改后可重新提交"),
    ("使用需求", "待抽取", "已受理，等封存候选名单"),
    ("使用需求", "抽取中", "三方正在交密签或揭示"),
    ("使用需求", "已抽取", "有了结果，封存着，没有人看到姓名"),
    ("使用需求", "已启封", "两个岗位同意公布，专家已收到邀请"),
    ("使用需求", "已办结", "工作完成，只能查看"),
    (
        "抽取场次",
        "交密签",
        "三方各自提交随机数的指纹，交齐前谁都可以停",
    ),
    ("抽取场次", "揭示", "三方公开随机数，须与指纹一致"),
    (
        "抽取场次",
        "已作废",
        "两个岗位确认作废，理由公开，重新抽取另行编号",
    ),
    ("专家", "在库", "可以被抽取"),
    ("专家", "聘期未开始", "聘期还没有到，开始之日起参加抽取"),
    ("专家", "暂停抽取", "到期或恢复前不参加抽取"),
    ("专家", "聘期已满", "没有续聘，不参加抽取"),
    ("专家", "已出库", "解聘、退任或取消资格，资料留存"),
    (
        "解聘退出",
        "办理中",
        "按办法的环节逐个办理，办结前专家仍在库",
    ),
    ("解聘退出", "不同意", "有一个环节没有通过，专家继续在库"),
    ("名额", "待答复", "邀请已发出，等专家在期限内答复"),
    ("名额", "同意参加", "已申报没有回避情形并同意"),
    ("名额", "未答复", "到时没有答复，由下一顺位递补"),
    ("名额", "已回避", "本人申报回避，由下一顺位递补"),
    ("名额", "已停止参与", "发现应当回避，停止并补抽"),
];

const WORDS: &[(&str, &str)] = &[
    (
        "候选名单",
        "按办法可以被抽到的人。封存后不能再改，指纹随场次公布。",
    ),
    (
        "密签",
        "一方随机数的指纹。先交指纹、后揭示，谁都不能看着别人的数再选自己的。",
    ),
    ("种子", "三方随机数合成，唯一决定抽取顺序。"),
    (
        "正选、候补",
        "正选是名额，候补按同一次抽取的顺序递补，不需要再抽。",
    ),
    ("暂停一次", "连续两次抽中的，下一次原则上暂停。"),
    (
        "核验码",
        "印在单据上的短码，对应留痕的签名，可与留痕页互相核对。",
    ),
    ("留痕", "每件事一条，不能修改或删除。"),
];

const KEYS: &[(&str, &str)] = &[
    ("/", "到顶部的搜索框"),
    ("Tab、Shift+Tab", "到下一个、上一个可以操作的地方"),
    ("回车", "打开链接，提交表单"),
    ("空格", "勾选、取消勾选，展开菜单"),
    ("↑ ↓、回车、Esc", "在单位、职业等提示列表中选择、确认、收起"),
    ("Ctrl+P", "打印本页，导航和按钮不打印"),
];

#[derive(Template)]
#[template(path = "help/show.html")]
struct HelpPage {
    layout: Layout,
    guides: Vec<&'static Guide>,
    glossary: &'static [(&'static str, &'static str, &'static str)],
    words: &'static [(&'static str, &'static str)],
    keys: &'static [(&'static str, &'static str)],
    phone: String,
}

async fn show(
    State(app): State<App>,
    session: Result<Session, WebError>,
    visit: Visit,
) -> Result<Response, WebError> {
    let own = |guide: &&Guide| match &session {
        Ok(session) => session.ctx.actor.is(guide.role),
        Err(_) => guide.role == Role::Expert,
    };
    let mut guides: Vec<_> = GUIDES.iter().filter(own).collect();
    // Whoever has no post yet reads what the posts do.
    if guides.is_empty() {
        guides = GUIDES.iter().collect();
    }
    let layout = match &session {
        Ok(session) => session.layout(&app, &visit, "帮助"),
        Err(_) => Layout::new(&app.site.now(), &visit, "帮助"),
    };
    page::page(&HelpPage {
        phone: layout.site.help_phone.clone(),
        layout,
        guides,
        glossary: GLOSSARY,
        words: WORDS,
        keys: KEYS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_explained_by_the_words_pages_use() {
        let told: Vec<&str> = GLOSSARY.iter().map(|(_, word, _)| *word).collect();
        for standing in domain::expert::Status::ALL {
            assert!(told.contains(&standing.zh()), "{}", standing.zh());
        }
    }
}
