//! Each of the four cities, in the browser: from the notice to the certificate in the hand and the page on which
//! anybody checks it, in the demonstration of the program itself. The office works on a desk, applicants and the
//! public on a phone: where the pack lets people apply by themselves, they fill the form there. What is pressed at a
//! station follows from the pack; a city is data.

mod browser;
#[path = "site/mod.rs"]
#[expect(dead_code, reason = "the same site serves other tests")]
mod site;

use browser::{DESKTOP, PHONE, Walk, in_days};
use domain::policy::check::check;
use domain::policy::library::shipped;
use domain::policy::pack::{How, Pack, Station};
use serde_json::json;
use site::{Place, Server, Template};

/// One city and somebody who applies there.
struct City {
    pack: &'static str,
    /// What the log-ins begin with.
    logins: &'static str,
    channel: &'static str,
    /// Whose hand the form is filled in.
    hand: Hand,
    /// Fields of the application, by name.
    form: &'static [(&'static str, &'static str)],
    /// Parts of the materials that are there.
    parts: &'static [&'static str],
    /// Parts the applicant says there are none of, where the pack wants that said.
    not_held: &'static [&'static str],
    /// What the certificate is, and words it carries.
    certificate: &'static [&'static str],
}

/// Who fills in the form, and where.
enum Hand {
    /// The applicant, on a phone, from the public notice.
    Own,
    /// The office, from paper.
    Desk,
}

const NAME: &str = "申走通";

const COMMON: [(&str, &str); 4] = [
    ("name", NAME),
    ("mobile", "16400000077"),
    ("employer", "示例理工大学"),
    ("title.0.name", "高级工程师"),
];

const DONGGUAN: City = City {
    pack: "dg-2021",
    logins: "",
    channel: "self_nominated",
    hand: Hand::Own,
    form: &[
        ("id_number", "50000019800315000X"),
        ("task_kinds", "8-4"),
        ("work.0.from", "2010-01-01"),
        ("work.0.employer", "示例理工大学"),
        ("work.0.tags", "related"),
    ],
    parts: &["education_proof", "title_proof"],
    not_held: &[],
    certificate: &["聘书"],
};

const GUANGZHOU: City = City {
    pack: "gz-2022",
    logins: "gz-",
    channel: "selected",
    hand: Hand::Desk,
    form: &[
        ("id_number", "500000197904129991"),
        ("duty", "技能评价专家组"),
        ("education.0.level", "本科"),
        ("work.0.from", "2010-01-01"),
        ("work.0.employer", "示例理工大学"),
        ("work.0.tags", "evaluation"),
    ],
    parts: &["education_proof", "title_proof"],
    not_held: &["qualification_proof", "skill_proof", "examiner_proof"],
    certificate: &["聘书", "第1届", "技能评价专家组"],
};

const JIANGMEN: City = City {
    pack: "jm-2022",
    logins: "jm-",
    channel: "applied",
    hand: Hand::Own,
    form: &[
        ("id_number", "500000198105230000"),
        ("member_kind", "个人"),
        ("category", "高级职称专业技术人员"),
    ],
    parts: &["title_proof"],
    not_held: &[],
    certificate: &["任用证书", "高级职称专业技术人员"],
};

const CHAOYANG: City = City {
    pack: "cy-2021",
    logins: "cy-",
    channel: "apply",
    hand: Hand::Own,
    form: &[
        ("id_number", "500000197809019997"),
        ("team", "teaching"),
        ("flag.in_city", "yes"),
        ("education.0.level", "本科"),
        ("work.0.from", "2010-01-01"),
        ("work.0.employer", "示例理工大学"),
        ("work.0.tags", "teaching"),
    ],
    parts: &["title_proof"],
    not_held: &[],
    certificate: &["专项工作证", "师资培养讲师", "征求意见稿"],
};

struct Journey {
    city: &'static City,
    pack: Pack,
    place: Place,
    server: Server,
    walk: Walk,
    /// Address of the pool.
    pool: String,
    /// Address of the application.
    application: String,
}

impl Journey {
    async fn begin(city: &'static City) -> Self {
        let place = Place::populated();
        // As a demonstration, which shows the codes it would send to a phone.
        let server = place.serve_days_later(0);
        let address = format!("http://{}", server.address());
        let password = Template::shared().password.clone();
        let text = shipped(city.pack).expect("shipped").pack;
        Self {
            walk: Walk::open(city.pack, address, password).await,
            pack: check(text).expect("sound"),
            city,
            place,
            server,
            pool: String::new(),
            application: String::new(),
        }
    }

    async fn log_in(&mut self, who: &str) {
        let login = format!("{}{who}", self.city.logins);
        self.walk.log_in(&login).await;
        self.pool = self.walk.path().await;
        assert!(self.pool.starts_with("/p/"), "{login}: {}", self.pool);
    }

    async fn visit(&self, under: &str) {
        self.walk.visit(&format!("{}{under}", self.pool)).await;
    }

    async fn desk(&mut self, page: &str) {
        self.walk.look(page, &[DESKTOP]).await;
    }

    async fn phone(&mut self, page: &str) {
        self.walk.look(page, &[PHONE]).await;
    }

    /// The address in the browser, without the site.
    async fn keep(&mut self) {
        self.application = self.walk.path().await;
    }

    /// Drafted, approved by somebody else, published; the public reads it on the page that stays open. Gives its
    /// number.
    async fn notice(&mut self) -> String {
        self.log_in("jingban").await;
        self.visit("/notices/new").await;
        self.walk.set("opens_on", &in_days(0)).await;
        self.walk.set("closes_on", &in_days(20)).await;
        let fill = "document.querySelectorAll('[name^=\"wanted.\"]').forEach(e => e.value = '5'); \
                    document.querySelectorAll('textarea[name^=\"paragraph.\"]').forEach(e => { if (!e.value) e.value = '按公告附件办理。' }); return true";
        self.walk.browser.run(fill).await;
        self.desk("notice-form").await;
        self.walk.press("提请审批").await;
        let notice = self.walk.path().await;
        self.log_in("shenpi").await;
        self.walk.visit(&notice).await;
        self.walk.tick("[name=status_confirmed]").await;
        self.walk.press("审批").await;
        self.log_in("jingban").await;
        self.walk.visit(&notice).await;
        self.walk.press("发布").await;
        self.desk("notice").await;
        let number = self.walk.browser.text(".head p").await;
        let pdf = self.walk.fetches(&format!("{notice}/notice.pdf")).await;
        assert!(pdf.1.starts_with("%PDF"), "{pdf:?}");
        self.walk.follow("/public/notices/").await;
        self.walk.leave().await;
        let here = self.walk.path().await;
        self.walk.visit(&here).await;
        self.phone("public-notice").await;
        let solicitation = self.pack.admission.solicitation.clone();
        self.walk
            .says(&solicitation.expect("this pack knows notices").label)
            .await;
        number
    }

    /// Entered from the paper, with everything the channel asks for.
    async fn apply(&mut self, notice: Option<&str>) {
        self.log_in("jingban").await;
        self.visit("/applications/new").await;
        self.desk("channels").await;
        self.walk.set("channel", self.city.channel).await;
        self.walk.press("下一步").await;
        for (name, value) in COMMON.iter().chain(self.city.form) {
            self.walk.set(name, value).await;
        }
        if let Some(number) = notice {
            self.walk.set("notice", number).await;
            self.walk.set("notice_closes", &in_days(20)).await;
        }
        self.walk.tick("#specialty").await;
        self.walk
            .tick("[name=declared], [name=pledge], [name=privacy]")
            .await;
        self.desk("application-form").await;
        self.walk.press("保存").await;
        self.keep().await;
        self.walk
            .tick("[name^='given.'], [name^='opinion.'], [name^='sealed.']")
            .await;
        for part in self.city.parts {
            let selector = format!("[name^='part.'][value='{part}']");
            if self.walk.tick(&selector).await == 0 {
                let shown = self.walk.browser.text("main").await;
                panic!("{part} is not asked for: {shown}");
            }
        }
        for part in self.city.not_held {
            self.walk
                .tick(&format!("[name^='not_held.'][value='{part}']"))
                .await;
        }
        let years = in_days(2_000);
        let valid = format!(
            "document.querySelectorAll('[name^=\"valid_to.\"]').forEach(e => e.value = {}); return true",
            json!(years)
        );
        self.walk.browser.run(&valid).await;
        self.walk.press("登记收到的材料").await;
        self.desk("application").await;
        self.walk.press("提交申请").await;
    }

    /// From the public notice to the receipt, on a phone: the code, every section of the form, every file.
    async fn apply_on_a_phone(&mut self) {
        self.walk.follow("我要申报").await;
        self.walk
            .tick(&format!("[type=radio][value='{}']", self.city.channel))
            .await;
        self.walk.set("contact", COMMON[1].1).await;
        self.phone("own-contact").await;
        self.walk.press("获取验证码").await;
        let sent = self.walk.browser.text("main").await;
        let (_, code) = sent
            .split_once("短信和邮件：验证码 ")
            .expect("a code is shown");
        let code: String = code.chars().take_while(char::is_ascii_digit).collect();
        self.walk.set("code", &code).await;
        self.walk.press("继续").await;
        self.walk.tick("[name=privacy]").await;
        self.phone("own-list").await;
        self.walk.press("开始填报").await;
        if !self.walk.path().await.contains("/form/") {
            self.walk.browser.click("main li a[href*='/form/']").await;
            self.walk
                .browser
                .until(
                    "the first section",
                    "return location.pathname.includes('/form/')",
                )
                .await;
        }
        while self.walk.path().await.contains("/form/") {
            for (name, value) in COMMON.iter().chain(self.city.form) {
                if self.walk.asks(name).await {
                    self.walk.set(name, value).await;
                }
            }
            let first = "const one = document.querySelector('[name=relies_on]'); if (one) one.click(); return true";
            self.walk.browser.run(first).await;
            self.walk.tick("#specialty").await;
            self.walk.tick("[name=declared], [name=pledge]").await;
            self.phone("own-section").await;
            self.walk.press("保存，填下一部分").await;
        }
        self.upload().await;
        self.walk.follow("返回申报").await;
        self.phone("own-complete").await;
        self.walk.press("提交").await;
        self.walk.says("受理回执").await;
        self.phone("own-receipt").await;
        let here = self.walk.path().await;
        let id = here.rsplit('/').next().expect("an id").to_owned();
        self.log_in("jingban").await;
        self.application = format!("{}/applications/{id}", self.pool);
    }

    /// Every file the channel and the notice ask for, one by one, and what is to be said of them.
    async fn upload(&mut self) {
        let file = self.place.folder().join("扫描件.pdf");
        std::fs::write(&file, b"%PDF-1.4\n%%EOF\n").expect("written");
        let listed = "return [...document.querySelectorAll('[name=attachment_kind] option')].map(e => e.value).filter(v => v)";
        let listed = self.walk.browser.run(listed).await;
        let places: Vec<String> = serde_json::from_value(listed).expect("a list of places");
        assert!(!places.is_empty(), "nothing is asked for");
        let wanted = |place: &String| match place.rsplit_once('/') {
            Some((_, part)) => self.city.parts.contains(&part),
            None => true,
        };
        let wanted: Vec<&String> = places.iter().filter(|place| wanted(place)).collect();
        for place in wanted {
            self.walk.set("attachment_kind", place).await;
            self.walk.choose_file("attachment", &file).await;
            self.walk.press("上传").await;
        }
        self.walk
            .tick("[name^='opinion.'], [name^='sealed.']")
            .await;
        let valid = format!(
            "document.querySelectorAll('[name^=\"valid_to.\"]').forEach(e => e.value = {}); return true",
            json!(in_days(2_000))
        );
        self.walk.browser.run(&valid).await;
        let described = "return [...document.querySelectorAll('main h2')].some(e => e.textContent === '材料情况')";
        if self.walk.browser.run(described).await == json!(true) {
            self.phone("own-materials").await;
            self.walk.press("保存").await;
        }
    }

    /// Works the station at which the application waits.
    async fn work(&mut self, station: Station) {
        match station {
            Station::Recommendation => self.pass("jingban").await,
            Station::Vetting => {
                self.vet().await;
                self.pass("jingban").await;
            }
            Station::Approval => self.pass("shenpi").await,
            Station::Committee => self.decide().await,
            Station::Classify => self.classify().await,
            Station::PublicNotice => self.post().await,
            Station::Certificate => self.certificate().await,
            other => panic!("nobody works at {other:?}"),
        }
    }

    /// Confirms what all must meet, and looks up the registers.
    async fn vet(&mut self) {
        self.log_in("jingban").await;
        self.desk("inbox").await;
        self.walk.visit(&self.application).await;
        let eligibility = self.pack.eligibility.clone();
        let (mut asked, mut alternative) = (Vec::new(), Vec::new());
        eligibility.rule.leaves(&mut |leaf, _| asked.push(leaf));
        for branch in &eligibility.branches {
            branch.rule.leaves(&mut |leaf, _| alternative.push(leaf));
        }
        for (place, leaf) in (0_u16..).zip(&eligibility.leaves) {
            let all_must = asked.contains(&place) && !alternative.contains(&place);
            if all_must && leaf.how.contains(&How::Reviewed) {
                self.walk.set(&format!("confirm.{}", leaf.id), "yes").await;
                if leaf.note {
                    self.walk
                        .set(&format!("note.{}", leaf.id), "已核对证明材料原件")
                        .await;
                }
            }
        }
        self.walk
            .tick("[name^='register.'][value=clear], [name^='point.'][value=yes]")
            .await;
        let sources = "document.querySelectorAll('[name^=\"register_source.\"]').forEach(e => e.value = '公开网站查询'); return true";
        self.walk.browser.run(sources).await;
        self.walk.press("保存核对").await;
        self.desk("vetted").await;
    }

    async fn pass(&mut self, who: &str) {
        self.log_in(who).await;
        self.walk.visit(&self.application).await;
        self.walk.press("通过，看下一份").await;
    }

    /// A meeting is called for whoever waits and is on no other agenda; its minutes approve them.
    async fn decide(&mut self) {
        self.log_in("mishu").await;
        self.visit("/meetings").await;
        self.walk.set("met_on", &in_days(0)).await;
        self.walk.set("place", "三楼会议室").await;
        self.walk.press("安排会议").await;
        let meeting = self.walk.path().await;
        self.walk.set("minutes", "会议纪要〔2026〕9号").await;
        self.walk.set("met_on", &in_days(0)).await;
        self.walk.set("attendees", "委员甲、委员乙、委员丙").await;
        if self.walk.asks("opinions").await {
            let opinions = "委员甲：同意\n委员乙：同意\n委员丙：同意";
            self.walk.set("opinions", opinions).await;
        }
        let id = self
            .application
            .rsplit('/')
            .next()
            .expect("an id")
            .to_owned();
        self.walk.tick("[name^='result.'][value=deferred]").await;
        self.walk.set(&format!("result.{id}"), "approved").await;
        self.desk("meeting").await;
        self.walk.press("登记审定结果").await;
        self.desk("meeting-held").await;
        let pdf = self.walk.fetches(&format!("{meeting}/materials.pdf")).await;
        assert!(pdf.1.starts_with("%PDF"), "{pdf:?}");
    }

    async fn classify(&mut self) {
        self.log_in("jingban").await;
        self.walk.visit(&self.application).await;
        let duty = self.city.form.iter().find(|(name, _)| *name == "duty");
        if let Some((name, value)) = duty {
            self.walk.set(name, value).await;
        }
        self.walk.tick("#specialty").await;
        self.desk("classify").await;
        self.walk.press("分类，看下一份").await;
    }

    /// Put up for everybody to see; eight days later the program itself lets them go on.
    async fn post(&mut self) {
        self.log_in("jingban").await;
        self.visit("/postings/new").await;
        let id = self
            .application
            .rsplit('/')
            .next()
            .expect("an id")
            .to_owned();
        self.walk.set("title", "拟任用名单公示").await;
        self.walk.set("contact", "职业能力建设科").await;
        self.walk.set("application", &id).await;
        self.desk("posting-form").await;
        self.walk.press("保存草稿").await;
        self.walk.tick("[name=status_confirmed]").await;
        self.walk.press("发布公示").await;
        self.desk("posting").await;
        let posting = self.walk.path().await;
        let pdf = self.walk.fetches(&format!("{posting}/list.pdf")).await;
        assert!(pdf.1.starts_with("%PDF"), "{pdf:?}");
        self.walk.follow("/public/postings/").await;
        self.walk.leave().await;
        let here = self.walk.path().await;
        self.walk.visit(&here).await;
        self.walk.says(NAME).await;
        self.phone("public-posting").await;
        self.walk.follow("提出异议").await;
        self.phone("objection-form").await;

        self.server.stop();
        self.server = self.place.serve_days_later(8);
        self.walk.address = format!("http://{}", self.server.address());
        self.log_in("jingban").await;
        self.walk.visit(&posting).await;
        self.walk.says("GS").await;
        self.desk("posting-over").await;
    }

    /// Issued to this one, printed, and checked by anybody.
    async fn certificate(&mut self) {
        self.log_in("jingban").await;
        self.visit("/certificates").await;
        let id = self
            .application
            .rsplit('/')
            .next()
            .expect("an id")
            .to_owned();
        self.walk.set("application", &id).await;
        self.walk.tick("[name=status_confirmed]").await;
        let need = "const e = document.getElementsByName('need')[0]; if (e) e.value = '新增职业开考，现有专家不足'; return true";
        self.walk.browser.run(need).await;
        self.desk("certificates").await;
        self.walk.press("颁发所选").await;
        self.walk
            .browser
            .until(
                "the certificate is issued",
                "return document.body.textContent.includes('已颁发 1 份')",
            )
            .await;
        self.desk("issued").await;
        self.visit(&format!("/certificates?q={NAME}")).await;
        self.walk.browser.click("tbody td.nm a").await;
        self.walk
            .browser
            .until(
                "the certificate",
                "return /certificates\\/[0-9a-f-]{20}/.test(location.pathname)",
            )
            .await;
        self.desk("certificate").await;
        let text = self.walk.browser.text("body").await;
        for words in self.city.certificate {
            assert!(text.contains(words), "{words} is not in: {text}");
        }
        let path = self.walk.path().await;
        let pdf = self.walk.fetches(&format!("{path}/certificate.pdf")).await;
        assert!(pdf.1.starts_with("%PDF"), "{pdf:?}");
        let code = self
            .walk
            .browser
            .run("return ([...document.querySelectorAll('dt')].find(e => e.textContent === '核验码') || {nextElementSibling: {}}).nextElementSibling.textContent")
            .await;
        let code = code.as_str().expect("a code is shown").to_owned();
        self.walk.leave().await;
        self.walk.visit("/public/certificates").await;
        self.phone("check").await;
        self.walk.set("code", &code).await;
        self.walk.press("核验").await;
        self.walk.says("聘期内").await;
        self.phone("checked").await;
    }
}

async fn walks(city: &'static City) {
    let mut journey = Journey::begin(city).await;
    let notice = match journey.pack.admission.solicitation {
        Some(_) => Some(journey.notice().await),
        None => None,
    };
    match city.hand {
        Hand::Own => journey.apply_on_a_phone().await,
        Hand::Desk => journey.apply(notice.as_deref()).await,
    }
    let channel = journey.pack.admission.channel(city.channel);
    let stations = channel.expect("the pack has it").stations.clone();
    assert_eq!(stations.last(), Some(&Station::Certificate));
    for station in stations.into_iter().skip(1) {
        journey.work(station).await;
    }
    journey.walk.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dongguan_from_the_notice_to_the_certificate() {
    walks(&DONGGUAN).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guangzhou_from_the_application_to_the_certificate() {
    walks(&GUANGZHOU).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jiangmen_from_the_notice_through_the_public_notice_to_the_certificate() {
    walks(&JIANGMEN).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chaoyang_from_the_notice_through_the_joint_review_to_the_card() {
    walks(&CHAOYANG).await;
}
