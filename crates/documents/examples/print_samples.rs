//! Prints every document with synthetic content into a folder, to be looked at:
//! `cargo run -p documents --example print_samples -- FOLDER`.

use std::error::Error;
use std::path::{Path, PathBuf};

use documents::certificates::Paper;
use documents::fonts::FontSettings;
use documents::pdf::{Printable, Typesetter};
use documents::{docx, xlsx};

#[path = "../tests/samples/mod.rs"]
mod samples;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder?")?);
    std::fs::create_dir_all(&folder)?;
    let typesetter = Typesetter::new(&FontSettings::default())?;
    for (name, view) in samples::forms() {
        print(&typesetter, &folder, name, &view)?;
        let file = folder.join(name);
        std::fs::write(file.with_extension("docx"), docx::form(&view)?)?;
        std::fs::write(file.with_extension("xlsx"), xlsx::form(&view)?)?;
    }
    for (name, view) in samples::letters() {
        print(&typesetter, &folder, name, &view)?;
        let file = folder.join(name).with_extension("docx");
        std::fs::write(file, docx::letter(&view)?)?;
    }
    for (name, paper) in [("certificate", Paper::Sheet), ("work_card", Paper::Card)] {
        print(&typesetter, &folder, name, &samples::certificates(paper))?;
    }
    Ok(())
}

fn print(
    typesetter: &Typesetter,
    folder: &Path,
    name: &str,
    view: &impl Printable,
) -> Result<(), Box<dyn Error>> {
    std::fs::write(
        folder.join(name).with_extension("pdf"),
        typesetter.pdf(view, samples::at())?,
    )?;
    Ok(())
}
