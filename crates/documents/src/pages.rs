//! The pages of uploaded files as pictures, to be shown in documents of ours: a PDF page by page, a
//! photo or scan as one page. Files are read in a child process with limits; what cannot be shown is
//! said in a sentence and never an error.

mod bind;
mod draw;
mod frame;
mod unshown;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write as _};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use unshown::Unshown;

use crate::fonts::Face;
use crate::form::Paper;
use crate::worker::{self, Break, Isolation, parent};
use bind::Binder;

/// The first argument by which a program knows that it is to draw pages for its parent.
pub const CHILD_ARGUMENT: &str = "__draw-pages";

const MIB: u64 = 1024 * 1024;

/// How much the pages of one file may cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of the file.
    pub upload: u64,
    /// Pages that are drawn.
    pub pages: usize,
    /// Bytes of the picture of one page.
    pub page: u32,
    /// Bytes of the pictures of all pages.
    pub drawn: u64,
    /// Address space of the child, bytes.
    pub memory: u64,
    /// Processor time of the child, seconds.
    pub cpu: u64,
    /// Wall-clock time of the child, seconds.
    pub wall: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            upload: 32 * MIB,
            pages: 30,
            page: 4 * 1024 * 1024,
            drawn: 24 * MIB,
            memory: 1024 * MIB,
            cpu: 20,
            wall: 40,
        }
    }
}

/// The pages of a file, as far as they can be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pages {
    /// Each page that is shown, in order.
    pub shown: Vec<Page>,
    /// How many pages the file has, as far as it says; 0 when it cannot be opened.
    pub total: usize,
    /// Why not all of them are shown.
    pub unshown: Option<Unshown>,
    /// A PDF of ours whose n-th page is the picture of the n-th page shown.
    pub(crate) pdf: Arc<[u8]>,
}

impl Pages {
    /// Of a file that is not drawn at all.
    pub fn none(why: Unshown) -> Self {
        Self {
            unshown: Some(why),
            ..Self::default()
        }
    }

    /// Bytes the pictures of the pages take.
    pub fn size(&self) -> usize {
        self.pdf.len()
    }
}

/// A page that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Which way it lies.
    pub paper: Paper,
    /// Something on it could not be read, so that it shows less than the file.
    pub lacking: bool,
}

/// What a file is, by its first bytes; its name proves nothing.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Pdf,
    Jpeg,
    Png,
}

impl Kind {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some(Self::Png),
            _ => None,
        }
    }
}

/// What is told of a file while it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    /// How many pages it has.
    Total(usize),
    /// The next page.
    Page(Drawn),
}

/// A page as a colour JPEG.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Drawn {
    /// Pixels across.
    width: u16,
    /// Pixels down.
    height: u16,
    /// Something on the page could not be read.
    lacking: bool,
    jpeg: Vec<u8>,
}

/// Draws the pages of uploaded files within limits.
#[derive(Debug, Clone)]
pub struct PageReader {
    /// Where files are read.
    pub isolation: Isolation,
    /// How much a file may cost.
    pub limits: Limits,
    /// The typeface of Chinese text whose own is not in the file; without one it may stay blank.
    pub face: Option<Face>,
}

impl PageReader {
    /// Draws `bytes`, a PDF, JPEG or PNG whatever its name. Blocks.
    pub fn read(&self, bytes: &[u8]) -> Pages {
        let mut binder = Binder::default();
        let mut pages = Pages::default();
        let mut left = self.limits.drawn;
        let mut tell = |told| {
            match told {
                Told::Total(total) => pages.total = total,
                Told::Page(page) => {
                    let size = page.jpeg.len() as u64;
                    if pages.shown.len() == self.limits.pages || size > left {
                        return Err(Unshown::Beyond);
                    }
                    left -= size;
                    binder.add(page.width, page.height, &page.jpeg);
                    pages.shown.push(Page {
                        paper: Paper::of(page.width > page.height),
                        lacking: page.lacking,
                    });
                }
            }
            Ok(())
        };
        let outcome = self.draw(bytes, &mut tell);
        let whole = pages.shown.len() >= pages.total;
        pages.unshown = match outcome {
            Ok(()) if whole => None,
            Ok(()) => Some(Unshown::Beyond),
            Err(why) => Some(why),
        };
        pages.pdf = binder.finish().into();
        pages
    }

    fn draw(
        &self,
        bytes: &[u8],
        tell: &mut dyn FnMut(Told) -> Result<(), Unshown>,
    ) -> Result<(), Unshown> {
        let kind = Kind::of(bytes).ok_or(Unshown::NoPages)?;
        if bytes.len() as u64 > self.limits.upload {
            return Err(Unshown::TooLarge);
        }
        let face = self.face.as_ref().filter(|_| matches!(kind, Kind::Pdf));
        let program = match &self.isolation {
            Isolation::InProcess => {
                return draw::pages(kind, bytes.to_vec(), face, self.limits.pages, tell);
            }
            Isolation::Child { program } => program,
        };
        let typeface = face.map(|face| face.bytes.as_slice()).unwrap_or_default();
        let errand = parent::Errand {
            program,
            arguments: vec![
                CHILD_ARGUMENT.into(),
                worker::as_argument(&self.limits),
                worker::as_argument(&typeface.len()),
                worker::as_argument(&face.map_or(0, |face| face.index)),
            ],
            pieces: &[typeface, bytes],
            wall: self.limits.wall,
        };
        parent::run(&errand, |from| frame::relay(from, self.limits.page, tell))
    }
}

/// The child's side: draws the file it is fed behind the typeface. `arguments` are those after
/// [`CHILD_ARGUMENT`].
pub(crate) fn child(mut arguments: impl Iterator<Item = OsString>) -> io::Result<()> {
    let limits: Limits = worker::argument(arguments.next())?;
    let typeface: usize = worker::argument(arguments.next())?;
    let index: u32 = worker::argument(arguments.next())?;
    worker::restrain(limits.memory, limits.cpu)?;
    let mut typeface_and_file = worker::fed(limits.upload.saturating_add(typeface as u64))?;
    let bytes = typeface_and_file.split_off(typeface.min(typeface_and_file.len()));
    let face = (typeface > 0).then(|| Face::new(typeface_and_file, index));
    let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    // A parent that has gone need not be told more.
    let mut tell = |told| {
        let sent = frame::send(&mut out, &told).and_then(|()| out.flush());
        sent.map_err(|_| Unshown::BrokenOff(Break::Answer))
    };
    let outcome = match Kind::of(&bytes) {
        Some(kind) => draw::pages(kind, bytes, face.as_ref(), limits.pages, &mut tell),
        None => Err(Unshown::NoPages),
    };
    worker::frame::finish(&mut out, &outcome)
}
