//! The blocks of a form, one after another. Grids that follow one another with the same columns are one
//! table, as they look on paper.

use super::grid::{self, Grid};
use super::words::{Align, Paragraph, Run};
use crate::form::{Block, Field, FormView, GridRow};
use crate::measure::boxed;

/// Points of the title.
const TITLE: f32 = 18.0;

/// A grid that is growing: its columns and its rows.
type Growing<'a> = Option<(&'a [f32], Vec<GridRow>)>;

pub(super) fn blocks(view: &FormView) -> String {
    let mut made = head(view);
    let mut growing: Growing<'_> = None;
    let mut new_page = false;
    for block in &view.blocks {
        if let Block::Grid { columns, rows, .. } = block {
            match &mut growing {
                Some((known, grown)) if *known == columns.as_slice() => {
                    grown.extend(rows.iter().cloned());
                }
                _ => {
                    made += &finished(view, growing.take());
                    made += &page_begun(&mut new_page);
                    growing = Some((columns, rows.clone()));
                }
            }
            continue;
        }
        made += &finished(view, growing.take());
        if matches!(block, Block::NewPage) {
            new_page = true;
            continue;
        }
        made += &page_begun(&mut new_page);
        made += &one(view, block);
    }
    made + &finished(view, growing)
}

fn finished(view: &FormView, growing: Growing<'_>) -> String {
    growing.map_or_else(String::new, |(columns, rows)| {
        grid::grid(view, columns, &rows) + &gap()
    })
}

/// Begins a page where one is due; in a line of its own, for a table cannot begin one.
fn page_begun(new_page: &mut bool) -> String {
    match std::mem::take(new_page) {
        true => Paragraph::default().new_page().xml(""),
        false => String::new(),
    }
}

/// What keeps two tables apart, as low as a line can be.
fn gap() -> String {
    let paragraph = r#"<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="60" w:lineRule="exact"/><w:rPr><w:sz w:val="4"/></w:rPr></w:pPr></w:p>"#;
    paragraph.to_owned()
}

fn head(view: &FormView) -> String {
    let mut made = String::new();
    if let Some(annex) = &view.annex {
        made += &Paragraph::default().xml(&Run::new(annex).hei().points(14.0).xml());
    }
    if !view.marks.is_empty() {
        let marks = Run::new(&view.marks.join("　　")).hei().points(12.0);
        made += &Paragraph::default()
            .align(Align::Centre)
            .space(4.0, 4.0)
            .xml(&marks.xml());
    }
    let title = Run::new(&view.title.join("\n")).song().bold().points(TITLE);
    made + &Paragraph::default()
        .align(Align::Centre)
        .space(8.0, 8.0)
        .kept()
        .xml(&title.xml())
}

fn one(view: &FormView, block: &Block) -> String {
    match block {
        Block::Choices { options } => {
            let boxes: Vec<String> = options.iter().map(boxed).collect();
            Paragraph::default()
                .align(Align::Centre)
                .space(4.0, 8.0)
                .xml(&Run::new(&boxes.join("　　")).xml())
        }
        Block::Line { fields, widths } => Grid::plain(view, widths).line(fields) + &gap(),
        // Grids are put together with those beside them; a page begins with what follows.
        Block::Grid { .. } | Block::NewPage => String::new(),
        Block::Code { lines, .. } => lines
            .iter()
            .map(|line| Paragraph::default().xml(&Run::new(line).xml()))
            .collect(),
        Block::Table {
            columns,
            rows,
            row_height,
        } => grid::table(view, columns, rows, *row_height) + &gap(),
        Block::Heading { text } => {
            let run = Run::new(text).hei().points(view.size.points() + 1.0);
            Paragraph::default().space(12.0, 6.0).kept().xml(&run.xml())
        }
        Block::Paragraph { text } => Paragraph::default()
            .indented()
            .space(0.0, 4.0)
            .xml(&Run::new(text).xml()),
        Block::Facts { fields } => {
            let pairs: Vec<String> = fields.iter().map(pair).collect();
            Grid::plain(view, &[1.0, 1.0]).rows(&pairs) + &gap()
        }
        Block::Digest { label, hex } => {
            let label = Paragraph::default()
                .kept()
                .xml(&Run::new(label).hei().xml());
            label + &Paragraph::default().xml(&Run::new(hex).points(9.0).xml())
        }
        Block::Signatures { places } => {
            let cells: Vec<String> = places
                .iter()
                .map(|place| {
                    let who = Run::new(&format!("{place}：\n\n")).xml();
                    let day = Run::new(crate::dates::BLANK_DATE).xml();
                    Paragraph::default().xml(&who)
                        + &Paragraph::default().align(Align::Right).xml(&day)
                })
                .collect();
            Grid::plain(view, &vec![1.0; cells.len()]).cells(&cells) + &gap()
        }
        Block::Closing { lines } => lines
            .iter()
            .map(|line| {
                Paragraph::default()
                    .align(Align::Right)
                    .right(super::twips(8.0))
                    .xml(&Run::new(line).xml())
            })
            .collect(),
        Block::Notes { heading, items } => {
            let mut made = Paragraph::default()
                .space(6.0, 0.0)
                .xml(&Run::new(&format!("{heading}：")).points(10.5).xml());
            for (n, item) in (1..).zip(items) {
                let run = Run::new(&format!("{n}．{item}")).points(10.5);
                made += &Paragraph::default().xml(&run.xml());
            }
            made
        }
        Block::Remark { text } => Paragraph::default()
            .space(6.0, 6.0)
            .xml(&Run::new(text).kai().xml()),
        // A text to be edited names the page; the page itself is in the PDF.
        Block::Page { caption, note, .. } => {
            Paragraph::default().xml(&Run::new(&format!("{caption}\n{note}")).points(9.0).xml())
        }
    }
}

/// A label with its value, as one line.
fn pair(field: &Field) -> String {
    let label = Run::new(&format!("{}：", field.label)).hei();
    Paragraph::default().xml(&(label.xml() + &Run::new(&field.value).xml()))
}
