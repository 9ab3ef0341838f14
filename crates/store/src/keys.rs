//! Key material and what is derived from it. The folder lies outside the data folder and outside
//! backups: whoever has only one of the two can read no identity number and sign no checkpoint.
//!
//! `root.key` holds one or more generations of 32 random bytes; everything symmetric is HKDF-SM3
//! of a generation. `ledger.key` is the SM2 key that signs checkpoints.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use hkdf::Hkdf;
use rand::Rng as _;
use sm3::{Digest as _, Sm3};
use zeroize::Zeroizing;

use crate::ledger::Signer;

/// Why keys cannot be used. Messages are for the operator.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is data and no key folder.
    #[error(
        "数据目录里已有数据，但密钥目录 {0} 里没有密钥。为免旧数据永远打不开，程序不会生成新密钥。请把原来的密钥目录放回此处，再重新启动。"
    )]
    Missing(PathBuf),
    /// A backup is to be restored without the keys of what it holds.
    #[error(
        "没有恢复：密钥目录 {0} 里没有密钥。备份不含密钥，没有制作备份时的密钥，内容打不开也核验不了。请用 --keys 写明保管密钥的目录，再恢复一次。"
    )]
    NoneForBackup(PathBuf),
    /// The keys are not the ones the data was sealed with.
    #[error(
        "密钥目录 {0} 里的密钥与这份数据不配套，已停止启动，数据未作改动。请换回创建这份数据时的密钥目录。"
    )]
    Foreign(PathBuf),
    /// Others may read the key files.
    #[error(
        "密钥文件 {0} 可被其他用户读取，已停止启动。请执行 chmod 700（目录）与 chmod 600（文件）后重新启动。"
    )]
    Exposed(PathBuf),
    /// The key folder lies in the data folder, so that one copy would take both.
    #[error(
        "密钥目录 {0} 位于数据目录之内，一次拷贝就会同时带走数据与密钥。请用 --keys 指定数据目录以外的位置。"
    )]
    InsideData(PathBuf),
    /// A key file does not parse.
    #[error("密钥文件 {0} 的内容不完整或被改动。请从保管的副本恢复该文件。")]
    Broken(PathBuf),
    /// The folder cannot be read or written.
    #[error("密钥目录 {0} 无法读写（{1}）。请检查目录权限。")]
    Io(PathBuf, #[source] io::Error),
    /// A ciphertext does not open under this key, table, column and row.
    #[error(
        "{table} 表 {column} 列有一处密文无法打开：密文被改动、被移到别的行，或密钥不配套。请用最近一份备份核对该行。"
    )]
    Sealed {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
    },
}

/// Secret bytes of one installation.
pub struct Material {
    /// Generations of the root; the highest number seals, all open.
    pub roots: BTreeMap<u32, Zeroizing<[u8; 32]>>,
    /// Scalar of the SM2 signing key.
    pub signing: Zeroizing<[u8; 32]>,
}

impl Material {
    /// Fresh random material, generation 1.
    pub fn generate() -> Self {
        let mut rng = rand::rng();
        let mut root = Zeroizing::new([0; 32]);
        rng.fill_bytes(root.as_mut());
        let mut signing = Zeroizing::new([0; 32]);
        // Rejects the (astronomically rare) scalars outside the group order.
        while {
            rng.fill_bytes(signing.as_mut());
            Signer::new("probe", &signing).is_none()
        } {}
        Self {
            roots: BTreeMap::from([(1, root)]),
            signing,
        }
    }
}

/// Where key material comes from: a folder, or later an HSM.
pub trait KeyProvider: Send + Sync {
    /// The material, or `None` when there is none yet.
    fn load(&self) -> Result<Option<Material>, KeyError>;
    /// Stores new material; fails when there already is some.
    fn create(&self, material: &Material) -> Result<(), KeyError>;
    /// Where an operator finds it.
    fn place(&self) -> &Path;
}

/// Keys in two files of one folder, 0600 in 0700.
pub struct KeyFolder {
    folder: PathBuf,
}

impl KeyFolder {
    /// Keys in `folder`, which must not lie inside `data`.
    pub fn new(folder: impl Into<PathBuf>, data: &Path) -> Result<Self, KeyError> {
        let folder = folder.into();
        let real = |path: &Path| {
            // The part that exists is resolved; the rest is compared as written.
            let mut base = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            let mut tail = Vec::new();
            while let (false, Some(name)) = (base.exists(), base.file_name().map(|n| n.to_owned()))
            {
                tail.push(name);
                base.pop();
            }
            let mut whole = base.canonicalize().unwrap_or(base);
            whole.extend(tail.iter().rev());
            whole
        };
        if real(&folder).starts_with(real(data)) {
            return Err(KeyError::InsideData(folder));
        }
        Ok(Self { folder })
    }

    fn io(&self, cause: io::Error) -> KeyError {
        KeyError::Io(self.folder.clone(), cause)
    }

    fn check_mode(&self, path: &Path) -> Result<(), KeyError> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(path)
                .map_err(|e| self.io(e))?
                .permissions()
                .mode();
            if mode & 0o077 != 0 {
                return Err(KeyError::Exposed(path.to_owned()));
            }
        }
        Ok(())
    }

    fn write(&self, name: &str, text: &str) -> Result<(), KeyError> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut file = options
            .open(self.folder.join(name))
            .map_err(|e| self.io(e))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|e| self.io(e))
    }
}

fn parse_key(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), key.as_mut()).ok()?;
    Some(key)
}

impl KeyProvider for KeyFolder {
    fn load(&self) -> Result<Option<Material>, KeyError> {
        let (root, signing) = (self.folder.join("root.key"), self.folder.join("ledger.key"));
        match (root.exists(), signing.exists()) {
            (false, false) => return Ok(None),
            (true, true) => {}
            (true, false) => return Err(KeyError::Broken(signing)),
            (false, true) => return Err(KeyError::Broken(root)),
        }
        for path in [&self.folder, &root, &signing] {
            self.check_mode(path)?;
        }
        let text = Zeroizing::new(fs::read_to_string(&root).map_err(|e| self.io(e))?);
        let mut roots = BTreeMap::new();
        for line in text.lines() {
            let parsed = line
                .split_once(' ')
                .and_then(|(n, key)| Some((n.parse::<u32>().ok()?, parse_key(key)?)));
            let (generation, key) = parsed.ok_or_else(|| KeyError::Broken(root.clone()))?;
            roots.insert(generation, key);
        }
        if roots.is_empty() {
            return Err(KeyError::Broken(root));
        }
        let text = Zeroizing::new(fs::read_to_string(&signing).map_err(|e| self.io(e))?);
        let signing = parse_key(&text).ok_or(KeyError::Broken(signing))?;
        Ok(Some(Material { roots, signing }))
    }

    fn create(&self, material: &Material) -> Result<(), KeyError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        builder.create(&self.folder).map_err(|e| self.io(e))?;
        self.check_mode(&self.folder)?;
        let roots: Zeroizing<String> = Zeroizing::new(
            material
                .roots
                .iter()
                .map(|(n, key)| format!("{n} {}\n", hex::encode(key.as_slice())))
                .collect(),
        );
        self.write("root.key", &roots)?;
        let signing = Zeroizing::new(format!("{}\n", hex::encode(material.signing.as_slice())));
        self.write("ledger.key", &signing)
    }

    fn place(&self) -> &Path {
        &self.folder
    }
}

/// Derives the working keys from the material.
pub(crate) struct Roots {
    generations: BTreeMap<u32, Hkdf<Sm3>>,
}

impl Roots {
    pub(crate) fn new(material: &Material) -> Self {
        let generations = material
            .roots
            .iter()
            .map(|(n, root)| (*n, Hkdf::<Sm3>::new(Some(b"linxuan/1"), root.as_slice())))
            .collect();
        Self { generations }
    }

    /// The generation that seals.
    pub(crate) fn active(&self) -> u32 {
        self.generations.keys().next_back().copied().unwrap_or(1)
    }

    /// The generation of blind indexes, which must stay equal as long as rows are compared.
    pub(crate) fn first(&self) -> u32 {
        self.generations.keys().next().copied().unwrap_or(1)
    }

    /// `N` bytes for one use; `None` for an unknown generation.
    pub(crate) fn derive<const N: usize>(
        &self,
        generation: u32,
        label: &[&str],
    ) -> Option<Zeroizing<[u8; N]>> {
        let mut key = Zeroizing::new([0; N]);
        let info = label.join("|");
        self.generations
            .get(&generation)?
            .expand(info.as_bytes(), key.as_mut())
            .ok()?;
        Some(key)
    }

    /// A public value that tells this root from another.
    pub(crate) fn check_value(&self) -> String {
        let key = self
            .derive::<32>(self.first(), &["check"])
            .unwrap_or_default();
        hex::encode(&Sm3::digest(key.as_slice())[..16])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_created_once_closed_to_others_and_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let keys = KeyFolder::new(dir.path().join("keys"), &dir.path().join("data")).unwrap();
        assert!(keys.load().unwrap().is_none());
        let material = Material::generate();
        keys.create(&material).unwrap();
        let read = keys.load().unwrap().unwrap();
        assert_eq!(read.roots[&1], material.roots[&1]);
        assert_eq!(read.signing, material.signing);
        assert!(
            matches!(keys.create(&Material::generate()), Err(KeyError::Io(..))),
            "an existing key is never replaced"
        );

        use std::os::unix::fs::PermissionsExt as _;
        let root = keys.place().join("root.key");
        assert_eq!(
            fs::metadata(&root).unwrap().permissions().mode() & 0o777,
            0o600
        );
        fs::set_permissions(&root, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(keys.load(), Err(KeyError::Exposed(_))));
        fs::set_permissions(&root, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&root, "1 zz").unwrap();
        assert!(matches!(keys.load(), Err(KeyError::Broken(_))));
    }

    #[test]
    fn keys_inside_the_data_folder_are_refused_whatever_the_spelling() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        fs::create_dir(&data).unwrap();
        for inside in [
            data.join("keys"),
            data.clone(),
            dir.path().join("data/../data/k"),
        ] {
            assert!(matches!(
                KeyFolder::new(inside, &data),
                Err(KeyError::InsideData(_))
            ));
        }
        assert!(KeyFolder::new(dir.path().join("data-keys"), &data).is_ok());
    }

    /// HKDF with SM3, input and output of RFC 5869 test case 1's shape, computed with an
    /// independent HMAC.
    #[test]
    fn hkdf_is_extract_then_expand_over_hmac_sm3() {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        let mac = |key: &[u8], data: &[&[u8]]| {
            let mut mac = Hmac::<Sm3>::new_from_slice(key).unwrap();
            data.iter().for_each(|d| mac.update(d));
            mac.finalize().into_bytes()
        };
        let prk = mac(b"linxuan/1", &[&[7; 32]]);
        let t1 = mac(&prk, &[b"a|b", &[1]]);
        let t2 = mac(&prk, &[&t1, b"a|b", &[2]]);
        let roots = Roots::new(&Material {
            roots: BTreeMap::from([(1, Zeroizing::new([7; 32]))]),
            signing: Zeroizing::new([1; 32]),
        });
        assert_eq!(
            roots.derive::<48>(1, &["a", "b"]).unwrap()[..],
            [&t1[..], &t2[..16]].concat()[..]
        );
        assert!(roots.derive::<16>(2, &["a"]).is_none());
    }
}
