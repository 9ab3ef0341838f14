//! How much room words take, for what lays itself out without a typesetter: row heights of workbooks,
//! whether a table fits a page. Estimates, on the generous side.

use crate::form::{Content, GridRow, Slot, slots};

/// Millimetres of a point.
const POINT: f32 = 0.3528;
/// Lines are this many times as high as their letters.
const LEADING: f32 = 1.3;
/// Inside a cell, left and right together, millimetres.
const INSET: f32 = 2.8;

/// Width in places of a Chinese character; Latin letters take about half of one.
pub(crate) fn places(text: &str) -> f32 {
    let wide = |c: char| match c {
        // From here on even marks, arrows and quotes are set wide by Chinese typefaces.
        '\u{2010}'.. => 1.0,
        _ => 0.55,
    };
    text.chars().map(wide).sum()
}

/// Lines `text` takes in `width` millimetres at `points`.
pub(crate) fn lines(text: &str, width: f32, points: f32) -> usize {
    let fit = (width / (points * POINT)).floor().max(1.0);
    let of = |line: &str| (places(line) / fit).ceil().max(1.0) as usize;
    text.split('\n').map(of).sum()
}

/// Height of `lines` lines, millimetres.
pub(crate) fn line_height(lines: usize, points: f32) -> f32 {
    lines as f32 * points * POINT * LEADING
}

/// The words of a cell, as one text.
pub(crate) fn words(content: &Content) -> String {
    match content {
        Content::Label { text } | Content::Value { text } | Content::Prose { text } => text.clone(),
        Content::Boxes { options } => {
            let marked = options.iter().map(boxed);
            marked.collect::<Vec<_>>().join("　")
        }
        Content::Statement {
            heading,
            text,
            sign,
        } => {
            let sign = sign.iter().cloned();
            statement(heading.as_deref(), text, sign)
        }
        Content::Picture {
            picture, caption, ..
        } => match picture {
            Some(_) => String::new(),
            None => caption.clone(),
        },
    }
}

/// A statement as one text: its words, a line of room, what is signed below. It begins with a word, for
/// a cell that began with a line break would be taken for a formula.
pub(crate) fn statement(
    heading: Option<&str>,
    text: &str,
    sign: impl Iterator<Item = String>,
) -> String {
    let above = heading.into_iter().chain([text]);
    let above = above.filter(|line| !line.is_empty());
    let mut lines: Vec<String> = above.map(str::to_owned).collect();
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.extend(sign);
    lines.join("\n")
}

/// A tick box in characters every typeface of an office has.
pub(crate) fn boxed(choice: &crate::form::Choice) -> String {
    let mark = match choice.mark {
        crate::form::Mark::Ticked => '☑',
        crate::form::Mark::Blank => '□',
    };
    format!("{mark}{}", choice.label)
}

/// Height each row needs, millimetres, in a grid `width` millimetres wide.
pub(crate) fn heights(rows: &[GridRow], shares: &[f32], width: f32, points: f32) -> Vec<f32> {
    let whole: f32 = shares.iter().sum::<f32>().max(f32::EPSILON);
    let places = slots(rows, shares.len());
    let mut all = Vec::new();
    for (row, places) in rows.iter().zip(places) {
        let needed = places.iter().filter_map(|place| match place {
            Slot::Begins(first, cell) if cell.down <= 1 => {
                let covered = shares.iter().skip(*first).take(usize::from(cell.across));
                let across = covered.sum::<f32>() / whole * width - INSET;
                Some(line_height(lines(&words(&cell.content), across, points), points) + 2.2)
            }
            _ => None,
        });
        all.push(needed.fold(row.height, f32::max));
    }
    all
}

/// Height of a grid, millimetres.
pub(crate) fn height(rows: &[GridRow], shares: &[f32], width: f32, points: f32) -> f32 {
    heights(rows, shares, width, points).iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_take_the_lines_they_need() {
        // 12 points: 4.23 mm a character.
        assert_eq!(lines("一二三四五六七八九十", 43.0, 12.0), 1);
        assert_eq!(lines("一二三四五六七八九十", 42.0, 12.0), 2);
        assert_eq!(lines("甲\n乙", 43.0, 12.0), 2);
        assert_eq!(lines("", 43.0, 12.0), 1);
        assert!(places("440000197806019990") < 10.0);
    }
}
