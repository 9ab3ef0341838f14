//! Rosters: the summary list of DG 附件2 or any fuller list of experts, read by the words in its
//! header. Everything wrong is reported at once; nothing is written anywhere.

mod cells;
mod field;
mod header;
mod problem;
mod ranks;
mod row;

use std::collections::HashMap;

use domain::contact::{Email, Landline, Mobile};
use domain::explain::Explain;
use domain::identity::IdentityNumber;
use domain::person::Profile;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use field::Field;
pub use header::Preface;
pub use problem::{RowProblem, Severity};
pub use ranks::RosterVocabulary;

use crate::table::{
    Cell, Choose, Row, Sheet, TableError, TableReader, TableSink, Value, column_name,
};
use problem::Complaint;

/// Sheets tried when the first holds no list.
const SHEETS_TRIED: usize = 8;

/// A roster as read.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// The sheet it stands on.
    pub sheet: String,
    /// What stands above the header.
    pub preface: Preface,
    /// Columns that were understood, left to right.
    pub columns: Vec<Column>,
    /// Columns that were not understood and not read.
    pub dropped: Vec<Column>,
    /// Rows without errors, in the order of the file.
    pub rows: Vec<RosterRow>,
    /// Rows with at least one error, as they stand in the file.
    pub rejected: Vec<RejectedRow>,
    /// Everything found, by row.
    pub problems: Vec<RowProblem>,
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its index, from 0 (A).
    pub index: u16,
    /// Its head in the file.
    pub head: String,
    /// What it means, when that is known.
    pub field: Option<Field>,
}

/// An expert as a roster states him.
#[derive(Debug, Clone, Default)]
pub struct RosterRow {
    /// Row number in the file.
    pub number: u32,
    /// Facts.
    pub profile: Profile,
    /// 身份证号码; always there in [`Roster::rows`].
    pub id_number: Option<IdentityNumber>,
    /// 手机
    pub mobile: Option<Mobile>,
    /// 办公电话
    pub landline: Option<Landline>,
    /// 电子邮箱
    pub email: Option<Email>,
    /// 通讯地址
    pub address: Option<String>,
    /// 队伍, as written.
    pub team: Option<String>,
    /// 职业、专业, as written, one by one.
    pub specialties: Vec<String>,
    /// Statements whose rank the vocabulary does not know; a person decides.
    pub unresolved: Vec<Unresolved>,
}

/// A title, skill level or honour of unknown rank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unresolved {
    /// The column it stands in.
    pub field: Field,
    /// As written.
    pub text: String,
}

/// A row that was not read, as it stands in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct RejectedRow {
    /// Row number in the file.
    pub number: u32,
    /// Its cells: column and value.
    pub cells: Vec<(u16, Value)>,
}

impl Roster {
    /// How many rows hold a person, read or not.
    pub fn people(&self) -> usize {
        self.rows.len() + self.rejected.len()
    }
}

/// Why a file is not read as a roster at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// The file is no table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// No header with 姓名 and at least one more known column near the top of any sheet.
    #[error("no header found")]
    NoHeader {
        /// Sheets looked at.
        sheets: Vec<String>,
    },
    /// A column that is needed is missing.
    #[error("column {head} is missing")]
    ColumnMissing {
        /// Its head.
        head: &'static str,
    },
    /// Two columns mean the same.
    #[error("column {head} stands twice")]
    ColumnTwice {
        /// Its head.
        head: &'static str,
        /// Letters of the first.
        first: String,
        /// Letters of the second.
        second: String,
    },
    /// A header and no person below it.
    #[error("no rows below the header")]
    NoRows,
}

impl Explain for RosterError {
    fn code(&self) -> &'static str {
        match self {
            Self::Table(error) => error.code(),
            Self::NoHeader { .. } => "roster.no_header",
            Self::ColumnMissing { .. } => "roster.column_missing",
            Self::ColumnTwice { .. } => "roster.column_twice",
            Self::NoRows => "roster.no_rows",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Table(error) => error.sentence(),
            Self::NoHeader { sheets } => format!(
                "没有找到表头，无法知道各列是什么（已看过：{}）。表头应在前 {} 行内，并含有“姓名”“身份证号码”等列名。请补上表头，或下载导入模板后把名单粘贴进去。",
                sheets.join("、"),
                header::SEARCHED
            ),
            Self::ColumnMissing { head } => {
                format!("表头里没有“{head}”列。查重和计算年龄都要用它，请补上这一列后重新上传。")
            }
            Self::ColumnTwice {
                head,
                first,
                second,
            } => format!(
                "表头里有两列都是“{head}”（{first} 列和 {second} 列），无法判断以哪一列为准。请删除或改名其中一列后重新上传。"
            ),
            Self::NoRows => "表头下面没有人员。请确认名单填写在表头下方，保存后重新上传。".into(),
        }
    }
}

/// Reads the roster in `bytes` (`.xlsx` or `.csv`). `on` is the day on which ages and years are
/// counted. Blocks while the file is parsed; memory is bounded by the rows kept.
///
/// # Errors
/// [`RosterError`] when the file as a whole cannot be read; rows have problems of their own.
pub fn read(
    reader: &TableReader,
    bytes: &[u8],
    vocabulary: &RosterVocabulary,
    on: Date,
) -> Result<Roster, RosterError> {
    let mut looked_at = Vec::new();
    let mut others: Option<Vec<String>> = None;
    loop {
        let next = others.as_mut().and_then(Vec::pop);
        if others.is_some() && next.is_none() {
            return Err(RosterError::NoHeader { sheets: looked_at });
        }
        let mut sink = RosterSink::new(vocabulary, on);
        let outcome = reader.read(
            bytes,
            next.as_deref().map_or(Choose::First, Choose::Named),
            &mut sink,
        );
        match sink.finish(outcome) {
            Ok(Attempt::Read(roster)) => return Ok(*roster),
            Ok(Attempt::NoHeader(sheet)) => {
                looked_at.push(sheet.name.clone());
                // Visible sheets not looked at yet, the next one last.
                others.get_or_insert_with(|| {
                    let rest = sheet.all.into_iter().filter(|name| *name != sheet.name);
                    let mut rest: Vec<String> = rest.take(SHEETS_TRIED).collect();
                    rest.reverse();
                    rest
                });
            }
            // A sheet behind the first may be empty; that is no failure.
            Err(RosterError::Table(_)) if others.is_some() => looked_at.extend(next),
            Err(error) => return Err(error),
        }
    }
}

enum Attempt {
    Read(Box<Roster>),
    NoHeader(Sheet),
}

/// Takes a table row by row: looks for the header first, then reads people.
struct RosterSink<'a> {
    vocabulary: &'a RosterVocabulary,
    on: Date,
    sheet: Option<Sheet>,
    state: State,
    roster: Roster,
    ids: HashMap<(IdentityNumber, String), u32>,
    mobiles: HashMap<String, u32>,
}

enum State {
    Searching(Vec<Row>),
    Reading,
    Failed(RosterError),
    NotFound,
}

impl<'a> RosterSink<'a> {
    fn new(vocabulary: &'a RosterVocabulary, on: Date) -> Self {
        RosterSink {
            vocabulary,
            on,
            sheet: None,
            state: State::Searching(Vec::new()),
            roster: Roster::default(),
            ids: HashMap::new(),
            mobiles: HashMap::new(),
        }
    }

    fn search(&mut self, rows: Vec<Row>) -> Result<(), TableError> {
        match header::find(&rows) {
            None => {
                self.state = State::NotFound;
                Err(TableError::Stopped)
            }
            Some(Err(error)) => {
                self.state = State::Failed(error);
                Err(TableError::Stopped)
            }
            Some(Ok(header)) => {
                let above = rows.get(..header.after).unwrap_or_default();
                self.roster.preface = header::preface(above, self.vocabulary.channel_words());
                self.roster.columns = header.columns;
                self.roster.dropped = header.dropped;
                self.state = State::Reading;
                rows.into_iter()
                    .skip(header.after)
                    .for_each(|row| self.person(row));
                Ok(())
            }
        }
    }

    fn person(&mut self, row: Row) {
        if !self.holds_person(&row) {
            return;
        }
        let mut parsed = row::parse(&row, &self.roster.columns, self.vocabulary, self.on);
        self.find_twins(&mut parsed);
        if parsed.is_error() {
            let cells = row
                .cells
                .into_iter()
                .map(|cell| (cell.column, cell.value))
                .collect();
            self.roster.rejected.push(RejectedRow {
                number: row.number,
                cells,
            });
        } else {
            self.roster.rows.push(parsed.row);
        }
        self.roster.problems.append(&mut parsed.problems);
    }

    /// Whether a row is about somebody: not a repeated header, a numbered blank line, or a footer.
    fn holds_person(&self, row: &Row) -> bool {
        let field = |cell: &Cell| {
            let known = |column: &&Column| column.index == cell.column;
            self.roster
                .columns
                .iter()
                .find(known)
                .and_then(|column| column.field)
        };
        let (mut anything, mut id) = (false, false);
        for cell in &row.cells {
            match field(cell) {
                None | Some(Field::Serial) => {}
                Some(Field::Name) if is_name_head(&cell.value) => return false,
                Some(other) => {
                    anything = true;
                    id |= other == Field::Id;
                }
            }
        }
        anything && (id || !row.cells.first().is_some_and(|cell| is_footer(&cell.value)))
    }

    fn find_twins(&mut self, parsed: &mut row::Parsed) {
        let number = parsed.row.number;
        if let Some(id) = &parsed.row.id_number {
            let team = parsed.row.team.clone().unwrap_or_default();
            // Whoever is in several teams has a row for each.
            match self.ids.get(&(id.clone(), team.clone())) {
                Some(first) => parsed.problems.push(self.twin(
                    number,
                    Field::Id,
                    &id.masked(),
                    &Complaint::SameId { first: *first },
                )),
                None => {
                    self.ids.insert((id.clone(), team), number);
                }
            }
        }
        if let Some(mobile) = &parsed.row.mobile {
            match self.mobiles.get(mobile.expose()) {
                Some(first) => parsed.problems.push(self.twin(
                    number,
                    Field::Mobile,
                    &mobile.masked(),
                    &Complaint::SameMobile { first: *first },
                )),
                None => {
                    self.mobiles.insert(mobile.expose().to_owned(), number);
                }
            }
        }
    }

    fn twin(&self, row: u32, field: Field, value: &str, complaint: &Complaint) -> RowProblem {
        let fields = if field == Field::Mobile {
            vec![Field::Mobile, Field::Contact]
        } else {
            vec![field]
        };
        let column = self
            .roster
            .columns
            .iter()
            .find(|column| column.field.is_some_and(|field| fields.contains(&field)));
        RowProblem {
            row,
            column: column.map(|column| column_name(column.index)),
            head: column.map(|column| column.head.clone()).unwrap_or_default(),
            value: value.to_owned(),
            code: complaint.code().to_owned(),
            severity: complaint.severity(),
            sentence: complaint.sentence(),
        }
    }

    fn finish(mut self, outcome: Result<(), TableError>) -> Result<Attempt, RosterError> {
        if outcome.is_ok()
            && let State::Searching(rows) = &mut self.state
        {
            let rows = std::mem::take(rows);
            // Its outcome is in the state.
            let _ = self.search(rows);
        }
        match (self.state, outcome) {
            (State::Failed(error), _) => Err(error),
            (State::NotFound, _) => Ok(Attempt::NoHeader(self.sheet.unwrap_or(Sheet {
                name: String::new(),
                all: Vec::new(),
            }))),
            (_, Err(error)) => Err(error.into()),
            (_, Ok(())) if self.roster.people() == 0 => Err(RosterError::NoRows),
            (_, Ok(())) => {
                self.roster.sheet = self.sheet.map(|sheet| sheet.name).unwrap_or_default();
                Ok(Attempt::Read(Box::new(self.roster)))
            }
        }
    }
}

/// A header repeated on every printed page.
fn is_name_head(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.trim_end().ends_with('名') && Field::of_head(text) == Some(Field::Name))
}

fn is_footer(value: &Value) -> bool {
    const STARTS: [&str; 12] = [
        "填报", "填表", "制表", "审核", "备注", "注：", "注:", "说明", "合计", "共计", "联系",
        "单位",
    ];
    matches!(value, Value::Text(text) if STARTS.iter().any(|start| text.trim_start().starts_with(start)))
}

impl TableSink for RosterSink<'_> {
    fn sheet(&mut self, sheet: Sheet) -> Result<(), TableError> {
        self.sheet = Some(sheet);
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), TableError> {
        match &mut self.state {
            State::Searching(rows) => {
                rows.push(row);
                if rows.len() < header::SEARCHED {
                    return Ok(());
                }
                let rows = std::mem::take(rows);
                self.search(rows)
            }
            State::Reading => {
                self.person(row);
                Ok(())
            }
            State::Failed(_) | State::NotFound => Err(TableError::Stopped),
        }
    }
}
