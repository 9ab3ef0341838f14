//! A printed form as data: any city's annex, table or record can be said in these blocks, so a pack
//! can bring a form of its own without a template of its own.
//!
//! Lengths are millimetres on the page; a grid column of width `n` is `n` shares of what is left.

use serde::Serialize;

use crate::pages::Pages;
use crate::pdf::{Printable, Template};
use crate::photo::Photo;

/// A whole document made of blocks, printed on A4.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FormView {
    /// 附件 1, printed left above the title.
    pub annex: Option<String>,
    /// Title lines, centred.
    pub title: Vec<String>,
    /// Which way the sheet lies.
    pub paper: Paper,
    /// Size of body text.
    pub size: Size,
    /// Status words printed as a marked line on every page: 已过有效期, 征求意见稿, 演练 ….
    pub marks: Vec<String>,
    /// Faint words across every page, e.g. 演练.
    pub watermark: Option<String>,
    /// The content, top to bottom.
    pub blocks: Vec<Block>,
    /// One line at the foot of every page beside the page number, e.g. a verification code.
    pub footer: Option<String>,
    /// Pictures that cells show, by their place.
    #[serde(skip)]
    pub pictures: Vec<Photo>,
    /// Foreign files of which pages are shown, by their place.
    #[serde(skip)]
    pub pages: Vec<Pages>,
}

/// Orientation of an A4 sheet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// 纵向
    #[default]
    Portrait,
    /// 横向
    Landscape,
}

impl Paper {
    /// Across or not.
    pub const fn of(landscape: bool) -> Self {
        match landscape {
            true => Self::Landscape,
            false => Self::Portrait,
        }
    }

    /// Margins left and right, millimetres.
    pub const fn margin(self) -> f32 {
        match self {
            Self::Portrait => 22.0,
            Self::Landscape => 18.0,
        }
    }

    /// Width and height of the sheet, millimetres.
    pub const fn sheet(self) -> (f32, f32) {
        match self {
            Self::Portrait => (210.0, 297.0),
            Self::Landscape => (297.0, 210.0),
        }
    }

    /// Width between the margins, millimetres.
    pub const fn width(self) -> f32 {
        self.sheet().0 - 2.0 * self.margin()
    }
}

/// Size of body text by its Chinese name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// 小四, 12 pt
    #[default]
    SmallFour,
    /// 五号, 10.5 pt
    Five,
    /// 四号, 14 pt
    Four,
    /// 三号, 16 pt
    Three,
}

impl Size {
    /// Points.
    pub const fn points(self) -> f32 {
        match self {
            Self::Three => 16.0,
            Self::Four => 14.0,
            Self::SmallFour => 12.0,
            Self::Five => 10.5,
        }
    }
}

/// One piece of a form.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Block {
    /// Tick boxes in one centred line (入库方式).
    Choices {
        /// The boxes.
        options: Vec<Choice>,
    },
    /// Label and value pairs in one line without borders (单位、填报人、联系电话、日期).
    Line {
        /// The pairs, left to right.
        fields: Vec<Field>,
        /// Width of each in shares of the line.
        widths: Vec<f32>,
    },
    /// Bordered cells with spans. Grids that follow one another share their border.
    Grid {
        /// Column widths in shares.
        columns: Vec<f32>,
        /// Rows, top to bottom.
        rows: Vec<GridRow>,
        /// Whether the grid may be cut by a page end.
        flow: Flow,
    },
    /// A table whose header repeats on every page.
    Table {
        /// Columns, left to right.
        columns: Vec<TableColumn>,
        /// Texts of the cells, one inner list per row.
        rows: Vec<Vec<String>>,
        /// Least height of a row in millimetres (0 = as high as its text).
        row_height: f32,
    },
    /// A numbered or named section heading.
    Heading {
        /// Its words.
        text: String,
    },
    /// A paragraph with first-line indent.
    Paragraph {
        /// Its words.
        text: String,
    },
    /// Label–value pairs in two columns without borders.
    Facts {
        /// The pairs.
        fields: Vec<Field>,
    },
    /// A digest or key, set in equal-width letters in groups of eight.
    Digest {
        /// What it is.
        label: String,
        /// Lower hexadecimal text.
        hex: String,
    },
    /// A square code with lines of text beside it.
    Code {
        /// SVG document of the square code.
        svg: String,
        /// Lines beside it; the first is set larger.
        lines: Vec<String>,
    },
    /// Places to sign, side by side, each with its own date line.
    Signatures {
        /// Who signs.
        places: Vec<String>,
    },
    /// Right-aligned closing lines: body, date.
    Closing {
        /// Lines, top to bottom.
        lines: Vec<String>,
    },
    /// 填表说明 and the like, numbered, small.
    Notes {
        /// Heading, e.g. 填表说明.
        heading: String,
        /// Items without their number.
        items: Vec<String>,
    },
    /// A short remark in 楷体.
    Remark {
        /// Its words.
        text: String,
    },
    /// A page of a foreign file, on a sheet of its own that lies as the page does.
    Page {
        /// What it is, in a line above it.
        caption: String,
        /// What the file is known by, smaller.
        note: String,
        /// Which of the view's files.
        file: usize,
        /// Which of the file's pages shown, from 1.
        page: usize,
        /// Which way the sheet lies.
        paper: Paper,
    },
    /// Starts a new page.
    NewPage,
}

/// Whether a grid may be cut by a page end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// Stays on one page (moves to the next when it does not fit).
    #[default]
    Whole,
    /// May be cut between its rows.
    Breaks,
}

/// A tick box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Its words.
    pub label: String,
    /// Whether it is ticked.
    pub mark: Mark,
}

/// State of a tick box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Ticked.
    Ticked,
    /// Left empty.
    Blank,
}

/// The boxes `options`, with the one equal to `chosen` ticked.
pub fn choices<'a>(
    options: impl IntoIterator<Item = &'a str>,
    chosen: Option<&str>,
) -> Vec<Choice> {
    let choice = |label: &str| Choice {
        label: label.to_owned(),
        mark: if chosen == Some(label) {
            Mark::Ticked
        } else {
            Mark::Blank
        },
    };
    options.into_iter().map(choice).collect()
}

/// A label with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// 标签
    pub label: String,
    /// 内容; empty leaves room to write.
    pub value: String,
}

impl Field {
    /// A label with its value.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Field {
            label: label.into(),
            value: value.into(),
        }
    }
}

/// A row of a grid.
#[derive(Debug, Clone, Serialize)]
pub struct GridRow {
    /// Least height in millimetres.
    pub height: f32,
    /// Its cells, left to right, without the places covered by spans from above.
    pub cells: Vec<Cell>,
}

/// A bordered cell.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    /// Columns covered, at least 1.
    pub across: u16,
    /// Rows covered, at least 1.
    pub down: u16,
    /// What it holds.
    pub content: Content,
}

/// What a grid cell holds.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Content {
    /// A printed label, centred.
    Label {
        /// Its words; line breaks are kept.
        text: String,
    },
    /// What was filled in, centred when short, left when long.
    Value {
        /// Its words.
        text: String,
    },
    /// Longer text from the upper left.
    Prose {
        /// Its words; line breaks are kept.
        text: String,
    },
    /// Tick boxes in a row.
    Boxes {
        /// The boxes.
        options: Vec<Choice>,
    },
    /// A statement with lines to sign at the lower right (承诺、单位意见).
    Statement {
        /// Words above, e.g. 单位意见：.
        heading: Option<String>,
        /// The statement itself; empty leaves room.
        text: String,
        /// Lines at the lower right: 盖章, a date ….
        sign: Vec<String>,
    },
    /// A picture, or room for one.
    Picture {
        /// Which of the view's pictures; none leaves room.
        picture: Option<usize>,
        /// What belongs there.
        caption: String,
        /// Width in millimetres.
        width: f32,
        /// Height in millimetres.
        height: f32,
    },
}

impl Cell {
    /// A label over `across` columns.
    pub fn label(text: impl Into<String>, across: u16) -> Self {
        Cell {
            across,
            down: 1,
            content: Content::Label { text: text.into() },
        }
    }

    /// A filled-in value over `across` columns.
    pub fn value(text: impl Into<String>, across: u16) -> Self {
        Cell {
            across,
            down: 1,
            content: Content::Value { text: text.into() },
        }
    }

    /// The same cell over `down` rows.
    #[must_use]
    pub fn down(mut self, down: u16) -> Self {
        self.down = down;
        self
    }
}

impl GridRow {
    /// A row at least `height` millimetres high.
    pub fn new(height: f32, cells: Vec<Cell>) -> Self {
        GridRow { height, cells }
    }
}

/// A column of a table.
#[derive(Debug, Clone, Serialize)]
pub struct TableColumn {
    /// 表头
    pub title: String,
    /// Width in shares.
    pub width: f32,
    /// How its cells are set.
    pub align: Align,
}

/// Horizontal place of a cell's text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Middle.
    #[default]
    Centre,
    /// From the left, for longer text.
    Left,
    /// To the right, for numbers.
    Right,
}

impl TableColumn {
    /// A centred column.
    pub fn centre(title: impl Into<String>, width: f32) -> Self {
        TableColumn {
            title: title.into(),
            width,
            align: Align::Centre,
        }
    }

    /// A column of longer text.
    pub fn left(title: impl Into<String>, width: f32) -> Self {
        TableColumn {
            title: title.into(),
            width,
            align: Align::Left,
        }
    }

    /// A column of numbers.
    pub fn right(title: impl Into<String>, width: f32) -> Self {
        TableColumn {
            title: title.into(),
            width,
            align: Align::Right,
        }
    }
}

impl Printable for FormView {
    fn template(&self) -> Template {
        Template::Form
    }

    fn title(&self) -> String {
        self.title.concat()
    }

    fn pictures(&self) -> &[Photo] {
        &self.pictures
    }

    fn pages(&self) -> &[Pages] {
        &self.pages
    }
}

/// A place of a grid's row, from left to right.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Slot<'a> {
    /// A cell begins at this column.
    Begins(usize, &'a Cell),
    /// A cell from above reaches here: its first column and how many it covers.
    Covered(usize, usize),
}

/// What stands in each row of a grid of `columns` columns, places covered from above included.
pub(crate) fn slots(rows: &[GridRow], columns: usize) -> Vec<Vec<Slot<'_>>> {
    // First column, columns, rows left.
    let mut reaching: Vec<(usize, usize, u16)> = Vec::new();
    let mut all = Vec::new();
    for row in rows {
        let mut places = Vec::new();
        let mut begun = Vec::new();
        let mut cells = row.cells.iter();
        let mut at = 0;
        while at < columns {
            if let Some((first, across, left)) =
                reaching.iter_mut().find(|(first, _, _)| *first == at)
            {
                places.push(Slot::Covered(*first, *across));
                at += (*across).max(1);
                *left -= 1;
                continue;
            }
            let Some(cell) = cells.next() else { break };
            let across = usize::from(cell.across.max(1)).min(columns - at);
            places.push(Slot::Begins(at, cell));
            if cell.down > 1 {
                begun.push((at, across, cell.down - 1));
            }
            at += across;
        }
        reaching.retain(|(_, _, left)| *left > 0);
        reaching.extend(begun);
        all.push(places);
    }
    all
}
