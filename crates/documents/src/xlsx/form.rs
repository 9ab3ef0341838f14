//! A printed form as a sheet: every block of a [`FormView`] laid on one ruler of columns, merged where
//! blocks of different columns meet, ready to be printed on A4.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Image, Workbook, Worksheet, XlsxError};

use super::{WorkbookError, safe_text};
use crate::form::{
    Align, Block, Cell, Content, Field, FormView, GridRow, Paper, Slot, TableColumn, slots,
};
use crate::measure::{boxed, heights, line_height, lines, statement, words};

/// Ruler marks nearer than this share of the line are one.
const NEAR: f32 = 0.008;
/// Points of a millimetre.
const POINTS: f64 = 2.834_65;
/// Pixels of a millimetre on a sheet.
const PIXELS: f64 = 3.78;
/// Highest row a sheet has, points.
const HIGHEST: f64 = 409.0;

/// The sheet of a form.
///
/// # Errors
/// [`WorkbookError`] when the workbook cannot be made.
pub fn form(view: &FormView) -> Result<Vec<u8>, WorkbookError> {
    let mut workbook = Workbook::new();
    let mut page = Page::new(view, workbook.add_worksheet())?;
    page.head()?;
    for block in &view.blocks {
        page.block(block)?;
    }
    page.close()?;
    Ok(workbook.save_to_buffer()?)
}

/// Positions, as shares of the line, where some block has a border between columns.
struct Ruler(Vec<f32>);

impl Ruler {
    fn of(view: &FormView) -> Self {
        let mut marks = vec![0.0, 1.0];
        for block in &view.blocks {
            marks.extend(edges(&shares(block)));
        }
        marks.sort_by(f32::total_cmp);
        let mut kept: Vec<f32> = Vec::new();
        for mark in marks {
            if kept.last().is_none_or(|last| mark - last > NEAR) {
                kept.push(mark);
            }
        }
        // The end of the line is the end, whatever came near to it.
        if let Some(last) = kept.last_mut() {
            *last = 1.0;
        }
        Self(kept)
    }

    /// Columns of the sheet.
    fn columns(&self) -> usize {
        self.0.len().saturating_sub(1).max(1)
    }

    /// The mark nearest to a position.
    fn at(&self, position: f32) -> usize {
        let near = self
            .0
            .iter()
            .enumerate()
            .min_by(|(_, a), (_, b)| (*a - position).abs().total_cmp(&(*b - position).abs()));
        near.map_or(0, |(place, _)| place)
    }

    /// First and last column of the sheet for some columns of a block.
    fn span(&self, shares: &[f32], first: usize, across: usize) -> (u16, u16) {
        let edges = edges(shares);
        let edge = |place: usize| edges.get(place).copied().unwrap_or(1.0);
        let from = self.at(edge(first)).min(self.columns() - 1);
        let to = self.at(edge(first + across)).max(from + 1) - 1;
        (column(from), column(to))
    }
}

/// Rows of the sheet that together are so high: what is higher than one may be would not be printed.
fn rows_of(millimetres: f32) -> u32 {
    (f64::from(millimetres) * POINTS / HIGHEST).ceil().max(1.0) as u32
}

fn column(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

/// The columns of a block, in shares.
fn shares(block: &Block) -> Vec<f32> {
    match block {
        Block::Line { widths, .. } => widths.clone(),
        Block::Grid { columns, .. } => columns.clone(),
        Block::Table { columns, .. } => columns.iter().map(|column| column.width).collect(),
        Block::Facts { .. } => vec![1.0, 1.0],
        Block::Signatures { places } => vec![1.0; places.len()],
        _ => Vec::new(),
    }
}

/// Where columns begin and end, from 0 to 1.
fn edges(shares: &[f32]) -> Vec<f32> {
    let sum: f32 = shares.iter().sum::<f32>().max(f32::EPSILON);
    let mut at = 0.0;
    let mut edges = vec![0.0];
    for share in shares {
        at += share / sum;
        edges.push(at);
    }
    edges
}

/// A sheet while it is filled, from the top.
struct Page<'a> {
    view: &'a FormView,
    sheet: &'a mut Worksheet,
    ruler: Ruler,
    row: u32,
    /// Rows of the only table's head, repeated on every page.
    head: Option<u32>,
    tables: usize,
    /// Rows that begin a page.
    breaks: Vec<u32>,
}

impl<'a> Page<'a> {
    fn new(view: &'a FormView, sheet: &'a mut Worksheet) -> Result<Self, XlsxError> {
        sheet.set_name("表")?;
        let ruler = Ruler::of(view);
        let width = view.paper.width();
        for (place, pair) in ruler.0.windows(2).enumerate() {
            if let [from, to] = pair {
                let pixels = f64::from((to - from) * width) * PIXELS;
                sheet.set_column_width_pixels(column(place), pixels.round() as u32)?;
            }
        }
        Ok(Self {
            view,
            sheet,
            ruler,
            row: 0,
            head: None,
            tables: 0,
            breaks: Vec::new(),
        })
    }

    fn face(&self, name: &str, points: f32) -> Format {
        Format::new()
            .set_font_name(name)
            .set_font_size(f64::from(points))
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter)
            .set_num_format("@")
    }

    fn body(&self) -> Format {
        self.face("仿宋", self.view.size.points())
    }

    /// Text over columns of this row, merged when there are several.
    fn put(
        &mut self,
        (first, last): (u16, u16),
        down: u32,
        text: &str,
        format: &Format,
    ) -> Result<(), XlsxError> {
        let text = safe_text(text);
        let below = self.row + down.max(1) - 1;
        if first == last && below == self.row {
            self.sheet
                .write_string_with_format(self.row, first, text, format)?;
        } else {
            self.sheet
                .merge_range(self.row, first, below, last, "", format)?;
            self.sheet
                .write_string_with_format(self.row, first, text, format)?;
        }
        Ok(())
    }

    /// Goes on below what is so high.
    fn below(&mut self, millimetres: f32) -> Result<(), XlsxError> {
        let rows = rows_of(millimetres);
        let points = f64::from(millimetres) * POINTS / f64::from(rows);
        for _ in 0..rows {
            self.sheet.set_row_height(self.row, points)?;
            self.row += 1;
        }
        Ok(())
    }

    /// A text over the whole line.
    fn whole(&mut self, text: &str, format: &Format, points: f32) -> Result<(), XlsxError> {
        let last = column(self.ruler.columns() - 1);
        let count = lines(text, self.view.paper.width(), points);
        let high = line_height(count, points) + 2.0;
        self.put((0, last), rows_of(high), text, format)?;
        self.below(high)
    }

    fn head(&mut self) -> Result<(), XlsxError> {
        let centred = |format: Format| format.set_align(FormatAlign::Center);
        if let Some(annex) = &self.view.annex {
            let face = self.face("黑体", 14.0);
            self.whole(annex, &face, 14.0)?;
        }
        if !self.view.marks.is_empty() {
            let face = centred(self.face("黑体", 12.0));
            self.whole(&self.view.marks.join("　　"), &face, 12.0)?;
        }
        if let Some(words) = &self.view.watermark {
            let face = centred(self.face("黑体", 12.0));
            self.whole(words, &face, 12.0)?;
        }
        let face = centred(self.face("宋体", 18.0).set_bold());
        self.whole(&self.view.title.join("\n"), &face, 18.0)
    }

    fn block(&mut self, block: &Block) -> Result<(), XlsxError> {
        let points = self.view.size.points();
        let body = self.body();
        let centred = body.clone().set_align(FormatAlign::Center);
        let right = body.clone().set_align(FormatAlign::Right);
        match block {
            Block::Choices { options } => {
                let boxes: Vec<String> = options.iter().map(boxed).collect();
                self.whole(&boxes.join("　　"), &centred, points)
            }
            Block::Line { fields, widths } => self.line(fields, widths),
            Block::Grid { columns, rows, .. } => self.grid(columns, rows),
            Block::Table {
                columns,
                rows,
                row_height,
            } => self.table(columns, rows, *row_height),
            Block::Heading { text } => {
                let face = self.face("黑体", points + 1.0);
                self.whole(text, &face, points + 1.0)
            }
            Block::Paragraph { text } => self.whole(&format!("　　{text}"), &body, points),
            Block::Facts { fields } => fields
                .chunks(2)
                .try_for_each(|pair| self.line(pair, &vec![1.0; pair.len()])),
            Block::Digest { label, hex } => self.whole(&format!("{label}：{hex}"), &body, points),
            Block::Code { lines, .. } => self.whole(&lines.join("\n"), &body, points),
            Block::Signatures { places } => {
                let place = |place: &String| Field::new(place, "\n\n　　年　　月　　日");
                let fields: Vec<Field> = places.iter().map(place).collect();
                self.line(&fields, &vec![1.0; fields.len()])
            }
            Block::Closing { lines } => lines
                .iter()
                .try_for_each(|line| self.whole(line, &right, points)),
            Block::Notes { heading, items } => {
                let small = self.face("仿宋", 10.5);
                self.whole(&format!("{heading}："), &small, 10.5)?;
                (1..)
                    .zip(items)
                    .try_for_each(|(n, item)| self.whole(&format!("{n}．{item}"), &small, 10.5))
            }
            Block::Remark { text } => {
                let face = self.face("楷体", points);
                self.whole(text, &face, points)
            }
            Block::Page { caption, note, .. } => {
                let small = self.face("仿宋", 9.0);
                self.whole(&format!("{caption}\n{note}"), &small, 9.0)
            }
            Block::NewPage => {
                self.breaks.push(self.row);
                Ok(())
            }
        }
    }

    fn line(&mut self, fields: &[Field], widths: &[f32]) -> Result<(), XlsxError> {
        let points = self.view.size.points();
        let (body, mut most) = (self.body(), 1);
        let sum: f32 = widths.iter().sum::<f32>().max(f32::EPSILON);
        let mut texts = Vec::new();
        for (place, field) in fields.iter().enumerate() {
            let (text, format) = match field.label.as_str() {
                "" => (
                    field.value.clone(),
                    body.clone().set_align(FormatAlign::Right),
                ),
                label => (format!("{label}：{}", field.value), body.clone()),
            };
            let share = widths.get(place).copied().unwrap_or_default() / sum;
            most = most.max(lines(&text, share * self.view.paper.width(), points));
            texts.push((text, format));
        }
        let high = line_height(most, points) + 2.5;
        for (place, (text, format)) in texts.iter().enumerate() {
            let span = self.ruler.span(widths, place, 1);
            self.put(span, rows_of(high), text, format)?;
        }
        self.below(high)
    }

    fn grid(&mut self, columns: &[f32], rows: &[GridRow]) -> Result<(), XlsxError> {
        let points = self.view.size.points();
        let high = heights(rows, columns, self.view.paper.width(), points);
        let taken: Vec<u32> = high.iter().map(|high| rows_of(*high)).collect();
        let slots = slots(rows, columns.len());
        for (row, (places, high)) in slots.into_iter().zip(high).enumerate() {
            for place in places {
                if let Slot::Begins(first, cell) = place {
                    let span = self.ruler.span(columns, first, usize::from(cell.across));
                    let reached = taken.iter().skip(row).take(usize::from(cell.down.max(1)));
                    self.cell(span, reached.sum(), cell)?;
                }
            }
            self.below(high)?;
        }
        Ok(())
    }

    /// A cell over this many rows of the sheet.
    fn cell(&mut self, span: (u16, u16), down: u32, cell: &Cell) -> Result<(), XlsxError> {
        let bordered = self.body().set_border(FormatBorder::Thin);
        let format = match &cell.content {
            Content::Label { .. } | Content::Value { .. } | Content::Picture { .. } => {
                bordered.set_align(FormatAlign::Center)
            }
            Content::Prose { .. } => bordered.set_align(FormatAlign::Top),
            Content::Boxes { .. } | Content::Statement { .. } => {
                bordered.set_align(FormatAlign::Left)
            }
        };
        let text = match &cell.content {
            Content::Statement {
                heading,
                text,
                sign,
            } => {
                // Signed at the right.
                let sign = sign.iter().map(|line| format!("{}{line}", "　".repeat(20)));
                statement(heading.as_deref(), text, sign)
            }
            content => words(content),
        };
        self.put(span, down, &text, &format)?;
        if let Content::Picture {
            picture: Some(n),
            width,
            height,
            caption,
        } = &cell.content
            && let Some(photo) = self.view.pictures.get(*n)
        {
            let image = Image::new_from_buffer(photo.jpeg())?
                .set_scale_to_size(
                    f64::from(*width) * PIXELS,
                    f64::from(*height) * PIXELS,
                    true,
                )
                .set_alt_text(caption.replace('\n', ""));
            self.sheet
                .insert_image_with_offset(self.row, span.0, &image, 6, 4)?;
        }
        Ok(())
    }

    fn table(
        &mut self,
        columns: &[TableColumn],
        rows: &[Vec<String>],
        least: f32,
    ) -> Result<(), XlsxError> {
        let shares: Vec<f32> = columns.iter().map(|column| column.width).collect();
        let sum: f32 = shares.iter().sum::<f32>().max(f32::EPSILON);
        let width = self.view.paper.width();
        let room =
            |place: usize| shares.get(place).map_or(width, |share| share / sum * width) - 3.0;
        let text = self.face("宋体", 10.5).set_border(FormatBorder::Thin);
        let centred = text.clone().set_align(FormatAlign::Center);
        let head = self
            .face("黑体", 10.5)
            .set_border(FormatBorder::Thin)
            .set_align(FormatAlign::Center);
        self.tables += 1;
        self.head = (self.tables == 1).then_some(self.row);
        let titles: Vec<String> = columns.iter().map(|column| column.title.clone()).collect();
        let all = std::iter::once((&titles, true)).chain(rows.iter().map(|row| (row, false)));
        for (texts, is_head) in all {
            let words = |place: usize| texts.get(place).map_or("", String::as_str);
            let needed = (0..columns.len()).map(|place| lines(words(place), room(place), 10.5));
            let most = needed.max().unwrap_or(1);
            let high = (line_height(most, 10.5) + 2.0).max(least);
            for (place, one) in columns.iter().enumerate() {
                let format = match (is_head, one.align) {
                    (true, _) => &head,
                    (false, Align::Centre) => &centred,
                    (false, Align::Left | Align::Right) => &text,
                };
                let span = self.ruler.span(&shares, place, 1);
                self.put(span, rows_of(high), words(place), format)?;
            }
            self.below(high)?;
        }
        Ok(())
    }

    /// Paper, margins, page numbers.
    fn close(self) -> Result<(), XlsxError> {
        let sheet = self.sheet;
        if self.view.paper == Paper::Landscape {
            sheet.set_landscape();
        }
        let margin = f64::from(self.view.paper.margin()) / 25.4;
        sheet.set_paper_size(9);
        sheet.set_margins(margin, margin, 20.0 / 25.4, 18.0 / 25.4, 0.3, 0.3);
        sheet.set_print_fit_to_pages(1, 0);
        sheet.set_print_center_horizontally(true);
        sheet.set_page_breaks(&self.breaks)?;
        if let Some(head) = self.head {
            sheet.set_repeat_rows(head, head)?;
        }
        let foot = match &self.view.footer {
            Some(words) => format!("&L{}&C第 &P 页　共 &N 页", words.replace('&', "&&")),
            None => "&C第 &P 页　共 &N 页".to_owned(),
        };
        sheet.set_footer(foot);
        Ok(())
    }
}
