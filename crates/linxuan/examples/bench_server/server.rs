//! The program under measurement: filled and served by processes of their own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// What the filled folder holds for asking.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Filled {
    /// Log-in name, cookie.
    pub(crate) cookies: Vec<(String, String)>,
    /// What is interesting about a task, its id.
    pub(crate) tasks: Vec<(String, String)>,
    /// Ids of some specialties.
    pub(crate) specialties: Vec<String>,
    /// Experts in the pool.
    pub(crate) experts: usize,
}

impl Filled {
    /// The cookie of a log-in.
    pub(crate) fn cookie(&self, login: &str) -> &str {
        let mut cookies = self.cookies.iter();
        cookies
            .find(|(name, _)| name == login)
            .map_or("", |(_, cookie)| cookie)
    }
}

/// The folder of a measurement; removed at the end unless it was named.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    kept: bool,
}

impl Folder {
    pub(crate) fn new(named: Option<PathBuf>) -> Self {
        let own = || std::env::temp_dir().join(format!("linxuan-bench-{}", std::process::id()));
        Self {
            kept: named.is_some(),
            path: named.unwrap_or_else(own),
        }
    }

    /// Fills it, unless it is filled, and logs in, in a process of its own.
    pub(crate) fn fill(&self, experts: usize) -> Result<Filled> {
        let status = Command::new(std::env::current_exe()?)
            .arg("fill")
            .arg(&self.path)
            .arg(experts.to_string())
            .status()?;
        if !status.success() {
            bail!("filling failed with {status}");
        }
        Ok(serde_json::from_slice(&std::fs::read(
            self.path.join("filled.json"),
        )?)?)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed from the folder for temporary files does no harm there.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// A served folder; ends with this value.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From starting the process until it said that it listens.
    pub(crate) start: Duration,
}

impl Server {
    /// Serves with the program built beside this one.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let own = std::env::current_exe()?;
        let beside = own.parent().and_then(Path::parent);
        let program = beside.context("no folder")?.join("linxuan");
        if !program.exists() {
            bail!("build {} first", program.display());
        }
        let begun = Instant::now();
        let mut child = Command::new(program)
            .arg("serve")
            .args(["--listen", "127.0.0.1:0", "--log", "error", "--data"])
            .arg(folder.join("data"))
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().context("no standard output")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            if let Some((_, address)) = line.split_once("http://") {
                return Ok(Self {
                    child,
                    start: begun.elapsed(),
                    address: address.trim().parse()?,
                });
            }
        }
        bail!("the server ended: {}", child.wait()?)
    }

    /// A line of its status, e.g. `VmRSS`, in MiB.
    pub(crate) fn memory(&self, kind: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with(kind));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
        kilobytes
            .and_then(|number| number.parse::<f64>().ok())
            .unwrap_or_default()
            / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The time below which this share of the times lie.
pub(crate) fn at(times: &[Duration], share: f64) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    let place = (times.len().saturating_sub(1) as f64 * share).round() as usize;
    times
        .get(place)
        .map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
}
