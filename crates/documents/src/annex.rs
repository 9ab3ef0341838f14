//! 附件: the form of a pack laid out as the pack describes it, blank or filled.
//!
//! What is stated of the person and the application goes in as [`Stated`]; which field shows which of
//! it is said in one place, [`Stated::answer`]. Rows that do not fit go to an additional sheet (另附表).

mod answers;

use domain::policy::pack::{
    CellContent, Form, FormCell, FormField, FormRow, Input, Signature, SignedBy, Source,
};
use jiff::civil::Date;

use crate::dates;
use crate::form::{
    Block, Cell, Choice, Content, Field, Flow, FormView, GridRow, Mark, Paper, Size, TableColumn,
};
use crate::photo::Photo;

pub use answers::{Answer, Stated, qualifications, sex};

/// Least height of a row of labels and values, millimetres.
const ROW: f32 = 10.0;
/// Least height of the head of a table.
const HEAD: f32 = 9.0;
/// Least height of a row of a table.
const TABLE_ROW: f32 = 12.0;
/// Least height of a box for several lines.
const LINES: f32 = 18.0;
/// The same beside a narrow label, which the official forms draw tall.
const TALL: f32 = 45.0;
/// A label is narrow below this many thousandths of the line.
const NARROW: u32 = 200;
/// Room for the pledge with its signature.
const PLEDGE: f32 = 30.0;
/// Room for a signature by itself.
const SIGNATURE: f32 = 14.0;
/// Room for the only opinion of a form; two share a page.
const OPINION: f32 = 60.0;
/// Room for each of several opinions.
const OPINIONS: f32 = 42.0;
/// A table that is higher may be cut by a page end.
const PAGE: f32 = 200.0;
/// The photo of a form, when the pack does not say: 二寸, millimetres.
const TWO_INCH: (u32, u32) = (35, 49);

/// Whether and how the applicant has signed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Signed {
    /// To be signed by hand.
    #[default]
    OnPaper,
    /// Signed in the system by the applicant's own account.
    Electronically {
        /// Name as signed.
        name: String,
        /// Day of signing.
        on: Date,
    },
}

/// 意见 with room for the seal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opinion {
    /// The opinion, or empty.
    pub text: String,
    /// Date of the opinion, or room to write it.
    pub on: Option<Date>,
}

/// A form of a pack with what is stated on it; [`Stated::default`] leaves it blank.
#[derive(Debug, Clone)]
pub struct Annex<'a> {
    /// The form.
    pub form: &'a Form,
    /// What is filled in.
    pub stated: &'a Stated,
    /// 承诺签名.
    pub signed: Signed,
    /// Opinions by who gives them.
    pub opinions: Vec<(SignedBy, Opinion)>,
    /// Status words to mark the sheet with (已过有效期, 征求意见稿 …).
    pub marks: Vec<String>,
    /// Faint words across every page.
    pub watermark: Option<String>,
}

impl<'a> Annex<'a> {
    /// The form to be filled in by hand.
    pub fn blank(form: &'a Form, stated: &'a Stated, marks: Vec<String>) -> Self {
        Self {
            form,
            stated,
            signed: Signed::OnPaper,
            opinions: Vec::new(),
            marks,
            watermark: None,
        }
    }

    fn size(&self) -> Size {
        match self.form.size.tenth_points() {
            ..=105 => Size::Five,
            106..=120 => Size::SmallFour,
            121..=140 => Size::Four,
            _ => Size::Three,
        }
    }

    /// The printable form.
    pub fn view(&self) -> FormView {
        let mut sheet = Layout::of(self);
        for fields in &self.form.above {
            sheet.above(fields);
        }
        for row in &self.form.rows {
            sheet.row(row);
        }
        sheet.flush();
        sheet.notes();
        sheet.additional();
        FormView {
            annex: Some(self.form.annex.clone()).filter(|annex| !annex.is_empty()),
            title: self.form.title.clone(),
            paper: Paper::of(self.form.landscape),
            size: self.size(),
            marks: self.marks.clone(),
            watermark: self.watermark.clone(),
            blocks: sheet.blocks,
            pictures: sheet.pictures,
            ..FormView::default()
        }
    }
}

/// A table that goes on behind the form.
struct Rest<'a> {
    field: &'a FormField,
    /// How many rows stand on the form.
    shown: usize,
    rows: Vec<Vec<String>>,
}

/// A form while it is laid out.
struct Layout<'a> {
    annex: &'a Annex<'a>,
    blocks: Vec<Block>,
    pictures: Vec<Photo>,
    /// Rows of the grid that is growing.
    grid: Vec<GridRow>,
    /// Rows the grid is still held together by, because a cell reaches down.
    held: u16,
    /// Height of the rows a picture reaches over.
    stretched: (u16, f32),
    rest: Vec<Rest<'a>>,
}

impl<'a> Layout<'a> {
    fn of(annex: &'a Annex<'a>) -> Self {
        Self {
            annex,
            blocks: Vec::new(),
            pictures: Vec::new(),
            grid: Vec::new(),
            held: 0,
            stretched: (0, 0.0),
            rest: Vec::new(),
        }
    }

    fn field(&self, id: &str) -> Option<&'a FormField> {
        self.annex.form.field(id)
    }

    /// A line above the grid: boxes by themselves, otherwise labels with their values.
    fn above(&mut self, ids: &[String]) {
        let fields: Vec<&FormField> = ids.iter().filter_map(|id| self.field(id)).collect();
        if let [one] = fields[..]
            && ticks(one)
        {
            let options = boxes(one, &self.words(one));
            self.blocks.push(Block::Choices { options });
            return;
        }
        let pair = |field: &FormField| {
            let hint = field.hint.as_deref().unwrap_or_default();
            let value = match (field.input, self.words(field).join("、")) {
                (Input::Date, day) if day.is_empty() => dates::BLANK_DATE.to_owned(),
                (_, words) => words,
            };
            (field.label.clone(), format!("{value}{hint}"))
        };
        let fields: Vec<Field> = fields.into_iter().map(pair).map(named).collect();
        let fields = match &fields[..] {
            // By itself it stands at the right.
            [one] => vec![Field::new("", format!("{}：{}", one.label, one.value))],
            _ => fields,
        };
        let widths = fields
            .iter()
            .map(|field| if field.label == "单位" { 2.0 } else { 1.2 })
            .collect();
        self.blocks.push(Block::Line { fields, widths });
    }

    fn words(&self, field: &FormField) -> Vec<String> {
        match self.annex.stated.answer(field) {
            Answer::Words(words) => words,
            Answer::Rows(_) | Answer::Picture(_) => Vec::new(),
        }
    }

    fn row(&mut self, row: &'a FormRow) {
        if let [only] = &row.cells[..] {
            match &only.shows {
                CellContent::Table(id) => return self.table(only, id),
                CellContent::Commitment => return self.pledge(only),
                CellContent::Signature(number) => return self.signature(only, *number),
                _ => {}
            }
        }
        let lines = row.cells.iter().find_map(|cell| match &cell.shows {
            CellContent::Value(id) => self.field(id).filter(|field| field.input == Input::Lines),
            _ => None,
        });
        let alone = lines.is_some() && row.cells.len() <= 2 && self.held == 0;
        if alone {
            self.flush();
        }
        let height = match (&lines, row.cells.first()) {
            (Some(_), Some(label)) if self.share(label) < NARROW => TALL,
            (Some(_), _) => LINES,
            _ => ROW,
        };
        for cell in &row.cells {
            let picture = match &cell.shows {
                CellContent::Value(id) => {
                    self.field(id).filter(|field| field.input == Input::Picture)
                }
                _ => None,
            };
            if let Some(field) = picture {
                let each = (frame(field).1 as f32 + 4.0) / f32::from(cell.rows.max(1));
                self.stretched = (cell.rows, each);
            }
        }
        let height = match &mut self.stretched {
            (0, _) => height,
            (left, each) => {
                *left -= 1;
                height.max(*each)
            }
        };
        let mut cells = Vec::new();
        for cell in &row.cells {
            let content = self.content(cell, alone);
            cells.push(Cell {
                across: cell.span,
                down: cell.rows,
                content,
            });
            self.held = self.held.max(cell.rows);
        }
        self.held = self.held.saturating_sub(1);
        self.grid.push(GridRow::new(height, cells));
        if alone {
            self.push_grid(Flow::Breaks);
        }
    }

    /// Thousandths of the line a cell at the beginning of a row covers.
    fn share(&self, cell: &FormCell) -> u32 {
        let columns = &self.annex.form.columns;
        let covered = columns.iter().take(usize::from(cell.span));
        covered.map(|width| u32::from(*width)).sum()
    }

    fn content(&mut self, cell: &FormCell, alone: bool) -> Content {
        match &cell.shows {
            CellContent::Heading(text) => Content::Label { text: text.clone() },
            CellContent::Label(id) => Content::Label {
                text: self.field(id).map(label).unwrap_or_default(),
            },
            CellContent::Value(id) => match self.field(id) {
                Some(field) => self.value(field, alone),
                None => Content::Value {
                    text: String::new(),
                },
            },
            // The checker lets these stand alone in their row.
            CellContent::Table(_) | CellContent::Commitment | CellContent::Signature(_) => {
                Content::Value {
                    text: String::new(),
                }
            }
        }
    }

    fn value(&mut self, field: &FormField, alone: bool) -> Content {
        match self.annex.stated.answer(field) {
            Answer::Picture(photo) => {
                let (width, height) = frame(field);
                let picture = photo.map(|photo| {
                    self.pictures.push(photo);
                    self.pictures.len() - 1
                });
                Content::Picture {
                    picture,
                    caption: label(field),
                    width: width as f32,
                    height: height as f32,
                }
            }
            Answer::Words(words) if ticks(field) => Content::Boxes {
                options: boxes(field, &words),
            },
            Answer::Words(words) if field.input == Input::Lines => {
                let text = words.join("\n");
                match alone {
                    true => Content::Prose { text },
                    false => Content::Value { text },
                }
            }
            Answer::Words(words) => Content::Value {
                text: words.join("、"),
            },
            Answer::Rows(rows) => Content::Value {
                text: rows.concat().join("、"),
            },
        }
    }

    /// A table: its label over head and rows, or, without one, a table whose head repeats.
    fn table(&mut self, cell: &FormCell, id: &str) {
        self.flush();
        let Some(field) = self.field(id) else { return };
        let form = self.annex.form;
        let mut rows = match self.annex.stated.answer(field) {
            Answer::Rows(rows) => rows,
            Answer::Words(_) | Answer::Picture(_) => Vec::new(),
        };
        let blank = usize::from(field.blank_rows.max(1));
        if form.overflow_sheet && rows.len() > blank && field.source != Source::BatchRows {
            let more = rows.split_off(blank);
            self.rest.push(Rest {
                field,
                shown: blank,
                rows: more,
            });
        }
        while rows.len() < blank {
            let number = (rows.len() + 1).to_string();
            let empty = field.columns.iter().map(|column| match column.source {
                Source::RowNumber => number.clone(),
                _ => String::new(),
            });
            rows.push(empty.collect());
        }
        let spans: u16 = field.columns.iter().map(|column| column.span).sum();
        let before = cell.span.saturating_sub(spans);
        if before == 0 {
            self.blocks.push(Block::Table {
                columns: table_columns(field, &form.columns),
                rows,
                row_height: 9.5,
            });
            return;
        }
        let down = u16::try_from(rows.len() + 1).unwrap_or(u16::MAX);
        let mut head = vec![Cell::label(label(field), before).down(down)];
        head.extend(
            field
                .columns
                .iter()
                .map(|column| Cell::label(hinted(&column.label, &column.hint), column.span)),
        );
        self.grid.push(GridRow::new(HEAD, head));
        for row in rows {
            let cells = row
                .into_iter()
                .zip(&field.columns)
                .map(|(text, column)| Cell::value(text, column.span));
            self.grid.push(GridRow::new(TABLE_ROW, cells.collect()));
        }
        let width = Paper::of(form.landscape).width();
        let points = self.annex.size().points();
        let high = crate::measure::height(&self.grid, &self.shares(), width, points);
        let flow = match high > PAGE {
            true => Flow::Breaks,
            false => Flow::Whole,
        };
        self.push_grid(flow);
    }

    fn pledge(&mut self, cell: &FormCell) {
        self.flush();
        let form = self.annex.form;
        let applicant = form
            .signatures
            .iter()
            .position(|one| one.by == SignedBy::Applicant);
        // Where the signature has a place of its own, it is not asked for twice.
        let elsewhere = form.rows.iter().flat_map(|row| &row.cells).any(|cell| {
            matches!(cell.shows, CellContent::Signature(n) if Some(usize::from(n)) == applicant)
        });
        let sign = match applicant.and_then(|place| form.signatures.get(place)) {
            Some(one) if !elsewhere => vec![self.signing(one)],
            _ => Vec::new(),
        };
        let height = if sign.is_empty() { SIGNATURE } else { PLEDGE };
        let content = Content::Statement {
            heading: None,
            text: form.commitment.clone().unwrap_or_default(),
            sign,
        };
        self.statement(cell, height, content);
    }

    /// 申请人签名：　　　　年　　月　　日
    fn signing(&self, one: &Signature) -> String {
        let (name, day) = match &self.annex.signed {
            Signed::OnPaper => ("　　　　　　　　".to_owned(), dates::BLANK_DATE.to_owned()),
            Signed::Electronically { name, on } => (format!("{name}　　"), dates::long(*on)),
        };
        let day = if one.dated { day } else { String::new() };
        format!("{}：{name}{day}", one.label)
    }

    fn signature(&mut self, cell: &FormCell, number: u16) {
        self.flush();
        let signatures = &self.annex.form.signatures;
        let Some(one) = signatures.get(usize::from(number)) else {
            return;
        };
        if one.by == SignedBy::Applicant {
            let content = Content::Statement {
                heading: None,
                text: String::new(),
                sign: vec![self.signing(one)],
            };
            return self.statement(cell, SIGNATURE, content);
        }
        let given = self.annex.opinions.iter().find(|(by, _)| *by == one.by);
        let opinion = given
            .map(|(_, opinion)| opinion.clone())
            .unwrap_or_default();
        let mut sign = Vec::new();
        if one.seal {
            sign.push("盖　章".to_owned());
        }
        if one.dated {
            sign.push(dates::long_or_blank(opinion.on));
        }
        let opinions = signatures.iter().filter(|one| one.opinion).count();
        let height = match (one.opinion, opinions) {
            (false, _) => PLEDGE,
            (true, ..=1) => OPINION,
            (true, _) => OPINIONS,
        };
        let content = Content::Statement {
            heading: Some(format!("{}：", one.label)),
            text: opinion.text,
            sign,
        };
        self.statement(cell, height, content);
    }

    fn statement(&mut self, cell: &FormCell, height: f32, content: Content) {
        let cell = Cell {
            across: cell.span,
            down: 1,
            content,
        };
        self.grid.push(GridRow::new(height, vec![cell]));
        self.push_grid(Flow::Whole);
    }

    fn shares(&self) -> Vec<f32> {
        let columns = &self.annex.form.columns;
        columns.iter().map(|width| f32::from(*width)).collect()
    }

    fn flush(&mut self) {
        self.push_grid(Flow::Breaks);
    }

    fn push_grid(&mut self, flow: Flow) {
        let rows = std::mem::take(&mut self.grid);
        if !rows.is_empty() {
            self.blocks.push(Block::Grid {
                columns: self.shares(),
                rows,
                flow,
            });
        }
    }

    fn notes(&mut self) {
        match &self.annex.form.notes[..] {
            [] => {}
            [one] => self.blocks.push(Block::Remark {
                text: format!("注：{}", one.text),
            }),
            several => self.blocks.push(Block::Notes {
                heading: "填表说明".to_owned(),
                items: several.iter().map(|note| note.text.clone()).collect(),
            }),
        }
    }

    /// 另附表: what did not fit, each table with its own head, signed again.
    fn additional(&mut self) {
        if self.rest.is_empty() {
            return;
        }
        let form = self.annex.form;
        let title = form.title.last().map_or("", String::as_str);
        self.blocks.push(Block::NewPage);
        self.blocks.push(Block::Heading {
            text: format!("{title}另附表（姓名：{}）", self.annex.stated.profile.name),
        });
        for rest in std::mem::take(&mut self.rest) {
            self.blocks.push(Block::Heading {
                text: format!("{}（续，第{}行起）", rest.field.label, rest.shown + 1),
            });
            self.blocks.push(Block::Table {
                columns: table_columns(rest.field, &form.columns),
                rows: rest.rows,
                row_height: 11.0,
            });
        }
        let applicant = form
            .signatures
            .iter()
            .find(|one| one.by == SignedBy::Applicant);
        if let Some(one) = applicant {
            let lines = match &self.annex.signed {
                Signed::OnPaper => vec![
                    format!("{}：　　　　　　", one.label),
                    dates::BLANK_DATE.to_owned(),
                ],
                Signed::Electronically { name, on } => {
                    vec![format!("{}：{name}", one.label), dates::long(*on)]
                }
            };
            self.blocks.push(Block::Closing { lines });
        }
    }
}

fn named((label, value): (String, String)) -> Field {
    Field { label, value }
}

fn hinted(label: &str, hint: &Option<String>) -> String {
    match hint {
        Some(hint) => format!("{label}\n{hint}"),
        None => label.to_owned(),
    }
}

fn label(field: &FormField) -> String {
    hinted(&field.label, &field.hint)
}

fn ticks(field: &FormField) -> bool {
    matches!(field.input, Input::TickOne | Input::TickSeveral)
}

fn boxes(field: &FormField, ticked: &[String]) -> Vec<Choice> {
    let choice = |label: &String| Choice {
        label: label.clone(),
        mark: match ticked.contains(label) {
            true => Mark::Ticked,
            false => Mark::Blank,
        },
    };
    field.choices.iter().map(choice).collect()
}

/// Width and height of a picture, millimetres.
fn frame(field: &FormField) -> (u32, u32) {
    let sizes = field.picture.as_ref().map(|rules| &rules.sizes);
    sizes
        .and_then(|sizes| sizes.first())
        .copied()
        .unwrap_or(TWO_INCH)
}

/// The columns of a table by itself, as wide as in the grid.
fn table_columns(field: &FormField, grid: &[u16]) -> Vec<TableColumn> {
    let spans: u16 = field.columns.iter().map(|column| column.span).sum();
    // Behind the label, where the form has one beside the table.
    let mut place = grid.len().saturating_sub(usize::from(spans));
    let column = |column: &domain::policy::pack::FormColumn| {
        let covered = grid.iter().skip(place).take(usize::from(column.span));
        let width: u16 = covered.sum();
        place += usize::from(column.span);
        let title = hinted(&column.label, &column.hint);
        match column.source {
            Source::Name
            | Source::Sex
            | Source::RowNumber
            | Source::IdentityNumber
            | Source::TitleOrSkill
            | Source::Contact => TableColumn::centre(title, f32::from(width)),
            _ => TableColumn::left(title, f32::from(width)),
        }
    };
    field.columns.iter().map(column).collect()
}

#[cfg(test)]
mod tests;
