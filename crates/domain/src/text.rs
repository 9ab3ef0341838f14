//! Typed text made comparable: full-width letters, invisible characters, look-alike radicals.
//!
//! Three strengths, each idempotent: [`tidy`] for prose and names, [`compact`] for codes and
//! numbers, [`match_key`] for telling whether two names mean the same thing.

/// The characters the 214 Kangxi radicals U+2F00..=U+2FD5 stand for. Text copied out of PDF files
/// often carries radicals that look like the ordinary character and compare as different.
const KANGXI: &str = "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠";

/// Simplified radicals of the supplement block that stand alone as characters.
const SUPPLEMENT: &[(char, char)] = &[
    ('⺟', '母'),
    ('⺠', '民'),
    ('⻁', '虎'),
    ('⻄', '西'),
    ('⻅', '见'),
    ('⻆', '角'),
    ('⻉', '贝'),
    ('⻋', '车'),
    ('⻓', '长'),
    ('⻔', '门'),
    ('⻘', '青'),
    ('⻙', '韦'),
    ('⻚', '页'),
    ('⻛', '风'),
    ('⻜', '飞'),
    ('⻝', '食'),
    ('⻢', '马'),
    ('⻣', '骨'),
    ('⻤', '鬼'),
    ('⻥', '鱼'),
    ('⻦', '鸟'),
    ('⻧', '卤'),
    ('⻨', '麦'),
    ('⻩', '黄'),
    ('⻬', '齐'),
    ('⻮', '齿'),
    ('⻰', '龙'),
    ('⻳', '龟'),
];

/// Prose as people mean it: ASCII letters and digits for full-width ones, ordinary characters for
/// radicals, no invisible or control characters, each run of blanks one space, none at the ends.
/// Chinese punctuation stays. Line breaks become spaces; see [`tidy_lines`].
pub fn tidy(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    join_blanks(text.chars().map(letter))
}

/// [`tidy`] line by line; keeps line breaks, drops empty lines at both ends.
pub fn tidy_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(tidy).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// A code or number as people mean it: [`tidy`], full-width punctuation made ASCII, and no blanks
/// at all.
pub fn compact(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    tidy(text)
        .chars()
        .map(half_width)
        .filter(|c| !c.is_whitespace())
        .collect()
}

/// Equal for two spellings of one name: letters lower-case, only letters, digits and Han kept.
/// 广东（东莞）公司 and 广东(东莞) 公司 meet.
pub fn match_key(text: &str) -> String {
    tidy(text)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Common Chinese characters and visible ASCII only, as nearly all text is: nothing to tidy.
fn is_plain(text: &str) -> bool {
    let plain = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}' | '!'..='~');
    text.chars().all(plain)
}

/// Whether `c` is a Chinese character, extensions and compatibility forms included.
pub fn is_han(c: char) -> bool {
    matches!(u32::from(c),
        0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x323AF)
}

/// The ASCII form of a full-width character, other characters unchanged.
pub fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3002}' => '.',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    }
}

/// One character of prose: `None` when it is to be dropped.
fn letter(c: char) -> Option<char> {
    match c {
        c if c.is_whitespace() => Some(' '),
        c if is_invisible(c) || c.is_control() => None,
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => Some(half_width(c)),
        '\u{2F00}'..='\u{2FD5}' => KANGXI
            .chars()
            .nth((u32::from(c) - 0x2F00) as usize)
            .or(Some(c)),
        '\u{2E80}'..='\u{2EF3}' => Some(
            SUPPLEMENT
                .iter()
                .find(|(radical, _)| *radical == c)
                .map_or(c, |(_, plain)| *plain),
        ),
        other => Some(other),
    }
}

/// Zero-width, directional, soft-hyphen and variation characters: seen by nobody, compared by all.
fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x180B..=0x180F | 0x200B..=0x200F
        | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0
        | 0xFFF9..=0xFFFB | 0xE0000..=0xE0FFF)
}

fn join_blanks(letters: impl Iterator<Item = Option<char>>) -> String {
    let mut out = String::new();
    let mut blank = false;
    for c in letters.flatten() {
        if c == ' ' {
            blank = !out.is_empty();
        } else {
            if std::mem::take(&mut blank) {
                out.push(' ');
            }
            out.push(c);
        }
    }
    out
}
