//! The left menu as data. Which entries a visitor may open is decided by the caller, entry by entry.

use domain::actor::{Action, Actor, Reach};
use domain::id::PoolId;
use domain::meeting::Rules;
use domain::policy::pack::Pack;

use crate::components::Here;
use crate::error::WebError;
use crate::session::InPool;

/// One entry of the menu.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Entry {
    /// Heading it stands under; empty for the entry above all headings.
    pub group: &'static str,
    /// Its words.
    pub label: &'static str,
    /// Its address, with `{no}` for the number of the pool; everything below that address counts as this entry.
    pub href: &'static str,
    /// Icon of the first entries of a group; empty indents the entry below the one before.
    pub icon: &'static str,
}

/// A count beside an entry: work that waits, or the size of something.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Count {
    /// Waiting for this visitor, shown in red.
    Waiting(u64),
    /// How many there are.
    Size(u64),
}

impl Count {
    /// The number with thousands separators.
    #[must_use]
    pub fn text(&self) -> String {
        let (Self::Waiting(number) | Self::Size(number)) = self;
        crate::page::thousands(*number)
    }
    /// The style class.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Waiting(_) => "hot",
            Self::Size(_) => "",
        }
    }
}

/// An entry as shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Item {
    /// The entry.
    pub entry: Entry,
    /// Its words, as the instrument of the pool has them.
    pub label: String,
    /// Its address, the number of the pool filled in.
    pub href: String,
    /// The count beside it.
    pub count: Option<Count>,
    /// Whether the page shown belongs to it.
    pub here: Here,
}

/// A heading with its entries; groups without entries do not exist.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Group {
    /// The heading, empty for the first entries.
    pub heading: &'static str,
    /// Its entries.
    pub items: Vec<Item>,
}

/// The menu of one visitor: entries that `visible` lets through, grouped in the order given, with the counts that
/// `count` knows and the entry marked that `path` belongs to (the longest match). Without a pool, entries of a pool
/// do not appear.
#[must_use]
pub fn build(
    entries: &[Entry],
    pool: Option<i64>,
    path: &str,
    mut visible: impl FnMut(&Entry) -> bool,
    mut count: impl FnMut(&Entry) -> Option<Count>,
) -> Vec<Group> {
    let addressed: Vec<(Entry, String)> = entries
        .iter()
        .filter_map(|entry| match (entry.href.contains("{no}"), pool) {
            (false, _) => Some((*entry, entry.href.to_owned())),
            (true, Some(no)) => Some((*entry, entry.href.replace("{no}", &no.to_string()))),
            (true, None) => None,
        })
        .collect();
    let current = addressed
        .iter()
        .filter(|(_, href)| covers(href, path))
        .map(|(_, href)| href.clone())
        .max_by_key(String::len);
    let mut groups: Vec<Group> = Vec::new();
    for (entry, href) in addressed.into_iter().filter(|(entry, _)| visible(entry)) {
        let item = Item {
            entry,
            label: entry.label.to_owned(),
            count: count(&entry),
            here: Here::when(current.as_ref() == Some(&href)),
            href,
        };
        match groups.last_mut() {
            Some(group) if group.heading == entry.group => group.items.push(item),
            _ => groups.push(Group {
                heading: entry.group,
                items: vec![item],
            }),
        }
    }
    groups
}

/// Where the papers of appointments are, under the name the instrument gives them.
const CERTIFICATES: &str = "/p/{no}/certificates";
/// Where people are asked to join a pool.
pub(crate) const SPECIAL_INVITATIONS: &str = "/p/{no}/special-invitations";
/// Where everybody is asked whether what is held about them is still right.
pub(crate) const CAMPAIGNS: &str = "/p/{no}/campaigns";
/// Where the body meets that decides who enters.
pub(crate) const MEETINGS: &str = "/p/{no}/meetings";
/// Where people leave a pool before their term ends.
pub(crate) const EXITS: &str = "/p/{no}/exits";

/// The menu of the program: each entry with the actions any one of which opens it. No actions: for everybody who
/// holds a role in the pool.
const MENU: &[(Entry, &[Action])] = &[
    (entry("", "待办", "/p/{no}", "home"), &[]),
    (
        entry("专家", "专家库", "/p/{no}/experts", "users"),
        &[Action::ReadExperts],
    ),
    (
        entry("专家", "征集公告", "/p/{no}/notices", ""),
        &[Action::ReadNotices],
    ),
    (
        entry("专家", "批量导入", "/p/{no}/imports", ""),
        &[Action::ImportExperts],
    ),
    (
        entry("专家", "入库申请", "/p/{no}/applications", ""),
        &[Action::ReadApplications],
    ),
    (
        entry("专家", "会议审定", MEETINGS, ""),
        &[Action::ReadApplications],
    ),
    (
        entry("专家", "名单公示", "/p/{no}/postings", ""),
        &[Action::ReadPostings],
    ),
    (
        entry("专家", "聘书", CERTIFICATES, ""),
        &[Action::IssueCertificates],
    ),
    (
        entry("专家", "信息变更", "/p/{no}/amendments", ""),
        &[Action::EditExperts],
    ),
    (
        entry("专家", "续聘", "/p/{no}/renewals", ""),
        &[Action::ReadExperts],
    ),
    (entry("专家", "解聘退出", EXITS, ""), &[Action::ReadExits]),
    (
        entry("专家", "信息库更新", "/p/{no}/update-report", ""),
        &[Action::ReadExperts],
    ),
    (
        entry("专家", "专业领域", "/p/{no}/specialties", ""),
        &[Action::ReadExperts],
    ),
    (
        entry("专家", "单位", "/p/{no}/organisations", ""),
        &[Action::ReadRelations],
    ),
    (
        entry("专家", "失信名单", "/p/{no}/register", ""),
        &[Action::ReadRelations],
    ),
    (
        entry("专家", "信息集中更新", CAMPAIGNS, ""),
        &[Action::RunCampaign],
    ),
    (
        entry("专家", "办法与规则", "/p/{no}/instrument", ""),
        &[Action::ReadExperts, Action::ReadTasks],
    ),
    (
        entry("抽取与使用", "使用需求", "/p/{no}/tasks", "draw"),
        &[Action::ReadTasks],
    ),
    (
        entry("抽取与使用", "特约邀请", SPECIAL_INVITATIONS, ""),
        &[
            Action::ProposeInvitation,
            Action::SendInvitation,
            Action::RecordDecision,
            Action::ReadFrame,
        ],
    ),
    (
        entry("抽取与使用", "不良行为记录", "/p/{no}/misconduct", ""),
        &[Action::ConfirmMisconduct, Action::ProposeMisconduct],
    ),
    (
        entry("监督", "意见反馈", "/p/{no}/feedback", "file"),
        &[Action::ReadFeedback],
    ),
    (
        entry("监督", "消息记录", "/p/{no}/messages", "file"),
        &[Action::NotifyExperts],
    ),
    (
        entry("监督", "留痕", "/p/{no}/ledger", "file"),
        &[Action::ReadLedger],
    ),
    (
        entry("系统", "账号", "/settings/users", "gear"),
        &[Action::ManageAccounts],
    ),
    (
        entry("系统", "岗位授权", "/settings/roles", "gear"),
        &[Action::GrantRoles],
    ),
    (
        entry("系统", "系统留痕", "/settings/log", "gear"),
        &[Action::ReadSystemLog],
    ),
    (
        entry("系统", "专家库设置", "/settings/pools", ""),
        &[Action::CreatePool],
    ),
    (entry("我的", "账号与安全", "/me", "gear"), &[]),
];

/// What is about a pool as a whole: nobody who answers for a part of it opens it.
const WHOLE: &[&str] = &[
    MEETINGS,
    "/p/{no}/postings",
    "/p/{no}/update-report",
    CAMPAIGNS,
    SPECIAL_INVITATIONS,
    "/p/{no}/feedback",
    "/p/{no}/messages",
    "/p/{no}/ledger",
];

const fn entry(
    group: &'static str,
    label: &'static str,
    href: &'static str,
    icon: &'static str,
) -> Entry {
    Entry {
        group,
        label,
        href,
        icon,
    }
}

/// Does the instrument of a pool know what this entry leads to? Nobody is shown a station that is not
/// passed here.
fn known_to(pack: &Pack, href: &str) -> bool {
    match href {
        "/p/{no}/notices" => pack.admission.solicitation.is_some(),
        MEETINGS => Rules::of(pack).is_some(),
        "/p/{no}/postings" => pack.admission.public_notice.is_some(),
        CERTIFICATES => pack.admission.certificate.is_some(),
        "/p/{no}/renewals" => pack.admission.renewal.is_some(),
        EXITS => pack.exit.is_some(),
        "/p/{no}/update-report" => pack
            .information
            .as_ref()
            .is_some_and(|rules| rules.reconcile.is_some()),
        "/p/{no}/register" => service::registers::barring(pack).is_some(),
        CAMPAIGNS => pack
            .information
            .as_ref()
            .is_some_and(|rules| rules.campaign.is_some()),
        SPECIAL_INVITATIONS => service::special_invitations::channel(pack).is_some(),
        _ => true,
    }
}

/// Whoever comes by the address to an entry that the instrument of the pool does not know is told so, instead of
/// being shown a form nothing can come of.
///
/// # Errors
/// [`WebError::Refused`] naming the instrument and what it lacks.
pub(crate) fn needs(here: &InPool, href: &str) -> Result<(), WebError> {
    if known_to(&here.pack, href) {
        return Ok(());
    }
    let known = MENU.iter().find(|(entry, _)| entry.href == href);
    let label = known.map_or("这一项", |(entry, _)| entry.label);
    Err(WebError::Refused {
        what: format!("本库没有“{label}”"),
        why: format!(
            "本库依据的《{}》没有条款规定{label}。",
            here.pack.identity.title
        ),
        remedy: "请按办法规定的渠道和环节办理，条文见“办法与规则”。".to_owned(),
        reasons: Vec::new(),
    })
}

/// The menu of this actor, in this pool if there is one.
#[must_use]
pub fn of(actor: &Actor, pool: Option<(i64, PoolId, &Pack)>, path: &str) -> Vec<Group> {
    let entries: Vec<Entry> = MENU.iter().map(|(entry, _)| *entry).collect();
    let opens = |entry: &Entry, action: &Action| {
        actor.grants.iter().any(|grant| match grant.reach(*action) {
            Reach::None => false,
            Reach::System => true,
            Reach::Teams if WHOLE.contains(&entry.href) => false,
            // A unit sees its own candidates, and not the agenda they stand on with others.
            Reach::Unit if entry.href == MEETINGS => false,
            Reach::Own | Reach::Unit | Reach::Teams | Reach::Pool => {
                pool.is_some_and(|(_, here, _)| grant.pool == Some(here))
            }
        })
    };
    let visible = |entry: &Entry| {
        pool.is_none_or(|(_, _, pack)| known_to(pack, entry.href))
            && MENU.iter().any(|(known, actions)| {
                let mut actions_open = actions.iter().map(|action| opens(entry, action));
                known == entry && (actions.is_empty() || actions_open.any(|open| open))
            })
    };
    let mut groups = build(&entries, pool.map(|(no, ..)| no), path, visible, |_| None);
    if let Some((_, _, pack)) = pool {
        let items = groups.iter_mut().flat_map(|group| &mut group.items);
        for item in items.filter(|item| item.entry.href == CERTIFICATES) {
            item.label = pack.certificate_word().to_owned();
        }
    }
    groups
}

fn is_home(href: &str) -> bool {
    href == "/" || href.strip_prefix("/p/").is_some_and(|no| !no.contains('/'))
}

fn covers(href: &str, path: &str) -> bool {
    match path.strip_prefix(href) {
        // The home of a site or of a pool is above every page and holds none of them.
        Some(rest) if is_home(href) => rest.is_empty() || rest.starts_with('?'),
        Some(rest) => rest.is_empty() || rest.starts_with(['/', '?']),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRIES: &[Entry] = &[
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
            label: "批量导入",
            href: "/experts/import",
            icon: "",
        },
        Entry {
            group: "系统",
            label: "用户与权限",
            href: "/settings/users",
            icon: "gear",
        },
    ];

    fn current(path: &str) -> Vec<&'static str> {
        build(ENTRIES, None, path, |_| true, |_| None)
            .into_iter()
            .flat_map(|group| group.items)
            .filter(|item| item.here.is_current())
            .map(|item| item.entry.label)
            .collect()
    }

    #[test]
    fn the_longest_address_is_current() {
        assert_eq!(current("/"), ["工作台"]);
        assert_eq!(current("/experts/42"), ["专家库"]);
        assert_eq!(current("/experts/import/3"), ["批量导入"]);
        assert_eq!(current("/expertise"), [""; 0]);
    }

    #[test]
    fn nobody_is_led_to_what_the_instrument_does_not_know() {
        let knows = |id: &str| {
            let shipped = domain::policy::library::shipped(id).expect("shipped");
            let pack = domain::policy::check(shipped.pack).expect("sound");
            [SPECIAL_INVITATIONS, CAMPAIGNS, MEETINGS].map(|href| known_to(&pack, href))
        };
        assert_eq!(knows("dg-2021"), [true, true, true]);
        assert_eq!(knows("gz-2022"), [false, false, false]);
        assert_eq!(knows("jm-2022"), [false, false, false]);
        assert_eq!(knows("cy-2021"), [false, false, true]);
    }

    #[test]
    fn groups_without_entries_disappear() {
        let groups = build(
            ENTRIES,
            None,
            "/",
            |entry| entry.group != "专家",
            |_| Some(Count::Size(1286)),
        );
        assert_eq!(
            groups.iter().map(|group| group.heading).collect::<Vec<_>>(),
            ["", "系统"]
        );
        assert_eq!(
            groups[0].items[0]
                .count
                .as_ref()
                .map(Count::text)
                .as_deref(),
            Some("1,286")
        );
    }
}
