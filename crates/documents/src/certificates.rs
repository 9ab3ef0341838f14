//! 聘书、任用证书 and 工作证 on paper: one page for each person, with the square code by which anybody
//! can check it.

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::dates;
use crate::form::Field;
use crate::pdf::{Printable, Template};
use crate::photo::Photo;

/// What it is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// A4 across, framed.
    #[default]
    Sheet,
    /// 74 × 105 mm, worn.
    Card,
}

/// One certificate.
#[derive(Debug, Clone, Serialize)]
pub struct Certificate {
    /// What it is called.
    pub title: String,
    /// 编号
    pub number: String,
    /// 姓名
    pub name: String,
    /// What it says of the person, a sentence without its full stop.
    pub body: String,
    /// What else it shows.
    pub lines: Vec<Field>,
    /// It has a place for a photo.
    pub photo: bool,
    /// Which of the photos printed with it is this person's; without one the place stays empty, to be
    /// filled by hand.
    pub picture: Option<usize>,
    /// 颁发机关
    pub sign: String,
    /// 颁发日期
    #[serde(serialize_with = "long")]
    pub on: Date,
    /// The square code as SVG.
    pub svg: String,
    /// The same in letters.
    pub code: String,
    /// Status words.
    pub marks: Vec<String>,
}

fn long<S: Serializer>(day: &Date, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&dates::long(*day))
}

/// Certificates printed together, one page each.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Certificates {
    /// What they are printed on.
    pub paper: Paper,
    /// In this order.
    pub pages: Vec<Certificate>,
    /// The photos the pages show.
    #[serde(skip)]
    pub photos: Vec<Photo>,
}

impl Certificates {
    /// Adds a page, with the photo of its person if there is one.
    pub fn push(&mut self, mut page: Certificate, photo: Option<Photo>) {
        page.picture = photo.is_some().then_some(self.photos.len());
        self.photos.extend(photo);
        self.pages.push(page);
    }
}

impl Printable for Certificates {
    fn template(&self) -> Template {
        Template::Certificate
    }

    fn title(&self) -> String {
        self.pages
            .first()
            .map(|one| format!("{} {}", one.title, one.number))
            .unwrap_or_default()
    }

    fn pictures(&self) -> &[Photo] {
        &self.photos
    }
}
