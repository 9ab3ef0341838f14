//! Prints every document with synthetic content into a folder, to be looked at:
//! `cargo run -p documents --example print_samples -- /tmp/samples`.

use std::path::PathBuf;

use documents::fonts::FontSettings;
use documents::pdf::{Printable, Typesetter};

#[path = "../tests/samples/mod.rs"]
mod samples;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder?")?);
    std::fs::create_dir_all(&folder)?;
    let typesetter = Typesetter::new(&FontSettings::default())?;
    let at = samples::at();
    let print = |name: &str, view: &dyn Fn() -> Result<Vec<u8>, documents::pdf::PdfError>| {
        std::fs::write(folder.join(format!("{name}.pdf")), view()?)?;
        Ok::<(), Box<dyn std::error::Error>>(())
    };
    fn pdf<'a, P: Printable>(
        t: &'a Typesetter,
        view: &'a P,
        at: jiff::civil::DateTime,
    ) -> impl Fn() -> Result<Vec<u8>, documents::pdf::PdfError> + 'a {
        move || t.pdf(view, at)
    }
    for (name, view) in samples::forms() {
        print(name, &pdf(&typesetter, &view, at))?;
    }
    Ok(())
}
