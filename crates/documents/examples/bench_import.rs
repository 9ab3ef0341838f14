//! How much a dry run of a large roster costs beside reading its cells alone:
//! `cargo run --release -p documents --example bench_import -- [ROWS] [RUNS]`.
//!
//! Prints the time of calamine reading all cells, of the dry run (child process, checks and typed
//! rows), their ratio, and the peak memory of both processes.

use std::error::Error;
use std::io::Cursor;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use calamine::{Reader, Xlsx};
use documents::roster::{self, RosterVocabulary};
use documents::table::{Limits, TableReader};
use documents::worker::Isolation;
use jiff::civil::date;

const HEADS: [&str; 20] = [
    "序号",
    "姓名",
    "性别",
    "身份证号码",
    "手机",
    "办公电话",
    "电子邮箱",
    "通讯地址",
    "工作单位",
    "工作单位属性",
    "职务",
    "职业、专业",
    "职称",
    "职称取得时间",
    "职业技能等级",
    "参加工作时间",
    "从事相关工作年限",
    "获得荣誉",
    "最高学历",
    "毕业学校",
];

fn main() -> Result<std::process::ExitCode, Box<dyn Error>> {
    if let Some(code) = documents::worker::main(std::env::args_os()) {
        return Ok(code);
    }
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next();
    if first.as_deref() == Some("make") {
        let (rows, file) = (
            arguments.next().ok_or("rows")?,
            arguments.next().ok_or("file")?,
        );
        std::fs::write(file, workbook(rows.parse()?)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows: u32 = first.map_or(Ok(50_000), |rows| rows.parse())?;
    let runs: u32 = arguments.next().map_or(Ok(5), |runs| runs.parse())?;
    // Made by another process, so that making it does not count in this one's memory.
    let file = std::env::temp_dir().join(format!("bench-import-{}.xlsx", std::process::id()));
    let status = Command::new(std::env::current_exe()?)
        .args(["make", &rows.to_string()])
        .arg(&file)
        .status()?;
    let bytes = std::fs::read(&file)?;
    std::fs::remove_file(&file)?;
    if !status.success() {
        return Err("workbook was not made".into());
    }
    println!(
        "{rows} 行 × {} 列，文件 {:.1} MiB",
        HEADS.len(),
        bytes.len() as f64 / 1_048_576.0
    );

    let mut alone = Vec::new();
    let mut dry_run = Vec::new();
    let reader = TableReader {
        isolation: Isolation::Child {
            program: std::env::current_exe()?,
        },
        limits: Limits::default(),
    };
    let vocabulary = vocabulary();
    for _ in 0..runs {
        let (start, before) = (Instant::now(), processor()?);
        let roster = roster::read(&reader, &bytes, &vocabulary, date(2026, 11, 22))?;
        dry_run.push((start.elapsed(), processor()? - before));
        println!(
            "  预检：{} 行可读，{} 行有错，{} 条问题",
            roster.rows.len(),
            roster.rejected.len(),
            roster.problems.len()
        );
    }
    // Measured before calamine reads the file here and raises this process's own peak.
    println!(
        "内存峰值：主进程 {}，子进程 {}",
        peak("/proc/self/status")?,
        child_peak(&bytes)?
    );
    for _ in 0..runs {
        let (start, before) = (Instant::now(), processor()?);
        let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes.as_slice()))?;
        let range = workbook.worksheet_range("名单")?;
        alone.push((start.elapsed(), processor()? - before));
        std::hint::black_box(range.used_cells().count());
    }
    // The clock says what a clerk waits, the processor what the work costs on a busy machine.
    let (alone, dry_run) = (medians(alone), medians(dry_run));
    println!("calamine 只读单元格：{:?}，处理器 {:?}", alone.0, alone.1);
    println!("预检：{:?}，处理器 {:?}（含子进程）", dry_run.0, dry_run.1);
    let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
    println!(
        "比值：时间 {:.2}，处理器 {:.2}",
        ratio(dry_run.0, alone.0),
        ratio(dry_run.1, alone.1)
    );
    Ok(ExitCode::SUCCESS)
}

fn medians(times: Vec<(Duration, Duration)>) -> (Duration, Duration) {
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    let (clock, processor) = times.into_iter().unzip();
    (median(clock), median(processor))
}

/// Processor time of this process and of its children that have ended, in steps of 10 ms.
fn processor() -> Result<Duration, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("no process statistics")?;
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(4)
        .map(|n| n.parse::<u64>().unwrap_or(0))
        .sum();
    Ok(Duration::from_millis(ticks * 10))
}

fn peak(status: &str) -> Result<String, Box<dyn Error>> {
    let text = std::fs::read_to_string(status)?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("no VmHWM")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(format!("{:.0} MiB", kib / 1024.0))
}

/// The largest resident size of the child, seen by looking at it every two milliseconds of one more
/// run.
fn child_peak(bytes: &[u8]) -> Result<String, Box<dyn Error>> {
    let (over, most) = (AtomicBool::new(false), AtomicU64::new(0));
    let reader = TableReader {
        isolation: Isolation::Child {
            program: std::env::current_exe()?,
        },
        limits: Limits::default(),
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                for kib in children().iter().filter_map(|pid| resident(pid)) {
                    most.fetch_max(kib, Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        let outcome = roster::read(&reader, bytes, &vocabulary(), date(2026, 11, 22));
        over.store(true, Ordering::Relaxed);
        outcome.map(|_| ())
    })?;
    Ok(format!("{} MiB", most.into_inner() / 1024))
}

fn children() -> Vec<String> {
    let mine = std::process::id();
    std::fs::read_dir(format!("/proc/{mine}/task"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|line| {
            line.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

fn resident(pid: &str) -> Option<u64> {
    // Between fork and exec a child still shows the memory of its parent.
    let words = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
    if !words.contains(documents::table::CHILD_ARGUMENT) {
        return None;
    }
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    text.lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .ok()
}

fn vocabulary() -> RosterVocabulary {
    RosterVocabulary::default()
        .titles([
            ("高级工程师", "副高级"),
            ("工程师", "中级"),
            ("高级讲师", "副高级"),
        ])
        .skills([
            ("高级技师", "高级技师"),
            ("技师", "技师"),
            ("一级", "高级技师"),
        ])
        .honours([("市", "市级"), ("省", "省级")])
        .unit_kinds(["企业", "技工院校", "其他"])
}

fn workbook(rows: u32) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("名单")?;
    for (column, head) in (0..).zip(HEADS) {
        sheet.write_string(0, column, head)?;
    }
    for row in 1..=rows {
        for (column, text) in (0..).zip(person(row)) {
            sheet.write_string(row, column, text)?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

/// A synthetic person; one in fifty has a mistake.
fn person(n: u32) -> [String; 20] {
    let (year, month, day) = (1958 + n % 30, 1 + n / 30 % 12, 1 + n / 360 % 28);
    let first = format!(
        "{}0000{year}{month:02}{day:02}{:03}",
        ["44", "11", "32", "51", "62"][(n / 10_080 % 5) as usize],
        999 - n / 50_400
    );
    let check = domain::identity::check_digit(&first);
    let surname = ["陈", "黄", "李", "欧阳", "林"][(n % 5) as usize];
    let given = char::from_u32(0x4E00 + n % 5_000).unwrap_or('示');
    [
        n.to_string(),
        format!("{surname}{given}"),
        if first.as_bytes()[16] % 2 == 1 {
            "男"
        } else {
            "女"
        }
        .into(),
        if n.is_multiple_of(50) {
            format!("{first}0")
        } else {
            format!("{first}{check}")
        },
        format!("154{n:08}"),
        format!("0769-{:08}", 20_000_000 + n),
        format!("u{n}@example.com"),
        format!("云岭市示范区学府路{n}号"),
        format!("云岭市示范第{}有限公司", n % 700),
        "企业".into(),
        "工艺主管".into(),
        "数控车工、机械加工".into(),
        "高级工程师".into(),
        format!("{}-0{}-01", 2000 + n % 20, 1 + n % 9),
        "高级技师".into(),
        format!("{}年{}月", 1985 + n % 20, 1 + n % 12),
        (3 + n % 30).to_string(),
        "云岭市技术能手".into(),
        "大学本科".into(),
        format!("云岭理工大学{}学院", n % 40),
    ]
}
