//! Style sheets and scripts as they travel: without comments and indentation, and compressed once
//! here instead of at every request. What is read and edited stays in `assets/`.

use std::io::Write as _;
use std::path::Path;
use std::{env, fs};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    println!("cargo::rerun-if-changed=assets");
    println!("cargo::rerun-if-changed=build.rs");
    let out = env::var_os("OUT_DIR").ok_or("no OUT_DIR")?;
    for entry in fs::read_dir("assets")? {
        let path = entry?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        let (Some(name), Some("css" | "js")) = (path.file_name(), extension) else {
            continue;
        };
        let light = light(&fs::read_to_string(&path)?);
        let target = Path::new(&out).join(name);
        let mut packed = target.clone().into_os_string();
        packed.push(".br");
        fs::write(&packed, compressed(light.as_bytes())?)?;
        fs::write(&target, light)?;
    }
    Ok(())
}

/// Without comments that stand on lines of their own, indentation and empty lines. No string of our
/// files goes over a line's end.
fn light(text: &str) -> String {
    let mut light = String::with_capacity(text.len());
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        let comment = inside || line.starts_with("/*");
        if comment {
            inside = !line.ends_with("*/");
            assert!(
                inside || line.matches("*/").count() == 1,
                "code between comments: {line}"
            );
            assert!(
                !inside || !line.contains("*/"),
                "code after a comment: {line}"
            );
            continue;
        }
        if !line.is_empty() && !line.starts_with("//") {
            light.push_str(line);
            light.push('\n');
        }
    }
    light
}

fn compressed(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let (best, window) = (11, 22);
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 4096, best, window);
    writer.write_all(bytes)?;
    Ok(writer.into_inner())
}
