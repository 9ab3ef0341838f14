//! Applications of the demonstration, one in each state people will ask about: a draft, one to be vetted,
//! one returned, one before the committee, one that waits for its certificate, one appointed.

use domain::actor::Role;
use domain::id::{PoolId, RecordId, SpecialtyId};
use domain::meeting::{Minutes, PersonResult, Verdict};
use domain::synthetic::{Cast, Place};
use jiff::Span;

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::persons::PersonFile;
use crate::service::Service;
use crate::typed::Fields;

/// How many apply.
const APPLICANTS: usize = 7;

impl Service {
    pub(super) async fn demo_applications(
        &self,
        no: i64,
        pool: PoolId,
        specialties: &[SpecialtyId],
    ) -> Result<()> {
        let officer = self.as_demo("jingban", Role::Officer, pool).await?;
        let approver = self.as_demo("shenpi", Role::Approver, pool).await?;
        let secretary = self.as_demo("mishu", Role::Secretary, pool).await?;
        let mut cast = Cast::new(20_220_606, officer.today(), Place::Dongguan);
        let mut entered: Vec<RecordId> = Vec::new();
        for (n, person) in cast.people(APPLICANTS * 4).into_iter().enumerate() {
            if entered.len() == APPLICANTS {
                break;
            }
            let specialty = specialties.get(n % specialties.len().max(1)).copied();
            let form = demo_form(&officer, &person, specialty);
            match self.enter_application(&officer, no, &form).await {
                Ok(id) => entered.push(id),
                // Somebody the cast also made an expert, or whose papers the form does not take.
                Err(Error::Invalid(_)) => {}
                Err(other) => return Err(other),
            }
        }
        let mut submitted = Vec::new();
        for id in entered.into_iter().skip(1) {
            self.record_materials(&officer, no, id, &demo_papers(&officer))
                .await?;
            match self.submit_application(&officer, no, id).await {
                Ok(_) => submitted.push(id),
                // Not everybody the cast makes meets the conditions; they stay drafts.
                Err(Error::Refused(_)) => {}
                Err(other) => return Err(other),
            }
        }
        let mut submitted = submitted.into_iter();
        if let Some(id) = submitted.nth(1) {
            let fix = vec![(
                "identity".to_owned(),
                "证件复印件不清晰，请重新扫描".to_owned(),
            )];
            let until = officer.today().saturating_add(Span::new().days(10));
            self.return_application(&officer, no, id, &fix, Some(until))
                .await?;
        }
        let mut decided = Vec::new();
        for id in submitted {
            self.check_application(&officer, no, id, &demo_checks())
                .await?;
            match self.pass_application(&officer, no, id, "").await {
                Ok(_) => decided.push(id),
                Err(Error::Refused(_) | Error::Invalid(_)) => {}
                Err(other) => return Err(other),
            }
        }
        let Some((waiting, rest)) = decided.split_first() else {
            return Ok(());
        };
        if rest.is_empty() {
            return Ok(());
        }
        let meeting = self
            .call_meeting(&secretary, no, Some(secretary.today()), "三楼会议室")
            .await?;
        let result = |id: &RecordId, verdict: Verdict| PersonResult {
            application: *id,
            verdict,
            recused: Vec::new(),
            votes: None,
        };
        let mut results = vec![result(waiting, Verdict::Deferred)];
        results.extend(rest.iter().map(|id| result(id, Verdict::Approved)));
        let minutes = Minutes {
            number: format!("标委纪〔{}〕1号（演示）", secretary.today().year()),
            on: secretary.today(),
            attendees: vec!["委员甲（演示）".to_owned(), "委员乙（演示）".to_owned()],
            results,
        };
        self.hold_meeting(&secretary, no, meeting, minutes).await?;
        let specialty = specialties.first().copied().into_iter().collect::<Vec<_>>();
        for id in rest {
            self.classify_application(&approver, no, *id, &specialty, &[])
                .await?;
        }
        if let (Some(first), true) = (rest.first(), rest.len() > 1) {
            self.issue_certificates(
                &officer,
                no,
                crate::certificates::Order {
                    chosen: &[*first],
                    status_confirmed: true,
                    ..crate::certificates::Order::default()
                },
            )
            .await?;
        }
        Ok(())
    }
}

fn demo_form(
    officer: &Ctx,
    person: &domain::synthetic::Person,
    specialty: Option<SpecialtyId>,
) -> Fields {
    let file = PersonFile {
        profile: person.profile.clone(),
        office_phone: None,
    };
    let mut form = crate::persons::fields(&file);
    let closes = officer.today().saturating_add(Span::new().days(20));
    for (field, value) in [
        ("channel", "self_nominated".to_owned()),
        ("notice", format!("ZJ01-{}-0001", officer.today().year())),
        ("notice_closes", closes.to_string()),
        ("id_number", person.identity.expose().to_owned()),
        ("mobile", person.mobile.expose().to_owned()),
        ("email", person.email.expose().to_owned()),
        ("task_kinds", "8-4".to_owned()),
        (
            "specialty",
            specialty.map(|id| id.to_string()).unwrap_or_default(),
        ),
        ("declared", "L1".to_owned()),
        ("declared", "L2".to_owned()),
        ("declared", "HEALTH".to_owned()),
        ("pledge", "yes".to_owned()),
        ("privacy", "yes".to_owned()),
    ] {
        form.push(field, value);
    }
    form
}

fn demo_papers(officer: &Ctx) -> Fields {
    let mut papers = Fields::default();
    for what in ["given", "opinion", "sealed"] {
        for item in ["form1", "identity"] {
            papers.push(format!("{what}.{item}"), "yes");
        }
    }
    for part in [
        "education_proof",
        "title_proof",
        "honour_proof",
        "post_proof",
    ] {
        papers.push("part.certs", part);
    }
    let valid = officer.today().saturating_add(Span::new().years(5));
    papers.push("valid_to.identity", valid.to_string());
    papers
}

fn demo_checks() -> Fields {
    let mut checks = Fields::default();
    for (field, value) in [
        ("confirm.L1", "yes"),
        ("confirm.L5", "yes"),
        ("register.dishonesty", "clear"),
        ("register_source.dishonesty", "信用中国网站（演示）"),
    ] {
        checks.push(field, value);
    }
    checks
}
