//! What is checked of an archive before any of its XML is parsed. Runs in the child.

use std::io::{Cursor, Read};

use memchr::memmem::Finder;
use zip::ZipArchive;

use super::error::{Refusal, TableError};
use super::limits::Limits;

/// Below this size a file inside may be packed as tightly as it likes.
const RATIO_FROM: u64 = 4 * 1024 * 1024;

/// What the screening saw.
pub(super) struct Screened {
    /// Whether any sheet has merged cells.
    pub(super) merged: bool,
}

/// Unpacks every file once, counting, and compares it with the directory.
pub(super) fn screen(bytes: &[u8], limits: &Limits) -> Result<Screened, TableError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > limits.entries {
        return Err(TableError::Refused(Refusal::Entries {
            limit: limits.entries,
        }));
    }
    kind_of_archive(&archive)?;
    if archive.has_duplicate_names() || archive.has_overlapping_entries().map_err(damaged)? {
        return Err(TableError::Refused(Refusal::Forged));
    }
    let merge_tag = Finder::new("mergeCell ");
    let mut unpacked = 0_u64;
    let mut merged = false;
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(_)
            | zip::result::ZipError::InvalidPassword => TableError::Refused(Refusal::Encrypted),
            other => damaged(other),
        })?;
        if file.encrypted() {
            return Err(TableError::Refused(Refusal::Encrypted));
        }
        let name = file.name().map_err(damaged)?.to_ascii_lowercase();
        if [
            ".zip", ".xlsx", ".xlsm", ".docx", ".pptx", ".7z", ".rar", ".gz",
        ]
        .iter()
        .any(|end| name.ends_with(end))
        {
            return Err(TableError::Refused(Refusal::Nested));
        }
        let (packed, declared) = (file.compressed_size().max(1), file.size());
        if declared > limits.entry || unpacked + declared > limits.unpacked {
            return Err(TableError::Refused(Refusal::Bomb));
        }
        // The directory may lie: one byte more than it declares is enough to know.
        let sheet = name.contains("worksheets/");
        let mut reader = (&mut file).take(declared + 1);
        let (mut chunk, mut kept, mut count) = (vec![0; 64 * 1024], 0, 0_u64);
        loop {
            let read = reader
                .read(chunk.get_mut(kept..).unwrap_or_default())
                .map_err(|error| damaged(error.into()))?;
            if read == 0 {
                break;
            }
            if count == 0 && chunk.starts_with(b"PK\x03\x04") {
                return Err(TableError::Refused(Refusal::Nested));
            }
            count += read as u64;
            if sheet && !merged {
                let seen = chunk.get(..kept + read).unwrap_or_default();
                merged = merge_tag.find(seen).is_some();
                let tail = seen.len().min(16);
                chunk.copy_within(kept + read - tail..kept + read, 0);
                kept = tail;
            } else {
                kept = 0;
            }
        }
        if count != declared {
            return Err(TableError::Refused(Refusal::Forged));
        }
        if count > RATIO_FROM && count / packed > limits.ratio {
            return Err(TableError::Refused(Refusal::Bomb));
        }
        unpacked += count;
    }
    Ok(Screened { merged })
}

/// A zip archive may be many things; says which when it is no workbook with XML sheets.
fn kind_of_archive<R: Read + std::io::Seek>(archive: &ZipArchive<R>) -> Result<(), TableError> {
    let has = |name: &str| archive.index_for_name(name).is_some();
    let found = if has("[Content_Types].xml")
        && !has("xl/workbook.bin")
        && !has("word/document.xml")
        && !has("ppt/presentation.xml")
    {
        return Ok(());
    } else if has("xl/workbook.bin") {
        ".xlsb 工作簿"
    } else if has("word/document.xml") {
        ".docx 文档"
    } else if has("ppt/presentation.xml") {
        ".pptx 演示文稿"
    } else if has("mimetype") {
        ".ods 表格"
    } else {
        ".zip 压缩包"
    };
    Err(TableError::NotAWorkbook {
        found: found.to_owned(),
    })
}

fn damaged(error: zip::result::ZipError) -> TableError {
    TableError::Damaged {
        detail: error.to_string(),
    }
}
