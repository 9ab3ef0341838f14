//! What files must not use, because Chromium 78 does not know it or the content policy forbids it.

use std::path::{Path, PathBuf};

/// Properties that Chromium 78 does not know.
const PROPERTIES: [&str; 10] = [
    "gap",
    "row-gap",
    "column-gap",
    "inset",
    "aspect-ratio",
    "accent-color",
    "translate",
    "rotate",
    "scale",
    "content-visibility",
];
/// Functions and at-rules that it does not know.
const WORDS: [&str; 12] = [
    "clamp(",
    "min(",
    "max(",
    "color-mix(",
    "oklch(",
    ":is(",
    ":where(",
    ":has(",
    "@layer",
    "@container",
    "@property",
    "@scope",
];

/// Rules of a style sheet as (selector, declarations); conditions are opened up.
fn rules(text: &str) -> Vec<(String, String)> {
    let mut text = text.to_owned();
    while let (Some(start), Some(end)) = (text.find("/*"), text.find("*/")) {
        text.replace_range(start..end + 2, "");
    }
    let (mut rules, mut selector, mut body, mut open) =
        (Vec::new(), String::new(), String::new(), 0);
    for character in text.chars() {
        match character {
            '{' if open == 0 && selector.trim_start().starts_with("@media") => selector.clear(),
            '{' => {
                open += 1;
                if open > 1 {
                    body.push('{');
                }
            }
            '}' if open == 0 => selector.clear(),
            '}' => {
                open -= 1;
                if open == 0 {
                    rules.push((selector.trim().to_owned(), std::mem::take(&mut body)));
                    selector.clear();
                }
            }
            _ if open > 0 => body.push(character),
            _ => selector.push(character),
        }
    }
    rules
}

/// What a style sheet uses that it must not.
pub(crate) fn style(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (selector, body) in rules(text) {
        if body.contains('{') {
            faults.push(format!("{name}: nested rule in {selector}"));
        }
        for declaration in body.split(';') {
            let Some((property, value)) = declaration.split_once(':') else {
                continue;
            };
            let property = property.trim();
            if PROPERTIES.contains(&property) {
                faults.push(format!("{name}: {property} in {selector}"));
            }
            let raw = value.split('#').skip(1).any(|rest| {
                let digits = rest.chars().take_while(char::is_ascii_hexdigit).count();
                digits >= 3 && !["fff", "000", "111"].contains(&&rest[..digits])
            });
            if raw && selector != ":root" {
                faults.push(format!("{name}: raw colour in {selector}"));
            }
        }
        let all = format!("{selector}{{{}}}", body.replace("minmax(", ""));
        for word in WORDS.iter().filter(|word| all.contains(*word)) {
            faults.push(format!("{name}: {word} in {selector}"));
        }
        if selector.contains(":focus-visible") && selector.contains(',') {
            faults.push(format!(
                "{name}: an old browser drops the whole rule {selector}"
            ));
        }
    }
    faults
}

/// What a script uses that it must not.
pub(crate) fn script(name: &str, text: &str) -> Vec<String> {
    let forbidden = [
        "?.",
        "??",
        ".at(",
        "replaceAll(",
        "structuredClone",
        "replaceChildren",
        "eval(",
        "new Function",
        "Object.hasOwn",
        ".flatMap(",
        "import(",
        "insertAdjacentHTML",
        "document.write",
        ".style.",
        "'style'",
        "\"style\"",
        "BigInt",
        "static {",
        "||=",
        "&&=",
        "await ",
        "http://",
        "https://",
    ];
    let mut faults = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for word in forbidden.iter().filter(|word| line.contains(**word)) {
            // `? .5 : x` is a condition, `a?.b` is not.
            faults.push(format!("{name}:{}: {word}", number + 1));
        }
    }
    faults
}

/// What a template has that the content policy forbids, or that lets typed text through unescaped.
pub(crate) fn markup(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let lower = text.to_lowercase();
    for word in [
        " style=",
        "<style",
        "|safe",
        "| safe",
        "javascript:",
        "<iframe",
        "<object",
        "<embed",
        "<base",
        "http://",
        "https://",
    ] {
        if lower.contains(word) {
            faults.push(format!("{name}: {word}"));
        }
    }
    for rest in lower.split("<script").skip(1) {
        if !rest.trim_start().starts_with("src=") {
            faults.push(format!("{name}: inline script"));
        }
    }
    for tag in lower.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let handler = tag.split([' ', '\n']).skip(1).any(|attribute| {
            attribute.strip_prefix("on").is_some_and(|rest| {
                rest.split_once('=').is_some_and(|(event, _)| {
                    !event.is_empty() && event.bytes().all(|byte| byte.is_ascii_lowercase())
                })
            })
        });
        if handler {
            faults.push(format!("{name}: event handler in <{tag}>"));
        }
    }
    faults
}

/// Every template of this crate, with its path.
pub(crate) fn templates() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(&folder)
            .expect("the folder of templates")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).expect("a template");
                found.push((path.display().to_string(), text));
            }
        }
    }
    assert!(found.len() > 10, "templates are found");
    found
}
