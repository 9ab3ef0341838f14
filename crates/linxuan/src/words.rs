//! What the system, the readers of files and the reader of command lines say, in the language of whoever
//! uses this program. Everything that is not this program's own sentence passes through here.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use domain::draw_process::Party;

/// What the system says, by its number (Linux).
const SYSTEM: [(i32, &str); 14] = [
    (1, "系统不允许这样做"),
    (2, "没有这个文件或目录"),
    (5, "磁盘读写出错"),
    (13, "没有权限"),
    (17, "已有同名的文件或目录"),
    (20, "路径中有一段不是目录"),
    (21, "这是目录，不是文件"),
    (24, "打开的文件太多"),
    (27, "文件超过允许的大小"),
    (28, "磁盘空间已满"),
    (30, "磁盘只能读不能写"),
    (36, "名称太长"),
    (39, "目录里还有内容"),
    (111, "对方没有应答"),
];

/// What readers of numbers, texts and addresses say, by a part of it.
const READERS: [(&str, &str); 18] = [
    ("stream did not contain valid UTF-8", "不是 UTF-8 文本"),
    ("EOF while parsing", "没有写完，缺少结尾的括号或引号"),
    ("trailing characters", "结尾之后还有多余的内容"),
    ("trailing comma", "最后一项后面多了逗号"),
    ("key must be a string", "名称要写在双引号里"),
    ("expected `:`", "名称后面缺少冒号"),
    ("expected `,` or", "两项之间缺少逗号，或缺少结尾的括号"),
    ("expected value", "这里应有一个值"),
    ("expected ident", "这里的词不认识"),
    ("control character", "文字里有换行等控制字符"),
    ("invalid escape", "反斜杠后面的写法不对"),
    ("invalid number", "数的写法不对"),
    ("duplicate key", "同一项写了两次"),
    ("recursion limit", "层次太多"),
    ("did not match any variant", "几种写法都对不上"),
    ("integer from empty string", "没有写数"),
    ("invalid digit found", "应为整数"),
    ("number too", "数太大或太小"),
];

/// Words of help, English first.
const HELP: [(&str, &str); 15] = [
    (
        "Print this message or the help of the given subcommand(s)",
        "显示本说明，或某个命令的说明",
    ),
    (
        "Print help (see more with '--help')",
        "显示说明（更详细的用 --help）",
    ),
    (
        "Print help (see a summary with '-h')",
        "显示说明（更简短的用 -h）",
    ),
    ("Print help", "显示说明"),
    ("Print version", "显示版本"),
    ("Usage: ", "用法："),
    ("Commands:", "命令："),
    ("Arguments:", "参数："),
    ("Options:", "选项："),
    ("Possible values:", "可以写："),
    ("[possible values: ", "[可以写："),
    ("[default: ", "[不写即 "),
    ("[env: ", "[环境变量 "),
    ("[OPTIONS]", "[选项]"),
    ("<COMMAND>", "<命令>"),
];

/// A date as it has to be written.
const DATE: &str = "日期应写成 2026-11-22 这样，月份为 01 至 12，日以当月为准";

/// A sentence with what the system said in it: `No such file or directory (os error 2)` becomes Chinese.
pub(crate) fn told(sentence: &str) -> String {
    let mut text = sentence.to_owned();
    for (number, words) in SYSTEM {
        let end = format!(" (os error {number})");
        while let Some((before, after)) = text.split_once(&end) {
            // The system speaks ASCII, after a colon or a character that is not.
            let foreign = before
                .char_indices()
                .rev()
                .find(|(_, character)| !character.is_ascii())
                .map_or(0, |(place, character)| place + character.len_utf8());
            let colon = before.rfind(": ").map_or(0, |place| place + 2);
            let (kept, _) = before.split_at(foreign.max(colon));
            text = format!("{kept}{words}{after}");
        }
    }
    text
}

/// An error with its causes.
pub(crate) fn chain(error: &anyhow::Error) -> String {
    let causes: Vec<String> = error
        .chain()
        .map(|cause| told(&cause.to_string()))
        .collect();
    let mut sentence = causes.join("：");
    if !sentence.ends_with('。') {
        sentence.push('。');
    }
    sentence
}

/// What a reader of TOML or JSON, or of one value, found wrong; where it stands is said beside it.
pub(crate) fn fault(message: &str) -> String {
    let (message, _) = message.split_once(" at line ").unwrap_or((message, ""));
    let message = message.trim();
    // The program's own sentences.
    if message.chars().next().is_none_or(|first| !first.is_ascii()) {
        return message.trim_end_matches('。').to_owned();
    }
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (name, others) = match quoted.split_first() {
        Some((name, others)) => (*name, others.join("、")),
        None => ("", String::new()),
    };
    let offered = if others.is_empty() {
        String::new()
    } else {
        format!("，可以写的有：{others}")
    };
    if message.starts_with("missing field") {
        return format!("缺少 {name} 这一项");
    }
    if message.starts_with("unknown field") {
        return format!("没有 {name} 这一项{offered}");
    }
    if message.starts_with("unknown variant") {
        return format!("{name} 不是能写的值{offered}");
    }
    if message.starts_with("duplicate field") {
        return format!("{name} 写了两次");
    }
    if let Some(rest) = message.strip_prefix("invalid type: ") {
        let (found, expected) = rest.split_once(", expected ").unwrap_or((rest, ""));
        return format!("写的是{}，应为{}", kind(found), kind(expected));
    }
    if message.starts_with("invalid value") || message.starts_with("invalid length") {
        return "值不在允许的范围内".to_owned();
    }
    if message.contains("socket address") {
        return "应写成“地址:端口”，如 127.0.0.1:8470".to_owned();
    }
    let known = READERS.iter().find(|(part, _)| message.contains(part));
    let is_date = || {
        ["year", "month", "day", "date"]
            .iter()
            .any(|part| message.contains(part))
    };
    match (known, message.split_once(" is not in ")) {
        (Some((_, words)), _) => (*words).to_owned(),
        (None, _) if is_date() => DATE.to_owned(),
        (None, Some((_, bounds))) => format!("应在 {} 之间", bounds.replace("..=", " 到 ")),
        (None, None) => "写法不合格式".to_owned(),
    }
}

/// A kind of value, as readers name it.
fn kind(named: &str) -> &'static str {
    let word = named
        .trim_start_matches("a ")
        .trim_start_matches("an ")
        .split([' ', '`', '"'])
        .next()
        .unwrap_or_default();
    match word {
        "string" | "str" | "borrowed" => "文字（写在引号里）",
        "integer" | "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" => "整数",
        "boolean" | "bool" => "是否（true 或 false）",
        "floating" | "f64" => "小数",
        "sequence" | "array" | "tuple" => "列表（写在 [ ] 里）",
        "map" | "struct" | "table" => "一组“名称 = 值”",
        "null" | "unit" => "空",
        "datetime" | "date" => "日期",
        _ => "别的写法",
    }
}

/// What is wrong with a TOML text, with the line.
pub(crate) fn toml(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(1, |before| before.matches('\n').count() + 1);
    format!("第 {line} 行读不懂：{}", fault(error.message()))
}

/// What is wrong with a JSON text, with the place.
pub(crate) fn json(error: &serde_json::Error) -> String {
    format!(
        "第 {} 行第 {} 列读不懂：{}",
        error.line(),
        error.column(),
        fault(&error.to_string())
    )
}

/// A sentence of the draw with its parties by their Chinese names: records know them by code.
pub(crate) fn parties(sentence: &str) -> String {
    Party::ALL.iter().fold(sentence.to_owned(), |text, party| {
        text.replace(&format!("{} ", party.code()), party.zh())
    })
}

/// What is wrong with a command line, and how it is written.
pub(crate) fn usage(error: &clap::Error) -> String {
    let said = |kind| match error.get(kind) {
        Some(ContextValue::Strings(several)) => several.join("、"),
        Some(ContextValue::None) | None => String::new(),
        Some(one) => one.to_string(),
    };
    let argument = said(ContextKind::InvalidArg);
    let value = said(ContextKind::InvalidValue);
    let offered = match said(ContextKind::ValidValue) {
        values if values.is_empty() => String::new(),
        values => format!("可以写：{values}。"),
    };
    let meant = |kind| match said(kind) {
        near if near.is_empty() => String::new(),
        near => format!("要写的可能是 {near}。"),
    };
    let sentence = match error.kind() {
        ErrorKind::MissingRequiredArgument => format!("没有写 {argument}，缺了不能办。请补上。"),
        ErrorKind::ArgumentConflict => match said(ContextKind::PriorArg) {
            prior if prior.is_empty() || prior == argument => {
                format!("{argument} 写了不止一次，只能写一次。请删去多余的。")
            }
            prior => format!("{argument} 不能与 {prior} 一起写。请只留一种。"),
        },
        ErrorKind::UnknownArgument => {
            let near = meant(ContextKind::SuggestedArg);
            format!("没有 {argument} 这个参数。{near}")
        }
        ErrorKind::InvalidSubcommand => {
            let near = meant(ContextKind::SuggestedSubcommand);
            format!(
                "没有 {} 这个命令。{near}",
                said(ContextKind::InvalidSubcommand)
            )
        }
        ErrorKind::MissingSubcommand => {
            format!(
                "没有写要做什么。可以写：{}。",
                said(ContextKind::ValidSubcommand)
            )
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            format!("{argument} 后面没有写值。{offered}")
        }
        ErrorKind::InvalidValue => format!("{argument} 不能写“{value}”。{offered}"),
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(ToString::to_string);
            let why = fault(&why.unwrap_or_default());
            format!("{argument} 写的是“{value}”，不能用：{why}。请改正。")
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{argument} 后面的值多了或少了。请核对。")
        }
        ErrorKind::InvalidUtf8 => "参数不是 UTF-8 文字。请改正。".to_owned(),
        _ => "命令的写法不对。".to_owned(),
    };
    let usage = said(ContextKind::Usage);
    let usage = usage.trim().trim_start_matches("Usage:").trim();
    if usage.is_empty() {
        format!("{sentence}\n各参数的说明，在命令后面加 --help 查看。\n")
    } else {
        format!(
            "{sentence}\n\n用法：{}\n各参数的说明，在命令后面加 --help 查看。\n",
            help(usage)
        )
    }
}

/// A help text with its headings in Chinese.
pub(crate) fn help(text: &str) -> String {
    HELP.iter().fold(text.to_owned(), |text, (english, words)| {
        text.replace(english, words)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_speaks_chinese() {
        assert_eq!(
            told("读不出 a.csv: No such file or directory (os error 2)"),
            "读不出 a.csv: 没有这个文件或目录"
        );
        assert_eq!(
            told("不能写入（Permission denied (os error 13)）。请检查权限。"),
            "不能写入（没有权限）。请检查权限。"
        );
        assert_eq!(told("没有找到。"), "没有找到。");
        let gone = std::fs::read("/nowhere/at/all").map_err(anyhow::Error::from);
        let gone = gone.map_err(|error| error.context("读不出名单"));
        assert_eq!(
            chain(&gone.expect_err("there is no such file")),
            "读不出名单：没有这个文件或目录。"
        );
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read only to see what is refused")]
    struct Row {
        name: String,
        seats: u32,
        on: jiff::civil::Date,
        kind: Kind,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        First,
        Second,
    }

    #[test]
    fn readers_of_files_speak_chinese() {
        for (text, words) in [
            ("name = \"甲\"", "第 1 行读不懂：缺少 "),
            (
                "name = \"甲\"\nseat = 1",
                "第 2 行读不懂：没有 seat 这一项，可以写的有：name、seats、on、kind",
            ),
            (
                "name = 5",
                "第 1 行读不懂：写的是整数，应为文字（写在引号里）",
            ),
            (
                "kind = \"third\"",
                "third 不是能写的值，可以写的有：first、second",
            ),
            ("on = \"2026-13-01\"", DATE),
            ("name = ", "第 1 行读不懂："),
        ] {
            let error = ::toml::from_str::<Row>(text).expect_err("refused");
            let found = toml(text, &error);
            assert!(found.contains(words), "{text}: {found}");
            assert!(!found.contains("expected"), "{found}");
        }
        for (text, words) in [
            ("甲", "第 1 行第 1 列读不懂：这里应有一个值"),
            ("[", "没有写完"),
            ("[{}]", "缺少 name 这一项"),
            ("[] []", "多余的内容"),
        ] {
            let error = serde_json::from_str::<Vec<Row>>(text).expect_err("refused");
            let found = json(&error);
            assert!(found.contains(words), "{text}: {found}");
        }
        assert_eq!(fault("“x”不是骰子的点数。"), "“x”不是骰子的点数");
    }
}
