//! Chinese typefaces by role. The fonts come from the machine, never from us: 仿宋_GB2312 and 小标宋
//! are licensed, so each role names its official face first and free ones behind it.

use std::path::PathBuf;

use serde::Serialize;
use typst::foundations::Bytes;
use typst_kit::fonts::FontStore;

use crate::pdf::PdfError;

/// Where to look for fonts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FontSettings {
    /// Folders searched first, with their sub-folders (setting `fonts_dir`).
    pub folders: Vec<PathBuf>,
    /// Whether the operating system's own folders are searched as well.
    pub system: SystemFonts,
}

/// Whether the operating system's font folders are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemFonts {
    /// They are searched after the configured folders.
    Search,
    /// Only the configured folders count.
    Ignore,
}

impl Default for FontSettings {
    fn default() -> Self {
        FontSettings {
            folders: Vec::new(),
            system: SystemFonts::Search,
        }
    }
}

/// 仿宋: body of forms and letters.
pub const FANG: &[&str] = &[
    "FangSong_GB2312",
    "仿宋_GB2312",
    "FangSong",
    "仿宋",
    "FZFangSong-Z02",
    "FZFangSong-Z02S",
    "STFangsong",
    "Zhuque Fangsong (technical preview)",
    "Zhuque Fangsong",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Serif SC",
    "SimSun",
    "NSimSun",
];

/// 小标宋, used for titles.
pub const TITLE: &[&str] = &[
    "FZXiaoBiaoSong-B05",
    "FZXiaoBiaoSong-B05S",
    "方正小标宋简体",
    "方正小标宋_GBK",
    "STZhongsong",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Serif SC",
    "SimSun",
];

/// 宋: tables and page numbers.
pub const SONG: &[&str] = &[
    "SimSun",
    "NSimSun",
    "STSong",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Serif SC",
];

/// 黑: labels, marks and first-level headings.
pub const HEI: &[&str] = &[
    "SimHei",
    "黑体",
    "STHeiti",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "Microsoft YaHei",
];

/// 楷: second-level headings and remarks.
pub const KAI: &[&str] = &[
    "KaiTi_GB2312",
    "楷体_GB2312",
    "KaiTi",
    "楷体",
    "STKaiti",
    "LXGW WenKai",
    "AR PL UKai CN",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
];

/// Equal-width letters and digits for digests and codes.
pub const MONO: &[&str] = &[
    "Noto Sans Mono CJK SC",
    "Source Code Pro",
    "DejaVu Sans Mono",
    "Liberation Mono",
];

/// The families that are present, first choice first, per role. Never an empty Chinese role.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Faces {
    fang: Vec<&'static str>,
    title: Vec<&'static str>,
    song: Vec<&'static str>,
    hei: Vec<&'static str>,
    kai: Vec<&'static str>,
    mono: Vec<&'static str>,
}

impl Faces {
    /// Chooses among what `fonts` holds.
    ///
    /// # Errors
    /// [`PdfError::NoChineseFont`] when not one of the known Chinese faces is installed.
    pub(crate) fn choose(fonts: &FontStore) -> Result<Self, PdfError> {
        let present = |wanted: &[&'static str]| -> Vec<&'static str> {
            let known = |family: &&&str| fonts.book().contains_family(&family.to_lowercase());
            wanted.iter().filter(known).copied().collect()
        };
        let [fang, title, song, hei, kai, mono] = [FANG, TITLE, SONG, HEI, KAI, MONO].map(present);
        // A machine may have a single Chinese face: every role then uses that one.
        let any: Vec<&'static str> = [&song, &fang, &hei, &kai, &title]
            .into_iter()
            .find(|f| !f.is_empty())
            .cloned()
            .ok_or(PdfError::NoChineseFont)?;
        let or_any = |mut role: Vec<&'static str>| {
            for family in &any {
                if !role.contains(family) {
                    role.push(family);
                }
            }
            role
        };
        Ok(Faces {
            fang: or_any(fang),
            title: or_any(title),
            song: or_any(song),
            hei: or_any(hei),
            kai: or_any(kai),
            mono: or_any(mono),
        })
    }

    /// The families of 仿宋 in the order they are used.
    pub(crate) fn fang(&self) -> &[&'static str] {
        &self.fang
    }

    /// The families of 宋 in the order they are used.
    pub(crate) fn song(&self) -> &[&'static str] {
        &self.song
    }
}

/// A Chinese typeface of the machine, for foreign files that name one without bringing it.
#[derive(Debug, Clone)]
pub struct Face {
    /// The file of the typeface or of its collection.
    pub(crate) bytes: Bytes,
    /// Its place in the collection.
    pub(crate) index: u32,
}

impl Face {
    pub(crate) fn new(bytes: Vec<u8>, index: u32) -> Self {
        Self {
            bytes: Bytes::new(bytes),
            index,
        }
    }
}
