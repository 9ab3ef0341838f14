//! The real program as an installation under test: a populated place on disk, the server over it as
//! a process of its own, and people who use it over HTTP.

mod server;
pub(crate) mod visitor;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

pub(crate) use server::Server;
pub(crate) use visitor::Visitor;

/// A data folder with its keys, somewhere of its own.
pub(crate) struct Place {
    folder: TempDir,
    /// `postgres://…`, or SQLite in the data folder.
    pub(crate) database: Option<String>,
}

/// The demonstration that every place is a copy of: made once for a test program.
pub(crate) struct Template {
    folder: PathBuf,
    /// The password of every account.
    pub(crate) password: String,
    /// Log-in name and token of a session that is already open.
    sessions: Vec<(&'static str, String)>,
}

const PEOPLE: [&str; 3] = ["jingban", "shiyong", "jiandu"];

impl Template {
    /// The one of this test program.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Template> = OnceLock::new();
        SHARED.get_or_init(Self::make)
    }

    fn make() -> Self {
        let own = std::env::current_exe().expect("this program has a path");
        let name = own.file_stem().expect("and a name").to_owned();
        // Beside the build, so that nothing is left behind: the next run starts by removing it.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder can be made");
        let mut demo = Command::new(env!("CARGO_BIN_EXE_linxuan"));
        demo.arg("demo").arg("--data").arg(folder.join("data"));
        let mut server = Server::start(demo.args(["--listen", "127.0.0.1:0"]));
        let password = server
            .said()
            .lines()
            .find_map(|line| line.strip_prefix("密码（各岗位相同）："))
            .expect("the demonstration says the password")
            .to_owned();
        let sessions = PEOPLE.map(|login| {
            let visitor = Visitor::log_in(server.address(), login, &password);
            (login, visitor.token().to_owned())
        });
        server.stop();
        Self {
            folder,
            password,
            sessions: sessions.into(),
        }
    }

    /// Somebody whose session was opened before the place was copied.
    pub(crate) fn visitor(&self, login: &str, server: &Server) -> Visitor {
        let (_, token) = self
            .sessions
            .iter()
            .find(|(known, _)| *known == login)
            .expect("a log-in with a session");
        Visitor::with_token(server.address(), token)
    }
}

impl Place {
    /// An empty one.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("linxuan-site-")
            .tempdir()
            .expect("a temporary folder");
        Self {
            folder,
            database: None,
        }
    }

    /// A copy of the demonstration.
    pub(crate) fn populated() -> Self {
        let place = Self::empty();
        let template = Template::shared();
        copy(&template.folder.join("data"), &place.data());
        copy(&template.folder.join("data-keys"), &place.keys());
        place
    }

    /// A folder for anything else.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.folder.path().join("data-keys")
    }

    /// The program over this place.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linxuan"));
        command.arg(name).arg("--data").arg(self.data());
        command.arg("--keys").arg(self.keys());
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        command
    }

    /// The server over this place, not started yet.
    pub(crate) fn serve_command(&self) -> Command {
        let mut command = self.command("serve");
        command.args(["--listen", "127.0.0.1:0", "--log", "error"]);
        command
    }

    /// The server over this place.
    pub(crate) fn serve(&self) -> Server {
        Server::start(&mut self.serve_command())
    }

    /// The demonstration again, so many days later by its own clock.
    pub(crate) fn serve_days_later(&self, days: u16) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linxuan"));
        command.arg("demo").arg("--data").arg(self.data());
        command.args(["--listen", "127.0.0.1:0", "--days", &days.to_string()]);
        Server::start(&mut command)
    }

    /// Opens what the program left, past the program.
    pub(crate) async fn open(&self) -> store::Result<store::Store> {
        let mut config = store::StoreConfig::folder(self.data(), store::testing::now());
        config.keys = self.keys();
        config.database.clone_from(&self.database);
        store::Store::open(config).await
    }
}

/// Runs a command to its end: exit code, then what it printed on either stream.
pub(crate) fn run(command: &mut Command) -> (i32, String) {
    let output = command.output().expect("the program runs");
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text += &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap_or(-1), text)
}

/// Copies a folder with everything in it; file rights included.
pub(crate) fn copy(from: &Path, to: &Path) {
    let mut command = Command::new("cp");
    let status = command.arg("-a").arg(from).arg(to).status();
    assert!(status.expect("cp runs").success(), "{command:?}");
}
