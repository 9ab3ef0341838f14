//! Several files as one zip, given away piece by piece while it grows, so that it may be larger than
//! memory.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};
use zip::{CompressionMethod, result::ZipError};

/// A zip being written. Names are kept as UTF-8; contents are stored, for PDFs and workbooks are packed
/// already.
pub struct Bundle {
    zip: ZipWriter<StreamWriter<Tail>>,
    tail: Tail,
}

/// What was written and not yet given away.
#[derive(Clone, Default)]
struct Tail(Arc<Mutex<Vec<u8>>>);

impl Tail {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Tail {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Default for Bundle {
    fn default() -> Self {
        Self::new()
    }
}

impl Bundle {
    /// An empty one.
    pub fn new() -> Self {
        let tail = Tail::default();
        Self {
            zip: ZipWriter::new_stream(tail.clone()),
            tail,
        }
    }

    /// Adds a file; gives the bytes of the zip up to here that were not given before.
    ///
    /// # Errors
    /// [`ZipError`] for a name already used.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, ZipError> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.zip.start_file(safe_name(name), options)?;
        self.zip.write_all(bytes)?;
        Ok(self.tail.take())
    }

    /// The end of the zip.
    ///
    /// # Errors
    /// [`ZipError`] when it is too large for its format.
    pub fn finish(self) -> Result<Vec<u8>, ZipError> {
        self.zip.finish()?;
        Ok(self.tail.take())
    }
}

/// `name` without what a folder or a system could take for more than a name: what a file of that name is
/// called in a [`Bundle`].
pub fn safe_name(name: &str) -> String {
    let kept = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        c if c.is_control() => '_',
        c => c,
    };
    let name: String = name.chars().map(kept).collect();
    name.trim_start_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    #[test]
    fn the_pieces_make_one_zip_that_opens() {
        let mut bundle = Bundle::new();
        let mut whole = bundle.add("0001_甲.pdf", b"%PDF-1").expect("added");
        whole.extend(bundle.add("../目录.xlsx", &[7; 70_000]).expect("added"));
        whole.extend(bundle.finish().expect("finished"));
        let mut zip = zip::ZipArchive::new(Cursor::new(whole)).expect("a zip");
        let names: Vec<String> = (0..zip.len())
            .map(|n| {
                zip.by_index(n)
                    .expect("a file")
                    .name()
                    .expect("a name")
                    .into_owned()
            })
            .collect();
        assert_eq!(names, ["0001_甲.pdf", "_目录.xlsx"]);
        let mut text = String::new();
        let mut first = zip.by_index(0).expect("the first");
        first.read_to_string(&mut text).expect("read");
        assert_eq!(text, "%PDF-1");
    }

    #[test]
    fn a_name_stands_once() {
        let mut bundle = Bundle::new();
        bundle.add("0001_甲.pdf", b"%PDF-1").expect("added");
        assert!(bundle.add("0001_甲.pdf", b"again").is_err());
    }
}
