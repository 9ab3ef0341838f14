//! What a visitor typed, kept exactly, with what is wrong about it. A form that is not accepted is shown again from
//! the same value, so nothing typed is ever lost.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use axum::extract::{FromRequest, Request};
use axum::http::Uri;
use axum_extra::extract::{Form, Query};
use jiff::civil::Date;

use crate::error::WebError;

/// The boxes whose tick answers a refusal, by the code of its reason.
const BOXES: [(&str, &str); 2] = [
    ("pack.confirm", "status_confirmed"),
    ("import.errors", "leave_out"),
];

/// One thing wrong with one field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FieldError {
    /// Name of the field; also the id of its first control. Empty for the form as a whole.
    pub field: String,
    /// What happened, why, and what to do.
    pub message: String,
}

/// One answer of a list, radio or checkbox field.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Choice {
    /// The value sent.
    pub value: String,
    /// Its words.
    pub label: String,
    /// A second line, empty for none.
    pub detail: String,
}

impl Choice {
    /// An answer without second line.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            detail: String::new(),
        }
    }
    /// With a second line.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}

/// The state of a form: values by name, in the order sent and possibly repeated, and the errors found so far.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FormState {
    values: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

impl FormState {
    /// An empty form.
    #[must_use]
    pub fn blank() -> Self {
        Self::default()
    }
    /// With a value filled in beforehand.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.push((name.to_owned(), value.into()));
        self
    }
    /// The query of an address. What cannot be read counts as empty.
    #[must_use]
    pub fn from_query(uri: &Uri) -> Self {
        Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map(|Query(values)| Self::from(values))
            .unwrap_or_default()
    }

    /// The first value of a field as typed, empty when there is none.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.values
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }
    /// All values of a repeated field, as typed, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
    /// Whether one of the values of a field is this one; for boxes and lists.
    #[must_use]
    pub fn holds(&self, name: &str, value: &str) -> bool {
        self.values(name).any(|held| held == value)
    }
    /// Every (name, value), for forms that are carried through a page.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.values
    }

    /// A value ready to be judged: full-width digits, letters and spaces made half-width, ends trimmed, inner
    /// spaces made single.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        plain(self.value(name))
    }
    /// A text that must not be missing; otherwise `message` is noted and the answer is empty.
    pub fn required(&mut self, name: &str, message: &str) -> String {
        let text = self.text(name);
        if text.is_empty() {
            self.reject(name, message);
        }
        text
    }
    /// Reads a value with a parser whose error is a sentence for the visitor. An empty value is read as well:
    /// the parser says whether that is wrong.
    pub fn read<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match parse(&self.text(name)) {
            Ok(value) => Some(value),
            Err(error) => {
                self.reject(name, error.to_string());
                None
            }
        }
    }
    /// Reads a value that may be left empty.
    pub fn optional<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if self.text(name).is_empty() {
            None
        } else {
            self.read(name, parse)
        }
    }
    /// Reads a date written as 20261122, 2026-11-22, 2026.11.22, 2026/11/22 or 2026年11月22日; empty gives none
    /// without complaint.
    pub fn date(&mut self, name: &str, label: &str) -> Option<Date> {
        self.optional(name, |text| {
            date(text).ok_or_else(|| {
                format!("{label}“{text}”不是一个日期，应写成 2026-11-22 这样，月份 1–12，日期以当月为准。")
            })
        })
    }
    /// Reads a whole number within bounds; empty gives none without complaint.
    pub fn number(&mut self, name: &str, label: &str, bounds: RangeInclusive<i64>) -> Option<i64> {
        self.optional(name, |text| match text.replace(',', "").parse::<i64>() {
            Ok(number) if bounds.contains(&number) => Ok(number),
            Ok(number) => Err(format!(
                "{label}应在 {} 到 {} 之间，现在是 {number}。",
                bounds.start(),
                bounds.end()
            )),
            Err(_) => Err(format!("{label}“{text}”不是整数，请只填数字。")),
        })
    }
    /// The version of what was shown when the form was drawn: by it one notices who was faster.
    ///
    /// # Errors
    /// [`WebError::Unreadable`] when the form does not say.
    pub fn version(&self) -> Result<i64, WebError> {
        self.value("version")
            .parse()
            .map_err(|_| WebError::Unreadable)
    }
    /// Behind which row a list goes on, exactly as the address of its next page says; none at its beginning.
    #[must_use]
    pub fn after(&self) -> Option<String> {
        Some(self.value("after").to_owned()).filter(|row| !row.is_empty())
    }
    /// What the values of a repeated field name; those that name nothing are passed over.
    pub fn ids<T: FromStr>(&self, name: &str) -> Vec<T> {
        let named = self.values.iter().filter(|(key, _)| key == name);
        named.filter_map(|(_, id)| id.parse().ok()).collect()
    }
    /// Reads one of the answers offered; anything else is noted with `message`.
    pub fn choice<'a>(
        &mut self,
        name: &str,
        choices: &'a [Choice],
        message: &str,
    ) -> Option<&'a Choice> {
        let held = self.value(name).to_owned();
        let choice = choices.iter().find(|choice| choice.value == held);
        if choice.is_none() {
            self.reject(name, message);
        }
        choice
    }

    /// Notes what a use case refused, beside its field or above the form.
    ///
    /// # Errors
    /// What is not about the form: somebody may not, or something failed.
    pub fn refuse(&mut self, error: service::Error) -> Result<(), WebError> {
        match error {
            service::Error::Invalid(problems) => self.note(problems),
            service::Error::Refused(reasons) => {
                for reason in reasons {
                    let article = if reason.article.is_empty() {
                        String::new()
                    } else {
                        format!("（{}）", reason.article)
                    };
                    let answered_by = BOXES.iter().find(|(code, _)| *code == reason.code);
                    self.reject(
                        answered_by.map_or("", |(_, name)| *name),
                        format!("{}{article}。", reason.sentence.trim_end_matches('。')),
                    );
                }
            }
            service::Error::Unauthenticated(sentence) => self.reject("", sentence),
            other => return Err(other.into()),
        }
        Ok(())
    }
    /// Notes every problem beside its field.
    pub fn note(&mut self, problems: Vec<service::Problem>) {
        for problem in problems {
            self.reject(&problem.field, problem.sentence);
        }
    }
    /// Notes what is wrong with a field; only the first message of a field is kept, but every one that belongs to
    /// no field: whoever is refused for three reasons is told all three at once.
    pub fn reject(&mut self, name: &str, message: impl Into<String>) {
        let message = message.into();
        let mut errors = self.errors.iter();
        let known = errors
            .any(|error| error.field == name && (!name.is_empty() || error.message == message));
        if !known {
            self.errors.push(FieldError {
                field: name.to_owned(),
                message,
            });
        }
    }
    /// What is wrong with a field, empty when nothing is.
    #[must_use]
    pub fn error(&self, name: &str) -> &str {
        self.errors
            .iter()
            .find(|error| error.field == name)
            .map_or("", |error| &error.message)
    }
    /// Everything wrong, in the order found.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.errors.is_empty()
    }
    /// The ids that describe a control, for `aria-describedby`.
    #[must_use]
    pub fn described_by(&self, name: &str, hint: &str) -> String {
        match (hint.is_empty(), self.error(name).is_empty()) {
            (true, true) => String::new(),
            (false, true) => format!("{name}-hint"),
            (true, false) => format!("{name}-err"),
            (false, false) => format!("{name}-hint {name}-err"),
        }
    }
}

impl From<Vec<(String, String)>> for FormState {
    fn from(values: Vec<(String, String)>) -> Self {
        Self {
            values,
            errors: Vec::new(),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for FormState {
    type Rejection = WebError;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebError> {
        match Form::<Vec<(String, String)>>::from_request(request, state).await {
            Ok(Form(values)) => Ok(Self::from(values)),
            Err(rejection) => Err(WebError::from_status(
                axum::response::IntoResponse::into_response(rejection).status(),
            )),
        }
    }
}

/// What was refused, said of another field: where the form calls by another name what the use case judges.
pub(crate) fn renamed(error: service::Error, from: &str, to: &str) -> service::Error {
    match error {
        service::Error::Invalid(mut problems) => {
            for problem in problems.iter_mut().filter(|one| one.field == from) {
                to.clone_into(&mut problem.field);
            }
            service::Error::Invalid(problems)
        }
        other => other,
    }
}

/// Full-width forms made half-width, ends trimmed, runs of spaces made single. Chinese punctuation stays.
#[must_use]
pub fn plain(typed: &str) -> String {
    let mut text = String::with_capacity(typed.len());
    for character in typed.chars() {
        let character = match character {
            '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '－' | '．' | '／' | '＠' => {
                char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
            }
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => continue,
            '\n' => '\n',
            space if space.is_whitespace() => ' ',
            other => other,
        };
        if !(character == ' ' && (text.is_empty() || text.ends_with([' ', '\n']))) {
            text.push(character);
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// A date in any of the ways people write one.
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = match text.len() {
        8 if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            vec![&text[..4], &text[4..6], &text[6..]]
        }
        _ => text
            .trim_end_matches('日')
            .split(['-', '.', '/', '年', '月'])
            .map(str::trim)
            .collect(),
    };
    let [year, month, day] = parts[..] else {
        return None;
    };
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_is_normalised_before_it_is_judged() {
        assert_eq!(plain("　１３８ 0013　８０００ "), "138 0013 8000");
        assert_eq!(plain("Ｘ\u{200b}x\u{feff}"), "Xx");
        assert_eq!(plain("甲（乙）\r\n 丙"), "甲（乙） \n丙");
    }

    #[test]
    fn dates_are_read_in_every_usual_form() {
        let expected = Some(jiff::civil::date(2026, 11, 2));
        for typed in [
            "20261102",
            "2026-11-02",
            "2026.11.2",
            "2026/11/02",
            "2026年11月2日",
            "2026-11-2",
        ] {
            assert_eq!(date(typed), expected, "{typed}");
        }
        for typed in [
            "2026-02-30",
            "26-11-02",
            "2026-13-01",
            "11月2日",
            "",
            "2026110",
            "二〇二六年",
        ] {
            assert_eq!(date(typed), None, "{typed}");
        }
    }

    #[test]
    fn every_answer_and_every_error_is_kept() {
        let mut form = FormState::from(vec![
            ("unit".into(), " 甲 ".into()),
            ("unit".into(), "乙".into()),
            ("seats".into(), "１２".into()),
            ("from".into(), "2026-02-30".into()),
        ]);
        assert_eq!(form.values("unit").collect::<Vec<_>>(), [" 甲 ", "乙"]);
        assert_eq!(form.number("seats", "正选人数", 1..=9), None);
        assert_eq!(form.date("from", "开始日期"), None);
        assert_eq!(form.required("name", "请填写姓名。"), "");
        form.reject("name", "第二条不显示");
        assert_eq!(form.error("seats"), "正选人数应在 1 到 9 之间，现在是 12。");
        assert_eq!(form.error("name"), "请填写姓名。");
        assert_eq!(form.errors().len(), 3);
        for reason in ["第一条理由", "第二条理由", "第二条理由"] {
            form.reject("", reason);
        }
        assert_eq!(form.errors().len(), 5, "every reason, each once");
        assert_eq!(form.value("from"), "2026-02-30");
        assert_eq!(
            form.described_by("from", "例如 2026-11-22"),
            "from-hint from-err"
        );
    }
}
