//! Typesetting: a typst world that can reach our own templates, one JSON value and the fonts of the
//! machine, and nothing else.

use std::collections::HashMap;
use std::sync::Arc;

use domain::explain::Explain;
use jiff::civil;
use serde::Serialize;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook, FontVariant};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_kit::fonts::{self, FontStore};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp};

use crate::fonts::{Face, Faces, FontSettings, SystemFonts};
use crate::pages::Pages;
use crate::photo::Photo;

/// Memoised layout is forgotten after this many later documents.
const CACHE_AGE: usize = 10;
/// Asia/Shanghai, minutes east of UTC; no summer time since 1991.
const SHANGHAI_MINUTES: i32 = 8 * 60;

/// Why no PDF was made.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// None of the Chinese typefaces we know is installed.
    #[error("no Chinese font found")]
    NoChineseFont,
    /// A template and the view given to it do not fit. A defect of this program.
    #[error("layout failed: {0}")]
    Layout(String),
    /// The view could not be turned into JSON. A defect of this program.
    #[error("view cannot be serialised")]
    View(#[from] serde_json::Error),
}

impl Explain for PdfError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoChineseFont => "pdf.no_chinese_font",
            Self::Layout(_) => "pdf.layout",
            Self::View(_) => "pdf.view",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NoChineseFont => "未找到中文字体，无法生成 PDF。请在服务器上安装中文字体（Debian、UOS：apt install fonts-noto-cjk），\
                 或把仿宋、宋体、黑体、楷体的字体文件放进一个文件夹并设置 fonts_dir，然后重启服务。"
                .into(),
            Self::Layout(_) | Self::View(_) => {
                "PDF 没有生成，数据没有变化。文档的排版出现异常，请联系技术支持，并告知是哪一份文档。".into()
            }
        }
    }
}

/// Which template lays a view out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Template {
    /// Forms, tables and records: title, blocks, signatures, notes.
    Form,
    /// Letters and notices in official-document style (GB/T 9704 page).
    Letter,
    /// Certificates and work cards.
    Certificate,
}

/// Something that can be printed: serialisable for its template, with a title for the reader of the
/// PDF's properties.
pub trait Printable: Serialize {
    /// The template that knows this view.
    fn template(&self) -> Template;
    /// 文档标题, one line; becomes the PDF's title.
    fn title(&self) -> String;
    /// Pictures it shows; its template finds the n-th, from 0, as `/picture-n`.
    fn pictures(&self) -> &[Photo] {
        &[]
    }
    /// Pages of foreign files it shows; its template finds those of the n-th file, from 0, as
    /// `/pages-n.pdf`.
    fn pages(&self) -> &[Pages] {
        &[]
    }
}

const PARTS: [(&str, &str); 4] = [
    ("/base.typ", include_str!("../templates/base.typ")),
    (
        "/certificate.typ",
        include_str!("../templates/certificate.typ"),
    ),
    ("/form.typ", include_str!("../templates/form.typ")),
    ("/letter.typ", include_str!("../templates/letter.typ")),
];

impl Template {
    const fn path(self) -> &'static str {
        match self {
            Template::Form => "/form.typ",
            Template::Letter => "/letter.typ",
            Template::Certificate => "/certificate.typ",
        }
    }
}

/// Turns views into PDFs. Fonts are looked for once, when it is made; afterwards it is shared
/// between threads by reference.
pub struct Typesetter {
    library: LazyHash<Library>,
    fonts: FontStore,
    faces: Faces,
    sources: HashMap<FileId, Source>,
    files: Files,
}

/// Identities of the files every document reads.
struct Files {
    form: FileId,
    letter: FileId,
    certificate: FileId,
    view: FileId,
    faces: FileId,
}

impl Typesetter {
    /// Looks for fonts and prepares the templates.
    ///
    /// # Errors
    /// [`PdfError::NoChineseFont`] when there is no Chinese typeface.
    pub fn new(settings: &FontSettings) -> Result<Self, PdfError> {
        let mut store = FontStore::new();
        for folder in &settings.folders {
            store.extend(fonts::scan(folder));
        }
        if settings.system == SystemFonts::Search {
            store.extend(fonts::system());
        }
        let faces = Faces::choose(&store)?;
        let mut sources = HashMap::new();
        for (path, text) in PARTS {
            let id = file_id(path)?;
            sources.insert(id, Source::new(id, text.to_owned()));
        }
        let files = Files {
            form: file_id(Template::Form.path())?,
            letter: file_id(Template::Letter.path())?,
            certificate: file_id(Template::Certificate.path())?,
            view: file_id("/view.json")?,
            faces: file_id("/faces.json")?,
        };
        Ok(Typesetter {
            library: LazyHash::new(Library::default()),
            fonts: store,
            faces,
            sources,
            files,
        })
    }

    /// The families used for 仿宋, first choice first.
    pub fn fang_families(&self) -> &[&'static str] {
        self.faces.fang()
    }

    /// The typeface for Chinese text of foreign files that do not bring their own.
    pub fn face(&self) -> Option<Face> {
        let family = self.faces.song().first()?.to_lowercase();
        let place = self.fonts.book().select(&family, FontVariant::default())?;
        let font = self.fonts.font(place)?;
        Some(Face {
            bytes: font.data().clone(),
            index: font.index(),
        })
    }

    /// Lays `view` out. `at` is the wall clock in Asia/Shanghai recorded in the file's properties;
    /// the same view at the same time gives the same bytes.
    ///
    /// # Errors
    /// [`PdfError::Layout`] or [`PdfError::View`], both defects of a template or a view.
    pub fn pdf(&self, view: &impl Printable, at: civil::DateTime) -> Result<Vec<u8>, PdfError> {
        let mut pictures = HashMap::new();
        for (n, photo) in view.pictures().iter().enumerate() {
            let bytes = Bytes::new(photo.jpeg().to_vec());
            pictures.insert(file_id(&format!("/picture-{n}"))?, bytes);
        }
        for (n, pages) in view.pages().iter().enumerate() {
            let bytes = Bytes::new(Arc::clone(&pages.pdf));
            pictures.insert(file_id(&format!("/pages-{n}.pdf"))?, bytes);
        }
        let sheet = Sheet {
            shop: self,
            main: match view.template() {
                Template::Form => self.files.form,
                Template::Letter => self.files.letter,
                Template::Certificate => self.files.certificate,
            },
            view: Bytes::new(serde_json::to_vec(&Envelope {
                title: view.title(),
                view,
            })?),
            faces: Bytes::new(serde_json::to_vec(&self.faces)?),
            pictures,
            on: at.date(),
        };
        let laid_out = typst::compile::<PagedDocument>(&sheet);
        for warning in &laid_out.warnings {
            tracing::debug!(message = %warning.message, "typst warning");
        }
        let document = laid_out.output.map_err(|problems| sentence(&problems))?;
        let options = PdfOptions {
            creator: Smart::Custom(Some("Linxuan 遴选".to_owned())),
            timestamp: timestamp(at),
            ..PdfOptions::default()
        };
        let bytes = typst_pdf::pdf(&document, &options).map_err(|problems| sentence(&problems));
        // Pages of foreign files are large, and seldom printed twice.
        comemo::evict(if view.pages().is_empty() {
            CACHE_AGE
        } else {
            0
        });
        bytes
    }
}

/// What a template reads from `/view.json`.
#[derive(Serialize)]
struct Envelope<'a, V: Serialize> {
    title: String,
    view: &'a V,
}

fn file_id(path: &str) -> Result<FileId, PdfError> {
    let path = VirtualPath::new(path).map_err(|error| PdfError::Layout(error.to_string()))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

fn sentence(problems: &[SourceDiagnostic]) -> PdfError {
    let messages: Vec<&str> = problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    PdfError::Layout(messages.join("；"))
}

fn timestamp(at: civil::DateTime) -> Option<Timestamp> {
    let part = |n: i8| u8::try_from(n).ok();
    let datetime = Datetime::from_ymd_hms(
        at.year().into(),
        part(at.month())?,
        part(at.day())?,
        part(at.hour())?,
        part(at.minute())?,
        part(at.second())?,
    )?;
    Timestamp::new_local(datetime, SHANGHAI_MINUTES)
}

/// The world of one document.
struct Sheet<'a> {
    shop: &'a Typesetter,
    main: FileId,
    view: Bytes,
    faces: Bytes,
    pictures: HashMap<FileId, Bytes>,
    on: civil::Date,
}

impl World for Sheet<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.shop.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.shop.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.shop
            .sources
            .get(&id)
            .cloned()
            .ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match id {
            id if id == self.shop.files.view => Ok(self.view.clone()),
            id if id == self.shop.files.faces => Ok(self.faces.clone()),
            id => self
                .pictures
                .get(&id)
                .cloned()
                .ok_or(FileError::AccessDenied),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.shop.fonts.font(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        Datetime::from_ymd(
            self.on.year().into(),
            u8::try_from(self.on.month()).ok()?,
            u8::try_from(self.on.day()).ok()?,
        )
    }
}
