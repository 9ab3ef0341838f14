//! What a machine needs beyond Rust, and how it gets there.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// A program or file that must be present, and the Debian package that brings it.
pub(crate) struct Need {
    /// Any one of these paths will do; `*` stands for any one folder.
    paths: &'static [&'static str],
    package: &'static str,
    why: &'static str,
}

/// Chinese type for printed documents.
const FONTS: Need = Need {
    paths: &["/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"],
    package: "fonts-noto-cjk",
    why: "Chinese type for printed documents",
};

/// What the demonstration needs.
pub(crate) const DEMO: &[Need] = &[FONTS];

/// What the tests need.
pub(crate) const TEST: &[Need] = &[
    FONTS,
    Need {
        paths: &["/usr/bin/pdftotext"],
        package: "poppler-utils",
        why: "reading PDFs back",
    },
    Need {
        paths: &["/usr/lib/postgresql/*/bin/initdb", "/usr/bin/initdb"],
        package: "postgresql",
        why: "the second database engine",
    },
    Need {
        paths: &["/usr/bin/chromium"],
        package: "chromium",
        why: "tests of the pages",
    },
    Need {
        paths: &["/usr/bin/chromedriver"],
        package: "chromium-driver",
        why: "driving Chromium",
    },
    Need {
        paths: &["/usr/bin/python3", "/usr/local/bin/python3"],
        package: "python3",
        why: "the independent verifier of draw records",
    },
];

impl Need {
    fn is_met(&self) -> bool {
        self.paths.iter().any(|path| match path.split_once("/*/") {
            None => Path::new(path).exists(),
            Some((folder, rest)) => fs::read_dir(folder)
                .into_iter()
                .flatten()
                .flatten()
                .any(|entry| entry.path().join(rest).exists()),
        })
    }
}

/// Installs what is missing, or says what to install where it may not.
pub(crate) fn install(needs: &[Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !need.is_met()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    for need in &missing {
        println!("missing: {} ({})", need.package, need.why);
    }
    let line = format!("apt-get install {}", packages.join(" "));
    if !is_root()? || !Path::new("/usr/bin/apt-get").exists() {
        bail!("please install what is missing, as root: {line}");
    }
    println!("$ {line}");
    apt(&["update", "-qq"])?;
    let mut args = vec!["install", "-y", "-qq", "--no-install-recommends"];
    args.extend(&packages);
    apt(&args)?;
    for need in missing {
        if !need.is_met() {
            bail!(
                "{} is installed, but there is no {} ({})",
                need.package,
                need.paths.join(" or "),
                need.why
            );
        }
    }
    Ok(())
}

fn apt(args: &[&str]) -> Result<()> {
    let status = Command::new("apt-get")
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()
        .context("cannot start apt-get")?;
    if !status.success() {
        bail!("apt-get {} failed with {status}", args.join(" "));
    }
    Ok(())
}

fn is_root() -> Result<bool> {
    let out = Command::new("id")
        .arg("-u")
        .output()
        .context("cannot start id")?;
    Ok(out.stdout.trim_ascii() == b"0")
}

/// The accessibility checker the page tests inject; fetched for tests only, never committed.
const AXE: &str = "axe-core@4.14.1";

/// Puts `target/tools/axe-core/axe.min.js` in place.
pub(crate) fn axe(root: &Path) -> Result<()> {
    let tools = root.join("target/tools/axe-core");
    let script = tools.join("axe.min.js");
    if script.exists() {
        return Ok(());
    }
    fs::create_dir_all(&tools).context("cannot make target/tools/axe-core")?;
    const NPM: Need = Need {
        paths: &["/usr/bin/npm", "/usr/local/bin/npm"],
        package: "npm",
        why: "fetching the accessibility checker once",
    };
    install(&[NPM])?;
    let packed = Command::new("npm")
        .args(["pack", "--silent", AXE])
        .current_dir(&tools)
        .output()
        .context("cannot start npm")?;
    if !packed.status.success() {
        bail!(
            "npm pack {AXE} failed: {}",
            String::from_utf8_lossy(&packed.stderr)
        );
    }
    let archive = String::from_utf8_lossy(&packed.stdout).trim().to_owned();
    let status = Command::new("tar")
        .args([
            "-xzf",
            &archive,
            "--strip-components=1",
            "package/axe.min.js",
        ])
        .current_dir(&tools)
        .status()
        .context("cannot start tar")?;
    if !status.success() {
        bail!("cannot unpack {archive}");
    }
    fs::remove_file(tools.join(archive)).context("cannot remove the archive")
}
