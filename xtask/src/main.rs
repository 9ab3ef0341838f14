//! `cargo xtask`: the two commands of the README, and the long checks.
//!
//! Each command installs what it needs where it may (a Debian-like machine, as root) and otherwise
//! says exactly what to install.

mod setup;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

const HELP: &str = "\
cargo xtask COMMAND

  demo [ARGS…]   install what is missing, build, and serve a populated demonstration
  test [ARGS…]   install what the tests need, check format and lints, and test everything
  lint           clippy over everything, warnings as errors
  bench          the speed and memory figures, each as a ratio beside a named peer
  crash [--cycles N] [--seed N]
                 kill the server under load N times (2000), and PostgreSQL with it
  coverage       which rows of the requirements some test names

ARGS go to `linxuan demo` and to `cargo test`.
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    match command.as_str() {
        "demo" => demo(&rest),
        "test" => test(&rest),
        "lint" => lint(),
        "bench" => bench(),
        "crash" => crash(&rest),
        "coverage" => coverage(),
        "" | "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("unknown command {other:?}\n\n{HELP}"),
    }
}

/// The workspace root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_path_buf)
}

fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(root());
    command
}

/// Runs a command with its output shown.
fn show(command: &mut Command) -> Result<()> {
    let line = format!("{command:?}");
    println!("$ {}", line.replace('"', ""));
    let status = command
        .status()
        .with_context(|| format!("cannot start {line}"))?;
    if !status.success() {
        bail!("{line} failed with {status}");
    }
    Ok(())
}

fn demo(args: &[String]) -> Result<()> {
    setup::install(setup::DEMO)?;
    show(&mut cargo(&["build", "--package", "linxuan"]))?;
    show(cargo(&["run", "--quiet", "--package", "linxuan", "--", "demo"]).args(args))
}

fn test(args: &[String]) -> Result<()> {
    setup::install(setup::TEST)?;
    setup::axe(&root())?;
    show(&mut cargo(&["fmt", "--all", "--check"]))?;
    lint()?;
    show(cargo(&["test", "--workspace", "--no-fail-fast"]).args(args))
}

fn lint() -> Result<()> {
    show(&mut cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ]))
}

/// Every benchmark is an example of the crate it measures. Those of the server measure over HTTP the
/// program as it is delivered: pages of the demonstration, then a pool of a million.
const BENCHES: [&[&str]; 7] = [
    &["bench_tickets"],
    &["bench_decide"],
    &["bench_crowd"],
    &["bench_import"],
    &["bench_server", "pages"],
    &["bench_server", "pool"],
    &["bench_server", "issue"],
];

fn bench() -> Result<()> {
    setup::install(setup::DEMO)?;
    // Together, so that no heavy crate is built twice for two choices of features.
    let together = ["build", "--release", "--workspace", "--bins", "--examples"];
    show(&mut cargo(&together))?;
    for bench in BENCHES {
        let [name, arguments @ ..] = bench else {
            continue;
        };
        println!("\n== {}", bench.join(" "));
        let program = target().join("release/examples").join(name);
        show(Command::new(program).args(arguments).current_dir(root()))?;
    }
    Ok(())
}

/// Cycles of a long run; the suite makes 200.
const CYCLES: &str = "2000";

fn crash(args: &[String]) -> Result<()> {
    setup::install(setup::TEST)?;
    let mut command = cargo(&[
        "test",
        "--workspace",
        "--test",
        "crash",
        "--",
        "--nocapture",
    ]);
    command.env("LINXUAN_CYCLES", CYCLES);
    for pair in args.chunks(2) {
        match pair {
            [name, number] if name == "--cycles" => command.env("LINXUAN_CYCLES", number),
            [name, number] if name == "--seed" => command.env("LINXUAN_SEED", number),
            other => bail!("not understood: {}\n\n{HELP}", other.join(" ")),
        };
    }
    show(&mut command)
}

/// Where cargo builds.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn coverage() -> Result<()> {
    let tool = root().join("../shared/tools/coverage");
    if !tool.exists() {
        bail!(
            "the requirements are not beside this checkout ({})",
            tool.display()
        );
    }
    show(Command::new(tool).arg(root()).arg("--missing"))
}
