//! Source → [`Pack`]. Reports *all* problems of a pack at once; with one problem there is no pack.

mod admission;
mod axes;
mod checker;
mod conduct;
mod consistency;
mod draw;
mod duties;
mod eligibility;
mod fee;
mod forms;
mod gathering;
mod identity;
mod quantities;
mod report;
mod section;
mod teams;
mod work;

use checker::Checker;
use sm3::Digest as _;

use super::pack::{Digest, Pack, Rules};
use super::problem::{Code, Problem};
use super::source::{Setting, Source};

/// Checks the text of a pack.
///
/// # Errors
/// Every problem, in the order of the text.
pub fn check(text: &str) -> Result<Pack, Vec<Problem>> {
    check_with(text, &[])
}

/// Checks the text of a pack with some parameters set by the authority that may (第二十一条 in DG).
/// Only values the pack lists as `parameter` can be set, and only to what it accepts.
///
/// # Errors
/// Every problem of the text and of the settings.
pub fn check_with(text: &str, settings: &[Setting]) -> Result<Pack, Vec<Problem>> {
    let plain = check_source(&Source::parse(text)?)?;
    reset(&plain, settings)
}

/// A pack with other values of its parameters; what `settings` does not name stays as it is.
///
/// # Errors
/// Every setting the pack does not accept, or every problem of the changed text.
pub fn reset(plain: &Pack, settings: &[Setting]) -> Result<Pack, Vec<Problem>> {
    if settings.is_empty() {
        return Ok(plain.clone());
    }
    let mut changed = plain.source().clone();
    let problems: Vec<Problem> = settings
        .iter()
        .filter_map(|setting| {
            let refused = plain.accepts(setting).err().or_else(|| {
                (!changed.set(setting)).then(|| "没有这个值，或种类不对。".to_owned())
            })?;
            let sentence = format!(
                "参数“{}”不能设为“{}”：{refused}",
                setting.path, setting.value
            );
            Some(Problem {
                line: 1,
                column: 1,
                code: Code::Setting,
                sentence,
                hint: None,
            })
        })
        .collect();
    if problems.is_empty() {
        check_source(&changed)
    } else {
        Err(problems)
    }
}

/// Checks a tree, however it was made.
///
/// # Errors
/// Every problem, in the order of the text.
pub fn check_source(source: &Source) -> Result<Pack, Vec<Problem>> {
    let checker = Checker::new(source);
    let rules = read(&checker);
    consistency::check(&checker, &rules);
    teams::check(&checker, &rules);
    let problems = checker.into_problems();
    if problems.is_empty() {
        Ok(Pack::new(rules, digest(source), source.clone()))
    } else {
        Err(problems)
    }
}

fn read(checker: &Checker<'_>) -> Rules {
    let root = checker.root();
    root.whole("schema", 1, 1);
    let vocabulary = identity::vocabulary(&root);
    let eligibility = eligibility::eligibility(&root, &vocabulary);
    let admission = admission::admission(&root, &eligibility);
    Rules {
        identity: identity::identity(&root),
        clock: identity::clock(&root),
        parties: identity::parties(&root),
        permissions: identity::permissions(&root),
        pool: draw::pool(&root),
        tasks: draw::tasks(&root),
        draw: draw::draw(&root),
        recusal: conduct::recusal(&root),
        notification: draw::notification(&root),
        leave: draw::leave(&root),
        attendance: draw::attendance(&root),
        evaluations: draw::evaluations(&root),
        conduct: conduct::conduct(&root),
        exit: conduct::exit(&root),
        fee: fee::fee(&root),
        budget: fee::budget(&root),
        reports: report::reports(&root),
        ledger: work::ledger(&root),
        recovery: work::recovery(&root),
        information: duties::information(&root),
        duties: duties::duties(&root),
        feedback: report::feedback(&root),
        gatherings: gathering::gatherings(&root),
        undertakings: work::undertakings(&root),
        forms: forms::forms(&root, &vocabulary),
        obligations: duties::obligations(&root),
        parameters: duties::parameters(&root),
        articles: duties::articles(&root),
        vocabulary,
        eligibility,
        admission,
    }
}

fn digest(source: &Source) -> Digest {
    Digest(sm3::Sm3::digest(source.canonical().as_bytes()).into())
}
