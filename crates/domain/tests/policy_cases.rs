//! Every shipped pack's cases, and what they must not let pass.

use domain::policy::library::SHIPPED;
use domain::policy::{cases, check, coverage};

#[test]
fn every_case_of_every_shipped_pack_passes() {
    for shipped in SHIPPED {
        let pack = check(shipped.pack).expect("checked elsewhere");
        let reports =
            cases::run(&pack, shipped.cases).unwrap_or_else(|errors| panic!("{errors:#?}"));
        let failed: Vec<String> = reports
            .iter()
            .filter(|report| !report.passed())
            .map(|report| {
                format!(
                    "{} {}\n  {}",
                    report.file,
                    report.name,
                    report.failures.join("\n  ")
                )
            })
            .collect();
        assert!(failed.is_empty(), "{}:\n{}", shipped.id, failed.join("\n"));
        assert!(
            reports.len() > 100,
            "{} has only {} cases",
            shipped.id,
            reports.len()
        );
    }
}

#[test]
fn every_article_and_item_is_accounted_for() {
    for shipped in SHIPPED {
        let pack = check(shipped.pack).expect("checked elsewhere");
        let reports = cases::run(&pack, shipped.cases).expect("read elsewhere");
        let open: Vec<String> = coverage::coverage(&pack, &reports)
            .iter()
            .filter(|row| !row.accounted_for() || row.cases.is_empty() && !row.shown)
            .map(|row| format!("{} {}", row.citation, row.about))
            .collect();
        assert!(
            open.is_empty(),
            "{}: nothing carries, or no case is about: {open:?}",
            shipped.id
        );
    }
}
