//! Fills a folder with the demonstration and, on top, any number of synthetic experts.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use domain::expert::{Expert, Standing, Term};
use domain::half_day::{HalfDay, Slot};
use domain::id::{ExpertId, OrganisationId, PersonId, PoolId, SpecialtyId};
use domain::organisation::{Organisation, OrganisationRef};
use domain::person::{Education, Employer, Profile, Sex, Skill, Title, Work};
use domain::policy::{check, library};
use domain::pool::{Pool, Specialty, SpecialtyStatus};
use domain::task::{
    Call, Demand, Level, Mode, RecusalDemand, Request, Reviewed, ReviewedPerson, Venue,
};
use jiff::civil::date;
use service::port::{Clock as _, SystemClock, SystemEntropy};
use service::sessions::Credentials;
use service::{Packs, Service, Settings};
use store::experts::{ExpertKeys, NewExpert};
use store::ledger::{Actor, Event, Object, Outcome};
use store::organisations::{self, OrganisationKeys};
use store::persons::{NewPerson, PersonKeys, Private};
use store::pools::SpecialtyKeys;
use store::{SearchText, Secret, Store, StoreConfig, document, experts, persons};
use uuid::Uuid;

use crate::server::Filled;

/// Of every account of the demonstration.
pub(crate) const PASSWORD: &str = "Bench-mark-2021";
const LOGINS: [&str; 8] = [
    "jingban", "shenpi", "jiandu", "shiyong", "mishu", "xitong", "anquan", "shenji",
];
/// Specialties beside the ten of the demonstration.
const SPECIALTIES: usize = 110;
const EMPLOYERS: usize = 5_000;
const AT_ONCE: usize = 20_000;

/// Surnames with their share of a thousand people and their reading. The rest bears one of
/// [`OTHERS`].
const SURNAMES: [(&str, usize, &str); 24] = [
    ("王", 74, "wang"),
    ("李", 72, "li"),
    ("张", 68, "zhang"),
    ("刘", 54, "liu"),
    ("陈", 45, "chen"),
    ("杨", 31, "yang"),
    ("黄", 24, "huang"),
    ("赵", 23, "zhao"),
    ("周", 21, "zhou"),
    ("吴", 20, "wu"),
    ("徐", 18, "xu"),
    ("孙", 15, "sun"),
    ("马", 13, "ma"),
    ("朱", 12, "zhu"),
    ("胡", 12, "hu"),
    ("林", 12, "lin"),
    ("郭", 11, "guo"),
    ("何", 11, "he"),
    ("罗", 10, "luo"),
    ("欧阳", 2, "ouyang"),
    ("麦", 4, "mai"),
    ("冼", 3, "xian"),
    ("曾", 8, "zeng"),
    ("单", 1, "shan"),
];
const OTHERS: [(&str, &str); 40] = [
    ("梁", "liang"),
    ("宋", "song"),
    ("郑", "zheng"),
    ("谢", "xie"),
    ("韩", "han"),
    ("唐", "tang"),
    ("冯", "feng"),
    ("于", "yu"),
    ("董", "dong"),
    ("萧", "xiao"),
    ("程", "cheng"),
    ("曹", "cao"),
    ("袁", "yuan"),
    ("邓", "deng"),
    ("许", "xu"),
    ("傅", "fu"),
    ("沈", "shen"),
    ("彭", "peng"),
    ("吕", "lv"),
    ("苏", "su"),
    ("卢", "lu"),
    ("蒋", "jiang"),
    ("蔡", "cai"),
    ("贾", "jia"),
    ("丁", "ding"),
    ("魏", "wei"),
    ("薛", "xue"),
    ("叶", "ye"),
    ("阎", "yan"),
    ("余", "yu"),
    ("潘", "pan"),
    ("杜", "du"),
    ("戴", "dai"),
    ("夏", "xia"),
    ("钟", "zhong"),
    ("汪", "wang"),
    ("田", "tian"),
    ("任", "ren"),
    ("姜", "jiang"),
    ("范", "fan"),
];
const GIVEN: [(&str, &str); 40] = [
    ("伟", "wei"),
    ("芳", "fang"),
    ("娜", "na"),
    ("敏", "min"),
    ("静", "jing"),
    ("丽", "li"),
    ("强", "qiang"),
    ("磊", "lei"),
    ("军", "jun"),
    ("洋", "yang"),
    ("勇", "yong"),
    ("艳", "yan"),
    ("杰", "jie"),
    ("娟", "juan"),
    ("涛", "tao"),
    ("明", "ming"),
    ("超", "chao"),
    ("秀", "xiu"),
    ("霞", "xia"),
    ("平", "ping"),
    ("刚", "gang"),
    ("桂", "gui"),
    ("英", "ying"),
    ("华", "hua"),
    ("文", "wen"),
    ("建", "jian"),
    ("国", "guo"),
    ("志", "zhi"),
    ("海", "hai"),
    ("春", "chun"),
    ("红", "hong"),
    ("玉", "yu"),
    ("兰", "lan"),
    ("金", "jin"),
    ("鹏", "peng"),
    ("飞", "fei"),
    ("辉", "hui"),
    ("波", "bo"),
    ("斌", "bin"),
    ("晶", "jing"),
];
const BRANDS: [&str; 16] = [
    "启明", "恒远", "华岭", "云帆", "合泰", "嘉禾", "东升", "南粤", "新桥", "长青", "德润", "宏达",
    "金叶", "瑞丰", "天成", "永泰",
];
const TRADES: [&str; 8] = [
    "机电设备",
    "智能制造",
    "餐饮管理",
    "家政服务",
    "汽车维修",
    "电子科技",
    "技师学院",
    "职业培训",
];

const TITLES: [&str; 5] = ["员级", "助理级", "中级", "副高级", "正高级"];
const SKILLS: [&str; 7] = [
    "初级工",
    "中级工",
    "高级工",
    "技师",
    "高级技师",
    "特级技师",
    "首席技师",
];

/// A small reproducible generator; nothing here needs to be unpredictable.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    /// Ids grow with time, as those of the program do.
    fn id<T: From<Uuid>>(&mut self, number: usize) -> T {
        let time = 0x0199_0000_0000_7000_u64 + ((number as u64) << 16);
        T::from(Uuid::from_u64_pair(time, self.0 >> 2 | 1 << 63))
    }

    fn surname(&mut self) -> (&'static str, &'static str) {
        let mut at = self.below(1_000);
        for (name, share, reading) in SURNAMES {
            if at < share {
                return (name, reading);
            }
            at -= share;
        }
        OTHERS[self.below(OTHERS.len())]
    }

    /// A name and its full reading.
    fn name(&mut self) -> (String, String) {
        let (surname, reading) = self.surname();
        let mut name = surname.to_owned();
        let mut full = reading.to_owned();
        for _ in 0..if self.below(5) == 0 { 1 } else { 2 } {
            let (character, reading) = GIVEN[self.below(GIVEN.len())];
            name += character;
            full += reading;
        }
        (name, full)
    }
}

fn employer_name(n: usize) -> String {
    let (brand, trade) = (
        BRANDS[n % BRANDS.len()],
        TRADES[n / BRANDS.len() % TRADES.len()],
    );
    format!("示例市{brand}{trade}{n}有限公司")
}

fn event(now: jiff::Timestamp) -> Event {
    Event {
        action: "experts.imported".into(),
        actor: Actor {
            factors: String::new(),
            id: "bench".into(),
            role: "officer".into(),
            unit: String::new(),
        },
        object: Object {
            id: "bench".into(),
            kind: "pool".into(),
        },
        outcome: Outcome::Done,
        at: now,
        body: serde_json::Value::Null,
    }
}

/// Fills the folder if it is empty, logs everybody in, and notes what to ask.
/// The use cases over a folder.
pub(crate) async fn open(folder: &Path) -> Result<(Store, Service)> {
    let now = SystemClock::default().now();
    let store = Store::open(StoreConfig::folder(folder.join("data"), now)).await?;
    let mut packs = Vec::new();
    for shipped in library::SHIPPED {
        packs.push(check(shipped.pack).map_err(|problems| anyhow::anyhow!("{problems:?}"))?);
    }
    let service = Service::new(
        store.clone(),
        Packs::new(packs),
        Arc::new(SystemClock::default()),
        Arc::new(SystemEntropy),
        Settings::default(),
    );
    Ok((store, service))
}

pub(crate) async fn fill(folder: &Path, wanted: usize) -> Result<()> {
    let (store, service) = open(folder).await?;
    let note = folder.join("filled.json");
    let mut filled: Filled = match std::fs::read(&note) {
        Ok(text) => serde_json::from_slice(&text)?,
        Err(_) => {
            service.fill_demonstration(PASSWORD).await?;
            let mut filled = Filled::default();
            if wanted > 0 {
                add(&store, &service, wanted, &mut filled).await?;
            }
            filled
        }
    };
    filled.cookies.clear();
    for login in LOGINS {
        let typed = Credentials {
            login: login.to_owned(),
            password: PASSWORD.to_owned(),
            network: "127.0.0.1".to_owned(),
            agent: "bench".to_owned(),
        };
        let started = service
            .log_in(&service.visitor("bench", ""), &typed)
            .await?;
        let cookie = format!("linxuan={}", started.token);
        filled.cookies.push((login.to_owned(), cookie));
    }
    std::fs::write(note, serde_json::to_vec_pretty(&filled)?)?;
    store.close().await;
    Ok(())
}

async fn add(store: &Store, service: &Service, wanted: usize, filled: &mut Filled) -> Result<()> {
    let now = SystemClock::default().now();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let pools = store::pools::all::<Pool>(&mut store.read()).await?;
    let pool = pools.first().context("no pool")?.id;
    let mut tx = store.write(pool).await?;
    let known = store::pools::specialties::<Specialty>(&mut tx, pool).await?;
    let mut specialties: Vec<SpecialtyId> = known.iter().map(|row| row.id).collect();
    for n in 0..SPECIALTIES {
        let body = Specialty {
            id: random.id(n),
            pool,
            name: format!("专业领域{n}"),
            occupation: None,
            status: SpecialtyStatus::Active,
        };
        let keys = SpecialtyKeys {
            pool,
            name: body.name.clone(),
            status: "active".into(),
            position: 100 + n as i64,
        };
        specialties.push(document::insert(&mut tx, body.id, keys, body).await?.id);
    }
    let mut employers: Vec<Employer> = Vec::new();
    for n in 0..EMPLOYERS {
        let id: OrganisationId = random.id(n);
        let name = employer_name(n);
        let keys = OrganisationKeys {
            name_sort: name.clone(),
            name: name.clone(),
            credit_code: None,
            kind: "企业".into(),
        };
        let body = Organisation {
            id,
            name: name.clone(),
            credit_code: None,
            kind: Some("企业".into()),
            listed: false,
            public_body: false,
            contact: None,
        };
        let search = SearchText::new().text(&name);
        organisations::insert(&mut tx, id, keys, &search, body).await?;
        employers.push(Employer {
            organisation: Some(id),
            name,
            credit_code: None,
            kind: Some("企业".into()),
        });
    }
    tx.append(&event(now)).await?;
    tx.commit().await?;
    let begun = Instant::now();
    let mut made = 0;
    while made < wanted {
        let mut tx = store.write(pool).await?;
        let until = (made + AT_ONCE).min(wanted);
        let (mut new_persons, mut new_experts) = (Vec::new(), Vec::new());
        for number in made..until {
            let (person, expert) = somebody(&mut random, pool, number, &specialties, &employers);
            new_persons.push(person);
            new_experts.push(expert);
        }
        persons::insert_many(&mut tx, new_persons).await?;
        experts::insert_many(&mut tx, pool, new_experts).await?;
        made = until;
        tx.append(&event(now)).await?;
        tx.commit().await?;
        if made % 100_000 == 0 {
            let rate = made as f64 / begun.elapsed().as_secs_f64();
            println!("{made} experts, {rate:.0}/s");
        }
    }
    store.analyse().await?;
    filled.experts = wanted;
    filled.specialties = specialties.iter().map(ToString::to_string).collect();
    ask(service, pool, &specialties, &employers, filled).await
}

type Somebody = (NewPerson<Profile>, NewExpert<Expert>);

fn somebody(
    random: &mut Random,
    pool: PoolId,
    number: usize,
    specialties: &[SpecialtyId],
    employers: &[Employer],
) -> Somebody {
    let (name, full) = random.name();
    let sort = format!("{full} {name}");
    let employer = employers[random.below(employers.len())].clone();
    let title = random.below(TITLES.len() + 1);
    // The highest rungs are rare.
    let skill = (0..SKILLS.len()).find(|_| random.below(5) < 2).unwrap_or(0);
    let profile = Profile {
        name: name.clone(),
        sex: Some(if random.below(3) == 0 {
            Sex::Female
        } else {
            Sex::Male
        }),
        born: Some(date(
            1960 + random.below(30) as i16,
            1 + random.below(12) as i8,
            8,
        )),
        employer: Some(employer.clone()),
        post: Some("工程师".into()),
        titles: TITLES[..title]
            .last()
            .map(|level| Title {
                name: "工程师".into(),
                level: (*level).into(),
                field: Some("机械".into()),
                obtained: Some(date(2015, 11, 1)),
                authority: Some("示例市人力资源和社会保障局".into()),
            })
            .into_iter()
            .collect(),
        skills: SKILLS[..skill]
            .last()
            .map(|level| Skill {
                occupation: "焊工".into(),
                level: (*level).into(),
                obtained: Some(date(2012, 6, 1)),
                certificate: None,
            })
            .into_iter()
            .collect(),
        education: vec![Education {
            level: "大学本科".into(),
            ended: Some(date(2005, 7, 1)),
            school: Some("示例理工学院".into()),
            major: Some("机械制造".into()),
            years: Some(4),
            degree: Some("学士".into()),
        }],
        work: vec![
            work(
                &employers[random.below(employers.len())].name,
                2006,
                Some(2014),
            ),
            work(&employer.name, 2015, None),
        ],
        ..Profile::default()
    };
    let from = date(2024 + random.below(2) as i16, 1 + random.below(12) as i8, 1);
    let term = Term {
        from,
        to: from.saturating_add(jiff::Span::new().years(3)),
    };
    let standing = match random.below(100) {
        0..92 => Standing::Appointed { term },
        92..95 => Standing::Suspended {
            term,
            reason: "材料核实".into(),
            until: None,
        },
        _ => Standing::Left {
            term,
            ground: "19-1".into(),
            on: date(2026, 1, 9),
        },
    };
    let mut own = vec![specialties[random.below(specialties.len())]];
    if random.below(2) == 0 {
        own.push(specialties[random.below(specialties.len())]);
        own.dedup();
    }
    let person: PersonId = random.id(number);
    let expert = Expert {
        id: random.id::<ExpertId>(number),
        pool,
        person,
        team: None,
        number: format!("DG-{number:07}"),
        specialties: own.clone(),
        duties: Vec::new(),
        standing,
        channel: None,
        basis: None,
    };
    let status = match expert.standing {
        Standing::Appointed { .. } => "active",
        Standing::Suspended { .. } => "suspended",
        Standing::Lapsed { .. } => "expired",
        Standing::Left { .. } => "left",
    };
    let keys = ExpertKeys {
        seq: 0,
        pool,
        person,
        team: String::new(),
        number: Some(expert.number.clone()),
        number_sort: String::new(),
        status: status.into(),
        term_from: Some(term.from),
        term_to: Some(term.to),
        name: name.clone(),
        name_sort: sort.clone(),
        employer: employer.name.clone(),
        employer_organisation: employer.organisation,
        title_rank: title as i64,
        skill_rank: skill as i64,
        card: domain::roster::card(&expert, &profile),
    };
    let private = Private {
        // A province code with sequence 000, which is issued to no one.
        id_number: Some(Secret::new(format!("44{number:07}19700101000X"))),
        phone: Some(Secret::new(format!("154{number:08}"))),
        ..Private::default()
    };
    (
        NewPerson {
            id: person,
            keys: PersonKeys {
                name,
                name_sort: sort,
            },
            private,
            body: profile,
        },
        NewExpert {
            id: expert.id,
            keys,
            specialties: own,
            body: expert,
        },
    )
}

fn work(employer: &str, from: i16, to: Option<i16>) -> Work {
    Work {
        from: date(from, 1, 1),
        to: to.map(|year| date(year, 12, 31)),
        employer: employer.to_owned(),
        credit_code: None,
        industry: None,
        duty: None,
        post: None,
        tags: Vec::new(),
    }
}

/// Files requests whose funnels are worth measuring.
async fn ask(
    service: &Service,
    pool: PoolId,
    specialties: &[SpecialtyId],
    employers: &[Employer],
    filled: &mut Filled,
) -> Result<()> {
    let credentials = Credentials {
        login: "shiyong".to_owned(),
        password: PASSWORD.to_owned(),
        network: "127.0.0.1".to_owned(),
        agent: "bench".to_owned(),
    };
    let visitor = service.visitor("bench", "");
    let started = service.log_in(&visitor, &credentials).await?;
    let signed = service
        .authenticate(&started.token, "127.0.0.1", "")
        .await?;
    let ctx = signed.context("no session")?.ctx;
    let title = |rung: &str| Level::Title { rung: rung.into() };
    let demand = |label: &str, of: &[SpecialtyId], level, seats| Demand {
        label: label.into(),
        specialties: of.to_vec(),
        level,
        duty: None,
        seats,
        reserves: 2,
    };
    let reviewed = |n: usize, name: &str| Reviewed {
        organisation: OrganisationRef {
            id: employers[n].organisation,
            name: employers[n].name.clone(),
            credit_code: None,
        },
        listed: false,
        people: vec![ReviewedPerson {
            name: name.into(),
            leads: true,
        }],
        call: Some(Call {
            guideline: "示例指南".into(),
            round: "第一批".into(),
        }),
    };
    let one = vec![demand("专业组", &specialties[3..4], title("中级"), 3)];
    let five = vec![
        demand("甲组", &specialties[..5], title("副高级"), 3),
        demand("乙组", &specialties[5..10], title("中级"), 2),
    ];
    let all = vec![demand("专业组", specialties, Level::Any, 5)];
    let four: Vec<Demand> = (0..4)
        .map(|n| {
            let part = &specialties[n * 30..(n + 1) * 30];
            demand(&format!("第{}组", n + 1), part, title("中级"), 3)
        })
        .collect();
    let top = Level::Skill {
        rung: "首席技师".into(),
    };
    let rare = vec![demand("专业组", &specialties[3..4], top, 99)];
    for (name, demands, reviewed, per_employer) in [
        ("one specialty", one, vec![reviewed(6, "刘洋")], None),
        (
            "two groups of five specialties, two reviewed, two of an employer",
            five,
            vec![reviewed(7, "王秀英"), reviewed(8, "李伟")],
            Some(2),
        ),
        (
            "everybody, one reviewed",
            all,
            vec![reviewed(7, "张建国")],
            Some(1),
        ),
        (
            "four groups, everybody",
            four,
            vec![reviewed(9, "陈敏")],
            None,
        ),
        (
            "too few, with relaxations",
            rare,
            vec![reviewed(5, "赵敏")],
            Some(1),
        ),
    ] {
        let request = Request {
            content: format!("压力测试：{name}"),
            scope: "考核评价".into(),
            kind: "8-4".into(),
            sub_kind: Some("项目评审".into()),
            fields: std::collections::BTreeMap::new(),
            half_days: vec![HalfDay {
                date: ctx.today().saturating_add(jiff::Span::new().days(9)),
                slot: Slot::Morning,
            }],
            starts_at: Some("09:00".into()),
            place: "示例镇政务服务中心".into(),
            venue: Venue::OnSite,
            reviewed,
            demands,
            per_employer,
            recusal: RecusalDemand::Nobody,
            mode: Mode::Random,
        };
        let id = service.file_task(&ctx, pool, request).await?;
        filled.tasks.push((name.to_owned(), id.to_string()));
    }
    Ok(())
}
