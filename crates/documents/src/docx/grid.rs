//! Tables: bordered grids with spans, tables whose head repeats, and borderless ones that hold lines.

use super::twips;
use super::words::{Align, Paragraph, Run};
use crate::form::{self, Cell, Content, Field, FormView, GridRow, Slot, TableColumn, slots};
use crate::measure::{boxed, line_height, lines};

const BORDERS: &str = r#"<w:tblBorders><w:top w:val="single" w:sz="4" w:color="000000"/><w:left w:val="single" w:sz="4" w:color="000000"/><w:bottom w:val="single" w:sz="4" w:color="000000"/><w:right w:val="single" w:sz="4" w:color="000000"/><w:insideH w:val="single" w:sz="4" w:color="000000"/><w:insideV w:val="single" w:sz="4" w:color="000000"/></w:tblBorders>"#;
/// EMU of a millimetre.
const EMU: f32 = 36_000.0;

/// A table of these shares of the line.
pub(super) struct Grid {
    widths: Vec<u32>,
    borders: &'static str,
}

impl Grid {
    fn new(view: &FormView, shares: &[f32], borders: &'static str) -> Self {
        let whole = twips(view.paper.width()) as f32;
        let sum: f32 = shares.iter().sum::<f32>().max(f32::EPSILON);
        let widths = shares.iter().map(|share| (share / sum * whole) as u32);
        Self {
            widths: widths.collect(),
            borders,
        }
    }

    /// One without borders.
    pub(super) fn plain(view: &FormView, shares: &[f32]) -> Self {
        Self::new(view, shares, "")
    }

    fn xml(&self, rows: &str) -> String {
        let columns: String = self
            .widths
            .iter()
            .map(|width| format!(r#"<w:gridCol w:w="{width}"/>"#))
            .collect();
        let whole: u32 = self.widths.iter().sum();
        format!(
            r#"<w:tbl><w:tblPr><w:tblW w:w="{whole}" w:type="dxa"/>{}<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>"#,
            self.borders
        )
    }

    fn width(&self, first: usize, across: usize) -> u32 {
        self.widths.iter().skip(first).take(across).sum()
    }

    /// A cell; `more` are further properties.
    fn cell(&self, (first, across): (usize, usize), more: &str, content: &str) -> String {
        let span = match across {
            1 => String::new(),
            across => format!(r#"<w:gridSpan w:val="{across}"/>"#),
        };
        format!(
            r#"<w:tc><w:tcPr><w:tcW w:w="{}" w:type="dxa"/>{span}{more}<w:vAlign w:val="center"/></w:tcPr>{content}</w:tc>"#,
            self.width(first, across)
        )
    }

    /// A row of these cells, each one column wide.
    pub(super) fn cells(&self, cells: &[String]) -> String {
        let row: String = (0..)
            .zip(cells)
            .map(|(place, cell)| self.cell((place, 1), "", cell))
            .collect();
        self.xml(&format!("<w:tr>{row}</w:tr>"))
    }

    /// Several rows, filled from left to right.
    pub(super) fn rows(&self, cells: &[String]) -> String {
        let empty = Paragraph::default().xml("");
        let rows: String = cells
            .chunks(self.widths.len().max(1))
            .map(|chunk| {
                let row: String = (0..self.widths.len())
                    .map(|place| self.cell((place, 1), "", chunk.get(place).unwrap_or(&empty)))
                    .collect();
                format!("<w:tr>{row}</w:tr>")
            })
            .collect();
        self.xml(&rows)
    }

    /// Labels with their values in one line; one without a label stands at the right.
    pub(super) fn line(&self, fields: &[Field]) -> String {
        let cells: Vec<String> = fields
            .iter()
            .map(|field| match field.label.as_str() {
                "" => Paragraph::default()
                    .align(Align::Right)
                    .xml(&Run::new(&field.value).xml()),
                label => {
                    Paragraph::default().xml(&Run::new(&format!("{label}：{}", field.value)).xml())
                }
            })
            .collect();
        self.cells(&cells)
    }
}

/// A row at least so high; `more` are further properties.
fn row(height: f32, more: &str, cells: &str) -> String {
    let height = match height > 0.0 {
        true => format!(
            r#"<w:trHeight w:val="{}" w:hRule="atLeast"/>"#,
            twips(height)
        ),
        false => String::new(),
    };
    format!("<w:tr><w:trPr>{more}{height}</w:trPr>{cells}</w:tr>")
}

/// A bordered grid with its spans.
pub(super) fn grid(view: &FormView, columns: &[f32], rows: &[GridRow]) -> String {
    let grid = Grid::new(view, columns, BORDERS);
    let mut made = String::new();
    for (held, places) in rows.iter().zip(slots(rows, columns.len())) {
        let mut cells = String::new();
        let mut end = 0;
        let mut prose = false;
        for place in places {
            let (first, across) = match place {
                Slot::Covered(first, across) => {
                    let empty = Paragraph::default().xml("");
                    cells += &grid.cell((first, across), "<w:vMerge/>", &empty);
                    (first, across)
                }
                Slot::Begins(first, cell) => {
                    let across = usize::from(cell.across.max(1)).min(columns.len() - first);
                    let merge = match cell.down {
                        ..=1 => "",
                        _ => r#"<w:vMerge w:val="restart"/>"#,
                    };
                    prose |= matches!(cell.content, Content::Prose { .. });
                    let width = grid.width(first, across) as f32 * 25.4 / 1440.0 - 2.4;
                    let inner = content(view, cell, (width, held.height));
                    cells += &grid.cell((first, across), merge, &inner);
                    (first, across)
                }
            };
            end = first + across;
        }
        if end < columns.len() {
            let empty = Paragraph::default().xml("");
            cells += &grid.cell((end, columns.len() - end), "", &empty);
        }
        // Long text may go on over a page end; a line of short cells stays whole.
        let keep = if prose { "" } else { "<w:cantSplit/>" };
        made += &row(held.height, keep, &cells);
    }
    grid.xml(&made)
}

fn content(view: &FormView, cell: &Cell, (width, height): (f32, f32)) -> String {
    let points = view.size.points();
    let paragraphs = |text: &str, align: Align| -> String {
        text.split('\n')
            .map(|line| Paragraph::default().align(align).xml(&Run::new(line).xml()))
            .collect()
    };
    match &cell.content {
        Content::Label { text } => paragraphs(text, Align::Centre),
        Content::Value { text } => {
            let short = text.split('\n').all(|line| lines(line, width, points) <= 1);
            paragraphs(text, if short { Align::Centre } else { Align::Left })
        }
        Content::Prose { text } => paragraphs(text, Align::Left),
        Content::Boxes { options } => {
            let boxes: Vec<String> = options.iter().map(boxed).collect();
            paragraphs(&boxes.join("　"), Align::Left)
        }
        Content::Statement {
            heading,
            text,
            sign,
        } => {
            let mut made = String::new();
            let mut used = sign.len();
            if let Some(heading) = heading {
                made += &paragraphs(heading, Align::Left);
                used += 1;
            }
            if !text.is_empty() {
                made += &Paragraph::default().indented().xml(&Run::new(text).xml());
                used += lines(text, width, points) + 1;
            }
            // What is signed stands at the foot of the box.
            let line = line_height(1, points).max(1.0);
            let room = ((height / line) as usize).saturating_sub(used + 1);
            made += &Paragraph::default().xml("").repeat(room);
            for line in sign {
                made += &Paragraph::default()
                    .align(Align::Right)
                    .right(twips(6.0))
                    .xml(&Run::new(line).xml());
            }
            if made.is_empty() {
                made = Paragraph::default().xml("");
            }
            made
        }
        Content::Picture {
            picture: None,
            caption,
            ..
        } => paragraphs(caption, Align::Centre),
        Content::Picture {
            picture: Some(n),
            caption,
            width,
            height,
        } => {
            let drawing = drawing(*n, caption, (*width * EMU) as u32, (*height * EMU) as u32);
            Paragraph::default().align(Align::Centre).xml(&drawing)
        }
    }
}

fn drawing(n: usize, caption: &str, width: u32, height: u32) -> String {
    let caption = super::words::escaped(&caption.replace('\n', ""));
    let id = n + 1;
    format!(
        r#"<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/><wp:docPr id="{id}" name="picture{n}" descr="{caption}"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="{id}" name="picture{n}.jpeg"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rIdPicture{n}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"#
    )
}

/// A table whose head repeats on every page.
pub(super) fn table(
    view: &FormView,
    columns: &[TableColumn],
    rows: &[Vec<String>],
    height: f32,
) -> String {
    let shares: Vec<f32> = columns.iter().map(|column| column.width).collect();
    let grid = Grid::new(view, &shares, BORDERS);
    let cells = |texts: &mut dyn Iterator<Item = (usize, String)>| -> String {
        texts
            .map(|(place, inner)| grid.cell((place, 1), "", &inner))
            .collect()
    };
    let head = cells(&mut columns.iter().enumerate().map(|(place, column)| {
        let title = Run::new(&column.title).hei().points(10.5);
        let inner = Paragraph::default().align(Align::Centre).xml(&title.xml());
        (place, inner)
    }));
    let mut made = row(8.0, "<w:cantSplit/><w:tblHeader/>", &head);
    for texts in rows {
        let line = cells(&mut columns.iter().enumerate().map(|(place, column)| {
            let text = texts.get(place).map_or("", String::as_str);
            let align = match column.align {
                form::Align::Centre => Align::Centre,
                form::Align::Left => Align::Left,
                form::Align::Right => Align::Right,
            };
            let run = Run::new(text).song().points(10.5);
            (place, Paragraph::default().align(align).xml(&run.xml()))
        }));
        made += &row(height, "<w:cantSplit/>", &line);
    }
    grid.xml(&made)
}
