//! What every page shows around its content, and what a page may know about the request.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::components::{Link, Tone};
use crate::error::WebError;
use crate::form::FormState;
use crate::menu::Group;
use crate::page::Fragment;

/// What is the same on every page of an installation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Site {
    /// Name of the product: 职业能力建设专家库管理平台.
    pub product: String,
    /// Its short name, for phones and the public.
    pub short: String,
    /// The bureau that runs it.
    pub bureau: String,
    /// The unit named in the footer.
    pub unit: String,
    /// Help line, shown at the same place on every page.
    pub help_phone: String,
    /// Version of the program.
    pub version: String,
    /// What is true of everything here, above every page.
    pub banner: Option<Banner>,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            product: "职业能力建设专家库管理平台".into(),
            short: "职业能力建设专家库".into(),
            bureau: String::new(),
            unit: String::new(),
            help_phone: String::new(),
            version: env!("CARGO_PKG_VERSION").into(),
            banner: None,
        }
    }
}

/// Size of type, kept in a cookie and rendered into the page.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum TypeSize {
    /// As designed.
    #[default]
    Normal,
    /// 大字.
    Large,
}

impl TypeSize {
    /// The value of `data-size`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "",
            Self::Large => "large",
        }
    }
    /// The address that switches to the other size.
    #[must_use]
    pub fn switch(self) -> &'static str {
        match self {
            Self::Normal => "/type-size/large",
            Self::Large => "/type-size/normal",
        }
    }
    /// The words of the switch.
    #[must_use]
    pub fn switch_label(self) -> &'static str {
        match self {
            Self::Normal => "大字",
            Self::Large => "标准字",
        }
    }
    fn of(headers: &HeaderMap) -> Self {
        let large = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .any(|pair| pair.trim() == "size=large");
        if large { Self::Large } else { Self::Normal }
    }
}

/// What a page may know about the request, apart from who sent it.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    /// Size of type.
    pub size: TypeSize,
    /// Path of the page.
    pub path: String,
    /// The query of the address, for lists that keep their state there.
    pub query: FormState,
    /// Which parts of the page the script is going to use.
    pub fragment: Fragment,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.uri, &parts.headers))
    }
}

impl Visit {
    /// Reads the request line and headers.
    #[must_use]
    pub fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        Self {
            size: TypeSize::of(headers),
            path: uri.path().to_owned(),
            query: FormState::from_query(uri),
            fragment: Fragment::of(headers),
        }
    }
}

/// Who is signed in, as the header shows it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Visitor {
    /// Name.
    pub name: String,
    /// Post or role: 库管方.
    pub post: String,
    /// Unread messages.
    pub unread: u64,
    /// Entries of the user menu above 退出登录.
    pub links: Vec<Link>,
}

/// A strip above the page that states a circumstance of everything on it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Banner {
    /// The instrument is a draft for comment; the words name it.
    Draft(String),
    /// The instrument is no longer in force; the words say since when and what follows.
    Expired(String),
    /// A rehearsal: nothing here counts.
    Rehearsal(String),
    /// A demonstration: everything here is made up.
    Demonstration,
    /// Anything else worth knowing on every page, such as a maintenance window.
    Other(Tone, String),
}

impl Banner {
    /// The style class.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Draft(_) => "",
            Self::Expired(_) => "red",
            Self::Rehearsal(_) | Self::Demonstration => "drill",
            Self::Other(tone, _) => tone.class(),
        }
    }
    /// The word that states the point.
    #[must_use]
    pub fn lead(&self) -> &'static str {
        match self {
            Self::Draft(_) => "征求意见稿",
            Self::Expired(_) => "政策已过有效期",
            Self::Rehearsal(_) => "演练",
            Self::Demonstration => "演示",
            Self::Other(..) => "",
        }
    }
    /// The rest of the sentence.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Draft(text)
            | Self::Expired(text)
            | Self::Rehearsal(text)
            | Self::Other(_, text) => text,
            Self::Demonstration => "单位、专家和抽取结果均为虚构，不产生效力。",
        }
    }
}

/// Everything around the content of one page.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// The installation.
    pub site: Arc<Site>,
    /// Whose page it is: the office that manages the pool, else the bureau of the installation.
    pub office: String,
    /// What the page is about: 专家库. The product is added.
    pub title: String,
    /// Its path.
    pub path: String,
    /// Size of type.
    pub size: TypeSize,
    /// Who is signed in.
    pub visitor: Option<Visitor>,
    /// The left menu; empty gives a page without one.
    pub menu: Vec<Group>,
    /// Strips above the page.
    pub banners: Vec<Banner>,
    /// The way here from the home page; the last one is the page itself and not linked. Empty on the home page.
    pub crumbs: Vec<Link>,
    /// What a screen reader announces when the page, or a fragment of it, arrives.
    pub announcement: String,
    /// Time of the server in words, for the footer.
    pub clock: String,
    /// Whether the page reports errors in a form.
    pub outcome: Outcome,
}

/// Whether a page shows a form that could not be accepted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Outcome {
    /// Nothing to report.
    #[default]
    Normal,
    /// The form above has errors; the title says so first.
    Errors,
}

impl Layout {
    /// A page of this site, as this visit wants it.
    pub fn new(site: &Arc<Site>, visit: &Visit, title: impl Into<String>) -> Self {
        Self {
            site: Arc::clone(site),
            office: site.bureau.clone(),
            title: title.into(),
            path: visit.path.clone(),
            size: visit.size,
            banners: site.banner.iter().cloned().collect(),
            ..Self::default()
        }
    }
    /// A page of this office.
    #[must_use]
    pub fn of_office(mut self, name: impl Into<String>) -> Self {
        self.office = name.into();
        self
    }
    /// With the visitor and the menu made for him.
    #[must_use]
    pub fn signed_in(mut self, visitor: Visitor, menu: Vec<Group>) -> Self {
        self.visitor = Some(visitor);
        self.menu = menu;
        self
    }
    /// With the way here: (label, address) pairs; the title is added as the last one.
    #[must_use]
    pub fn under(mut self, way: &[(&str, &str)]) -> Self {
        self.crumbs = way
            .iter()
            .map(|&(label, href)| Link::new(label, href))
            .collect();
        self.crumbs.push(Link::new(self.title.clone(), ""));
        self
    }
    /// With one more strip above the page.
    #[must_use]
    pub fn banner(mut self, banner: Banner) -> Self {
        self.banners.push(banner);
        self
    }
    /// Is this the page at an address, or one below it?
    #[must_use]
    pub fn is_at(&self, address: &str) -> bool {
        let below = self.path.strip_prefix(address);
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
    /// With what a screen reader announces.
    #[must_use]
    pub fn announce(mut self, words: impl Into<String>) -> Self {
        self.announcement = words.into();
        self
    }
    /// The title starts with 出错 when the form has errors.
    #[must_use]
    pub fn judged(mut self, form: &FormState) -> Self {
        self.outcome = if form.is_sound() {
            Outcome::Normal
        } else {
            Outcome::Errors
        };
        self
    }
    /// The title of the browser window.
    #[must_use]
    pub fn window_title(&self) -> String {
        let prefix = match self.outcome {
            Outcome::Normal => "",
            Outcome::Errors => "出错：",
        };
        format!("{prefix}{} - {}", self.title, self.site.product)
    }
}

/// The switch of type size, which works without script: sets the cookie and goes back to where it was pressed.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/type-size/{size}", get(switch_size))
}

async fn switch_size(Path(size): Path<String>, headers: HeaderMap) -> Result<Response, WebError> {
    let cookie = match size.as_str() {
        "large" => "size=large; Path=/; Max-Age=31536000; SameSite=Lax",
        "normal" => "size=; Path=/; Max-Age=0; SameSite=Lax",
        _ => return Err(WebError::NotFound),
    };
    let back = headers
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<Uri>().ok())
        .and_then(|uri| uri.path_and_query().map(|path| path.as_str().to_owned()))
        .and_then(|path| local_address(&path).map(str::to_owned))
        .unwrap_or_else(|| "/".to_owned());
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&back)).into_response())
}

/// The address itself when it leads to a page of this site, so that a redirect can never leave it.
#[must_use]
pub fn local_address(address: &str) -> Option<&str> {
    let plain = address
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (address.starts_with('/') && !address.starts_with("//") && plain).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_at_its_address_and_at_those_above_it() {
        let layout = Layout {
            path: "/public/notices/ZJ01-2026-0001".into(),
            ..Layout::default()
        };
        assert!(layout.is_at("/public/notices"));
        assert!(!layout.is_at("/public/note") && !layout.is_at("/public/notices/ZJ01"));
    }

    #[test]
    fn redirects_stay_on_the_site() {
        assert_eq!(local_address("/experts?page=2"), Some("/experts?page=2"));
        for elsewhere in [
            "//evil.example/",
            "https://evil.example/",
            "/\\evil.example",
            "",
            "experts",
            "/a\r\nb",
        ] {
            assert_eq!(local_address(elsewhere), None, "{elsewhere:?}");
        }
    }
}
