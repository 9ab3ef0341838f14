//! Channels, material lists, steps, notices, certificate, term, renewal.

use super::checker::Name;
use super::eligibility::leaf_numbers;
use super::section::Section;
use crate::certificate::Detail;
use crate::policy::citation::Citation;
use crate::policy::pack::{
    Admission, Certificate, CertificatePaper, Channel, CohortPer, CohortRules, Duration,
    Eligibility, Force, Headcount, InvitationRule, LateObjection, Material, MaterialList,
    MaterialPart, MediaNeeded, Need, OneOff, Panel, PanelVote, Per, PublicNotice, Renewal,
    RenewalSteps, RenewalTimes, Roll, Solicitation, Spared, Step, SupplementEnd, TermMode,
    TermRules, TermStart, Waiver,
};
use crate::policy::problem::Code;

pub(super) fn admission(root: &Section<'_>, eligibility: &Eligibility) -> Admission {
    let ids: Vec<&str> = eligibility
        .leaves
        .iter()
        .map(|leaf| leaf.id.as_str())
        .collect();
    Admission {
        channels: root.sections("channel").iter().map(channel).collect(),
        materials: root
            .sections("materials")
            .iter()
            .map(material_list)
            .collect(),
        steps: root.sections("step").iter().map(step).collect(),
        solicitation: root.section("solicitation").map(|s| Solicitation {
            label: s.text("label"),
            fields: s.some_texts("fields"),
            media: s.texts("media"),
            media_needed: s.word_or("media_needed", MediaNeeded::All),
            standing: s.truth_or("standing", false),
            approved_by: s.name_opt("approved_by", Name::Party),
            headcount: s.section("headcount").map(|s| Headcount {
                label: s.text("label"),
                per: s.word("per"),
                beyond: s.word_opt("beyond"),
            }),
            citation: s.citation(),
        }),
        public_notice: root.section("public_notice").map(|s| PublicNotice {
            length: notice_length(&s),
            first_day_counts: s.truth_or("first_day_counts", false),
            roll: s.word_or("roll", Roll::None),
            columns: s.some_texts("columns"),
            anonymous_objection: s.truth_or("anonymous_objection", true),
            objection_needs_fact: s.truth_or("objection_needs_fact", true),
            late: s.word_or("late", LateObjection::TipOff),
            citation: s.citation(),
        }),
        certificate: root.section("certificate").map(|s| certificate(&s)),
        term: term(root),
        renewal: root.section("renewal").map(|s| Renewal {
            by: s.name("by", Name::Party),
            needs: s.some_words("needs"),
            recheck: leaf_numbers(&s, "recheck", &ids),
            steps: s.word_or("steps", RenewalSteps::Decision),
            spared: s.section("spared").map(|s| Spared {
                flag: s.text("flag"),
                leaves: leaf_numbers(&s, "leaves", &ids),
            }),
            dossier: s.words("dossier"),
            remind: s.duration("remind"),
            reason: s.truth_or("reason", false),
            after_end: s.truth_or("after_end", false),
            times: s.word_or("times", RenewalTimes::Unlimited),
            citation: s.citation(),
        }),
    }
}

fn certificate(s: &Section<'_>) -> Certificate {
    let fields = s.some_texts("fields");
    for field in &fields {
        if Detail::named(field).is_none() {
            s.report_at(
                "fields",
                Code::UnknownWord,
                format!("“{field}”没有登记在专家名下，证书印不出来。"),
                format!("可以写：{}。", Detail::NAMES.join("、")),
            );
        }
    }
    Certificate {
        title: s.text("title"),
        number: s.text("number"),
        fields,
        phrase: s.text_opt("phrase"),
        paper: s.word_or("paper", CertificatePaper::Sheet),
        citation: s.citation(),
    }
}

/// A public notice lasts whole days, so that its last day can be printed on it.
fn notice_length(s: &Section<'_>) -> Duration {
    let length = s.duration("length");
    if !matches!(length, Duration::Days(_) | Duration::WorkingDays(_)) {
        s.report_at(
            "length",
            Code::OutOfRange,
            "公示期应以日或工作日计。".to_owned(),
            "如 \"7日\"、\"5个工作日\"。",
        );
    }
    length
}

fn channel(s: &Section<'_>) -> Channel {
    Channel {
        id: s.text("id"),
        label: s.text("label"),
        group: s.text_opt("group"),
        submitter: s.name("submitter", Name::Party),
        filled_by: s.name_opt("filled_by", Name::Party),
        batch: s.truth_or("batch", false),
        needs_notice: s.truth_or("needs_notice", false),
        names_source: s.truth_or("names_source", false),
        invitation: s.section("invitation").map(|s| InvitationRule {
            sent_by: s.name("sent_by", Name::Party),
            proposed_by: s.name_list("proposed_by", Name::Party),
        }),
        materials: s.name("materials", Name::Materials),
        stations: s.some_words("stations"),
        agenda_heading: s.text_opt("agenda_heading"),
        citation: s.citation(),
    }
}

fn material_list(s: &Section<'_>) -> MaterialList {
    let citation = s.citation();
    MaterialList {
        id: s.text("id"),
        items: s
            .sections("item")
            .iter()
            .map(|s| material(s, &citation))
            .collect(),
        by_notice: s.truth_or("by_notice", false),
        citation,
    }
}

fn material(s: &Section<'_>, around: &Citation) -> Material {
    Material {
        id: s.text("id"),
        label: s.text("label"),
        form: s.name_opt("form", Name::Form),
        opinion: s.text_opt("opinion"),
        seal: s.words("seal"),
        need: s.word_or("need", Need::Always),
        force: s.word_or("force", Force::Must),
        parts_answered: s.truth_or("parts_answered", false),
        per: s.word_or("per", Per::Person),
        parts: s
            .sections("part")
            .iter()
            .map(|s| MaterialPart {
                id: s.text("id"),
                label: s.text("label"),
            })
            .collect(),
        valid_on_submission: s.truth_or("valid_on_submission", false),
        waiver: s.section("waiver").map(|s| Waiver {
            by: s.name("by", Name::Party),
            reason: s.text("reason"),
        }),
        when: s.conditions("when"),
        citation: s.citation_or(around),
    }
}

fn step(s: &Section<'_>) -> Step {
    Step {
        id: s.text_opt("id"),
        station: s.word("station"),
        label: s.text("label"),
        party: s.name_opt("party", Name::Party),
        guards: s.words("guards"),
        outcomes: s.words("outcomes"),
        reason_for: s.words("reason_for"),
        points: s.texts("points"),
        minutes: s.words("minutes"),
        panel: s.section("panel").map(|s| Panel {
            at_least: s.whole("at_least", 1, 100),
            vote: s.word_or("vote", PanelVote::Conclusion),
        }),
        produces: s.text_opt("produces"),
        due: s.duration_opt("due"),
        citation: s.citation(),
    }
}

fn term(root: &Section<'_>) -> TermRules {
    let section = root.needed("term");
    let Some(s) = &section else {
        return TermRules {
            years: 1,
            mode: TermMode::Fixed,
            cohort: None,
            start: TermStart::Certificate,
            one_off: None,
            lapse: String::new(),
            citation: Citation::article(0),
        };
    };
    let mode = s.word_or("mode", TermMode::Fixed);
    let cohort = s.section("cohort").map(|s| CohortRules {
        per: s.word_or("per", CohortPer::Pool),
        supplement_end: s.word_or("supplement_end", SupplementEnd::CohortEnd),
        reason: s.truth_or("reason", false),
        warn_under: s.duration_opt("warn_under"),
        citation: s.citation(),
    });
    if (mode == TermMode::Cohort) != cohort.is_some() {
        s.report_at(
            "mode",
            Code::Conflict,
            "按届聘任没有写清楚。".to_owned(),
            "按届的写 mode = \"cohort\" 和 [term.cohort]；不按届的两者都不写。",
        );
    }
    TermRules {
        years: u16::try_from(s.whole("years", 1, 50)).unwrap_or(1),
        mode,
        cohort,
        start: s.word_or("start", TermStart::Certificate),
        one_off: s.section("one_off").map(|s| OneOff {
            certificate: s.truth_or("certificate", true),
        }),
        lapse: s.text("lapse"),
        citation: s.citation(),
    }
}
