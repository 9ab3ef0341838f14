//! A pack on disk, or one the program carries.

use std::fs;
use std::path::{Path, PathBuf};

use domain::policy::library::shipped;
use domain::policy::{Pack, Problem, check};

use super::CannotRead;

/// The texts of one pack.
#[derive(Debug)]
pub(crate) struct Folder {
    /// What problems are printed with.
    pub(crate) file: String,
    pack: String,
    cases: Vec<(String, String)>,
}

impl Folder {
    /// A folder on disk; else a shipped pack of that name.
    pub(crate) fn open(dir: &Path) -> anyhow::Result<Self> {
        if dir.is_dir() {
            return Self::read(dir);
        }
        let name = dir.to_string_lossy();
        let Some(pack) = shipped(&name) else {
            let sentence = format!(
                "没有文件夹“{name}”，也没有这个名称的规则包。可运行 linxuan pack list 查看名称。"
            );
            return Err(CannotRead(sentence).into());
        };
        Ok(Self {
            file: format!("{name}/pack.toml"),
            pack: pack.pack.to_owned(),
            cases: pack
                .cases
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
        })
    }

    fn read(dir: &Path) -> anyhow::Result<Self> {
        let file = dir.join("pack.toml");
        let pack = fs::read_to_string(&file).map_err(|error| CannotRead::file(&file, &error))?;
        let mut paths: Vec<PathBuf> = match fs::read_dir(dir.join("cases")) {
            Ok(entries) => entries
                .filter_map(|entry| Some(entry.ok()?.path()))
                .collect(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(CannotRead::file(&dir.join("cases"), &error).into()),
        };
        paths.retain(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        });
        paths.sort();
        let cases = paths
            .into_iter()
            .map(|path| {
                let text =
                    fs::read_to_string(&path).map_err(|error| CannotRead::file(&path, &error))?;
                let name = path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                Ok((name, text))
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Self {
            file: file.display().to_string(),
            pack,
            cases,
        })
    }

    /// The pack, checked.
    pub(crate) fn pack(&self) -> Result<Pack, Vec<Problem>> {
        check(&self.pack)
    }

    /// Its cases.
    pub(super) fn cases(&self) -> Vec<(&str, &str)> {
        self.cases
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect()
    }
}
