//! A page with every component in every state, and one page of each other frame. Only tests render them.

use std::sync::Arc;

use askama::Template;
use web::components::*;
use web::form::{Choice, FormState};
use web::layout::{Banner, Layout, Site, TypeSize, Visitor};
use web::menu::{self, Count, Entry};

pub(crate) const ENTRIES: &[Entry] = &[
    Entry {
        group: "",
        label: "工作台",
        href: "/",
        icon: "home",
    },
    Entry {
        group: "专家",
        label: "专家库",
        href: "/experts",
        icon: "users",
    },
    Entry {
        group: "专家",
        label: "征集与申报",
        href: "/calls",
        icon: "",
    },
    Entry {
        group: "专家",
        label: "入库评审",
        href: "/panels",
        icon: "",
    },
    Entry {
        group: "抽取与使用",
        label: "抽取申请",
        href: "/requests",
        icon: "draw",
    },
    Entry {
        group: "抽取与使用",
        label: "任务与签到",
        href: "/tasks",
        icon: "task",
    },
    Entry {
        group: "经费",
        label: "劳务费核算",
        href: "/fees",
        icon: "yuan",
    },
    Entry {
        group: "公开与监督",
        label: "公告与公示",
        href: "/notices",
        icon: "horn",
    },
    Entry {
        group: "系统",
        label: "规则与字典",
        href: "/settings/rules",
        icon: "gear",
    },
];

pub(crate) fn site() -> Arc<Site> {
    Arc::new(Site {
        bureau: "云津市人力资源和社会保障局".into(),
        unit: "云津市人力资源和社会保障局职业能力建设科".into(),
        help_phone: "0000-12333".into(),
        ..Site::default()
    })
}

pub(crate) fn layout(title: &str, size: TypeSize) -> Layout {
    let visitor = Visitor {
        name: "周敏".into(),
        post: "库管方".into(),
        unread: 3,
        links: vec![
            Link::new("修改密码", "/account/password"),
            Link::new("登录设备", "/account/sessions"),
        ],
    };
    let menu = menu::build(
        ENTRIES,
        None,
        "/experts",
        |_| true,
        |entry| match entry.href {
            "/" => Some(Count::Waiting(12)),
            "/experts" => Some(Count::Size(1286)),
            _ => None,
        },
    );
    Layout {
        site: site(),
        title: title.into(),
        size,
        clock: "2026年11月23日 09:12".into(),
        ..Layout::default()
    }
    .signed_in(visitor, menu)
    .under(&[("工作台", "/"), ("专家", "/experts")])
}

#[derive(Template)]
#[template(path = "components/gallery.html")]
pub(crate) struct Gallery {
    pub(crate) layout: Layout,
    pub(crate) form: FormState,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) stats: Vec<Stat>,
    pub(crate) todos: Vec<Todo>,
    pub(crate) statuses: Vec<Status>,
    pub(crate) tags: Vec<(Tone, &'static str)>,
    pub(crate) choices: Vec<Choice>,
    pub(crate) picks: Vec<Choice>,
    pub(crate) chips: Vec<Chip>,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<(
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        Status,
    )>,
    pub(crate) pager: Pager,
    pub(crate) facts: Vec<(&'static str, &'static str)>,
    pub(crate) moments: Vec<Moment>,
    pub(crate) empty: Empty,
    pub(crate) steps: Vec<Step>,
    pub(crate) notes: Vec<Note>,
    pub(crate) meters: Vec<Meter>,
    pub(crate) funnel: Vec<FunnelRow>,
    pub(crate) parties: Vec<Party>,
    pub(crate) digest: &'static str,
    pub(crate) qr: Option<Qr>,
}

fn tab(label: &str, count: &str, current: bool) -> Tab {
    Tab {
        link: Link::new(label, "#todo"),
        count: (!count.is_empty()).then(|| count.to_owned()),
        here: Here::when(current),
    }
}

pub(crate) fn gallery(size: TypeSize) -> Gallery {
    let mut form = FormState::blank()
        .with("title", "养老护理员 <四级> & \"培训\" 承办院校遴选")
        .with("phone", "1380013800")
        .with("kind", "b")
        .with("axes", "a")
        .with("axes", "c")
        .with("team", "b");
    form.reject("phone", "手机号应为 11 位，现在是 10 位。请补全后再提交。");
    form.reject("recusal", "请选择是否需要回避。");
    let banner_text = "《云津市专家库管理办法》有效期至 2026年10月31日，按规定只能办结在办事项。";
    Gallery {
        layout: layout("构件", size)
            .judged(&form)
            .banner(Banner::Expired(banner_text.into()))
            .banner(Banner::Rehearsal("本页的抽取是演练，不产生效力。".into()))
            .banner(Banner::Draft(
                "《云津市专家库管理办法（征求意见稿）》，仅供试算。".into(),
            )),
        form,
        tabs: vec![
            tab("需我办理", "12", true),
            tab("我发起的", "5", false),
            tab("已办结", "", false),
        ],
        stats: vec![
            stat(
                "在库专家",
                "1,286",
                "人",
                "本月 +23",
                "/experts",
                &[3.0, 4.0, 4.5, 6.0, 7.5, 9.0],
            ),
            stat(
                "今天可抽",
                "1,041",
                "人",
                "占 81%",
                "/experts?state=free",
                &[2.0, 5.0, 4.0, 7.0, 6.0, 8.0],
            ),
            stat("本季抽取", "38", "场", "187 人次", "", &[]),
            stat("到场率", "94.2", "%", "上季 91.8%", "", &[5.0, 5.0]),
        ],
        todos: vec![
            todo(
                "递补",
                Tone::Warn,
                "焊工（三级）认定现场考评：1 名专家不能参加",
                Urgency::Overdue,
                "已超时 1 小时",
                "通知候补",
            ),
            todo(
                "抽取复核",
                Tone::Primary,
                "养老护理员（四级）培训承办院校遴选评审",
                Urgency::Today,
                "今天 17:00 前",
                "复核",
            ),
            todo(
                "入库初审",
                Tone::Plain,
                "2026 年第二批征集：李文涛 等 17 人",
                Urgency::Soon,
                "剩 2 天",
                "初审",
            ),
            todo(
                "聘期将满",
                Tone::Plain,
                "46 名专家聘期在 30 天内到期",
                Urgency::Later,
                "剩 7 天",
                "生成名单",
            ),
        ],
        statuses: vec![
            Status::good("在库，可抽"),
            Status::waiting("待答复，剩 1 小时 12 分"),
            Status::stopped("暂停抽取"),
            Status::idle("未启用"),
            Status::notice("公示中"),
        ],
        tags: vec![
            (Tone::Plain, "劳务费"),
            (Tone::Good, "一致"),
            (Tone::Warn, "递补"),
            (Tone::Bad, "回避异议"),
            (Tone::Primary, "正选"),
        ],
        choices: vec![
            Choice::new("a", "评审"),
            Choice::new("b", "督导").detail("含现场检查"),
            Choice::new("c", "题库审核"),
        ],
        picks: vec![
            Choice::new("none", "没有").detail("我承诺以上属实，并对评审内容保密"),
            Choice::new("some", "有，需要回避").detail("下一步选择单位和原因，不影响您今后被抽取"),
        ],
        chips: vec![Chip {
            text: "职称/等级：副高或技师以上".into(),
            without: "/experts".into(),
        }],
        columns: vec![
            Column::sorted("姓名", "?sort=-name", Order::Ascending),
            Column::plain("专业方向"),
            Column::plain("单位").class("p3"),
            Column::sorted("到场/抽中", "?sort=drawn", Order::Sortable).class("num"),
            Column::plain("状态"),
        ],
        rows: vec![
            (
                "李文涛",
                "养老护理",
                "云津市第一人民医院",
                "5 / 5",
                Status::good("在库"),
            ),
            (
                "区静怡",
                "育婴",
                "云津市妇幼保健院",
                "3 / 3",
                Status::waiting("聘期将满"),
            ),
            (
                "查明远",
                "焊工",
                "云津重型机械厂",
                "2 / 4",
                Status::stopped("暂停抽取"),
            ),
        ],
        pager: Pager {
            range: "本页 3 人，共 214 人".into(),
            first: Some("?".into()),
            previous: Some("?before=1".into()),
            next: Some("?after=3".into()),
            sizes: vec![tab("20", "", true), tab("50", "", false)],
        },
        facts: vec![
            ("证件号", "430***********2417"),
            ("专业方向", "养老护理（主）、失智照护"),
            ("聘期", "2025年4月1日 至 2028年3月31日"),
        ],
        moments: vec![
            moment(
                "2026-11-23 09:02",
                "待本人确认：承办院校遴选评审",
                Progress::Now,
            ),
            moment("2026-11-12", "劳务费 800.00 元已发放", Progress::Done),
            moment("12月10日前", "劳务费到账", Progress::Ahead),
        ],
        empty: Empty {
            what: "没有符合条件的专家。".into(),
            hint: "去掉“聘期至”可看到 31 人。".into(),
            actions: vec![Link::new("去掉这个条件", "#x"), Link::new("重置", "#y")],
        },
        steps: vec![
            step("封存候选名单", "37 人，10:01", Progress::Done),
            step("三方各交密签", "已交 2 / 3", Progress::Now),
            step("三方揭示", "只能与指纹一致", Progress::Ahead),
            step("归档", "答复齐后自动", Progress::Ahead),
        ],
        notes: vec![
            Note::new(
                Tone::Primary,
                "还差 1 人答复：",
                "李文涛须在今天 12:20 前答复，到时未答复由候补 2 唐芸递补。",
            ),
            Note::new(Tone::Warn, "等 1 方：", "纪检监督 郑军 提交密签。"),
            Note::new(Tone::Bad, "本场作废：", "使用方揭示与指纹不符。"),
            Note::new(Tone::Good, "核验通过。", "三方指纹与结果一致。"),
        ],
        meters: [(37, 7), (4, 2), (3, 3), (2, 3), (9, 8)]
            .map(|(eligible, needed)| Meter { eligible, needed })
            .to_vec(),
        funnel: vec![
            funnel("在库且在聘期内", "1,108", FunnelKind::Remain),
            funnel("专业符合“养老护理”", "64", FunnelKind::Remain),
            funnel("－ 回避", "9", FunnelKind::Cut),
            funnel("可抽", "37", FunnelKind::Sum),
        ],
        parties: vec![
            party(
                "库管方",
                PartyState::Revealed {
                    commitment: DIGEST.into(),
                    at: "10:02:11".into(),
                    revealed: "10:05:40".into(),
                },
            ),
            party(
                "使用方",
                PartyState::Committed {
                    commitment: DIGEST.into(),
                    at: "10:02:38".into(),
                },
            ),
            party(
                "纪检监督",
                PartyState::Waiting {
                    ask: "请在本人电脑上提交密签".into(),
                },
            ),
            party(
                "见证方",
                PartyState::Failed {
                    commitment: DIGEST.into(),
                    at: "10:03:05".into(),
                    why: "揭示的原数与指纹不符，本场作废。".into(),
                },
            ),
            party(
                "旁听方",
                PartyState::Void {
                    why: "作废前没有交密签".into(),
                },
            ),
        ],
        digest: DIGEST,
        qr: Qr::new(
            "https://zjk.example.gov.cn/public/draws/7F3K-9QMD",
            "核验二维码",
        ),
    }
}

const DIGEST: &str = "b7d206ce41f98a3d5510e2bc97a46f083dd1c85e72b6094ae1f35c27a86d10f4";

fn stat(label: &str, value: &str, unit: &str, compared: &str, href: &str, trend: &[f64]) -> Stat {
    Stat {
        label: label.into(),
        value: value.into(),
        unit: unit.into(),
        compared: compared.into(),
        href: href.into(),
        trend: trend.to_vec(),
    }
}

fn todo(kind: &str, tone: Tone, title: &str, urgency: Urgency, due: &str, verb: &str) -> Todo {
    Todo {
        kind: kind.into(),
        tone,
        title: title.into(),
        href: "/requests/1".into(),
        facts: "候补第 1 位待通知 · 场次 CQ-2026-0117".into(),
        urgency,
        due: due.into(),
        waited: "已等 5 小时".into(),
        verb: verb.into(),
    }
}

fn moment(time: &str, text: &str, progress: Progress) -> Moment {
    Moment {
        time: time.into(),
        text: text.into(),
        link: Some(Link::new("查看", "#m")),
        progress,
    }
}

fn step(title: &str, detail: &str, progress: Progress) -> Step {
    Step {
        title: title.into(),
        detail: detail.into(),
        progress,
    }
}

fn funnel(label: &str, count: &str, kind: FunnelKind) -> FunnelRow {
    FunnelRow {
        label: label.into(),
        count: count.into(),
        kind,
    }
}

fn party(side: &str, state: PartyState) -> Party {
    Party {
        side: side.into(),
        person: "职业能力建设科 周敏".into(),
        state,
    }
}
