//! Forms: fields, tables, the printed grid.

use super::identity::rung;
use super::section::Section;
use crate::policy::pack::{
    CellContent, Force, Form, FormCell, FormCheckRule, FormColumn, FormField, FormNote, FormRow,
    Input, Signature, Vocabulary,
};
use crate::policy::problem::{Code, closest};
use crate::policy::words::words;

words! { private
    /// What a cell shows, as packs name it.
    CellKind {
        /// Label.
        Label = "label", "标签";
        /// Value.
        Value = "value", "填写内容";
        /// Table.
        Table = "table", "表格";
        /// Commitment.
        Commitment = "commitment", "承诺";
        /// Signature.
        Signature = "signature", "签章";
    }
}

pub(super) fn forms(root: &Section<'_>, vocabulary: &Vocabulary) -> Vec<Form> {
    root.sections("form")
        .iter()
        .map(|s| form(s, vocabulary))
        .collect()
}

fn form(s: &Section<'_>, vocabulary: &Vocabulary) -> Form {
    let fields: Vec<FormField> = s.sections("field").iter().map(field).collect();
    let signatures: Vec<Signature> = s
        .sections("signature")
        .iter()
        .map(|s| Signature {
            label: s.text("label"),
            by: s.word("by"),
            seal: s.truth_or("seal", false),
            opinion: s.truth_or("opinion", false),
            dated: s.truth_or("dated", true),
        })
        .collect();
    let columns: Vec<u16> = s
        .sections("column")
        .iter()
        .map(|s| u16::try_from(s.whole("width", 1, 1000)).unwrap_or(1))
        .collect();
    let sum: u32 = columns.iter().map(|width| u32::from(*width)).sum();
    if sum != 1000 {
        s.report(
            Code::Conflict,
            format!("各列宽度之和应为 1000，现在是 {sum}。"),
            "请调整 [[form.column]] 的 width（千分比）。",
        );
    }
    let grid = Grid {
        fields: &fields,
        signatures: signatures.len(),
        columns: columns.len(),
    };
    let rows = s.sections("row").iter().map(|s| grid.row(s)).collect();
    Form {
        id: s.text("id"),
        annex: s.text_opt("annex").unwrap_or_default(),
        title: s.some_texts("title"),
        font: s.text("font"),
        size: s.word("size"),
        landscape: s.truth_or("landscape", false),
        above: s
            .sections("above")
            .iter()
            .map(|line| {
                let names = line.some_texts("fields");
                for name in &names {
                    grid.known(line, "fields", name);
                }
                names
            })
            .collect(),
        rows,
        columns: columns.clone(),
        commitment: s.text_opt("commitment"),
        signatures: signatures.clone(),
        notes: s
            .sections("note")
            .iter()
            .map(|s| {
                let field = s.text_opt("field");
                if let Some(name) = &field {
                    grid.known(s, "field", name);
                }
                FormNote {
                    text: s.text("text"),
                    field,
                }
            })
            .collect(),
        checks: s
            .sections("check")
            .iter()
            .map(|s| FormCheckRule {
                check: s.word("check"),
                force: s.word_or("force", Force::Must),
                at_least: if s.has("at_least") {
                    rung(s, "at_least", vocabulary)
                } else {
                    None
                },
            })
            .collect(),
        overflow_sheet: s.truth_or("overflow_sheet", true),
        citation: s.citation(),
        fields: fields.clone(),
    }
}

fn field(s: &Section<'_>) -> FormField {
    let field = FormField {
        id: s.text("id"),
        label: s.text("label"),
        hint: s.text_opt("hint"),
        source: s.word("source"),
        input: s.word_or("input", Input::Line),
        required: s.truth_or("required", false),
        choices: s.texts("choices"),
        columns: s
            .sections("column")
            .iter()
            .map(|s| FormColumn {
                label: s.text("label"),
                hint: s.text_opt("hint"),
                source: s.word("source"),
                span: u16::try_from(s.whole_opt("span", 1, 100).unwrap_or(1)).unwrap_or(1),
            })
            .collect(),
        blank_rows: u16::try_from(s.whole_opt("blank_rows", 0, 100).unwrap_or(0)).unwrap_or(0),
    };
    if (field.input == Input::Table) == field.columns.is_empty() {
        s.report(
            Code::Conflict,
            format!("“{}”是不是表格没有写清楚。", field.label),
            "表格写 input = \"table\" 并列出 [[form.field.column]]；不是表格就不写列。",
        );
    }
    if (field.input == Input::TickOne) == field.choices.is_empty() {
        s.report(
            Code::Conflict,
            format!("“{}”是不是单选没有写清楚。", field.label),
            "单选写 input = \"tick_one\" 并列出 choices；不是单选就不写 choices。",
        );
    }
    field
}

struct Grid<'f> {
    fields: &'f [FormField],
    signatures: usize,
    columns: usize,
}

impl Grid<'_> {
    fn known(&self, s: &Section<'_>, key: &str, name: &str) {
        if name.is_empty() || self.fields.iter().any(|field| field.id == name) {
            return;
        }
        let hint = closest(name, self.fields.iter().map(|field| field.id.as_str())).map_or_else(
            || "请先用 [[form.field]] 定义它。".to_owned(),
            |meant| format!("是不是“{meant}”？"),
        );
        s.report_at(
            key,
            Code::UnknownName,
            format!("本表没有“{name}”这一栏。"),
            hint,
        );
    }

    fn row(&self, s: &Section<'_>) -> FormRow {
        let cells: Vec<FormCell> = s.sections("cell").iter().map(|s| self.cell(s)).collect();
        let sum: usize = cells.iter().map(|cell| usize::from(cell.span)).sum();
        if sum != self.columns {
            s.report(
                Code::Conflict,
                format!("这一行各格共占 {sum} 列，表格有 {} 列。", self.columns),
                "请调整各格的 span。",
            );
        }
        FormRow { cells }
    }

    fn cell(&self, s: &Section<'_>) -> FormCell {
        let kind: CellKind = s.word("shows");
        let field = || {
            let name = s.text("field");
            self.known(s, "field", &name);
            name
        };
        let shows = match kind {
            CellKind::Label => CellContent::Label(field()),
            CellKind::Value => CellContent::Value(field()),
            CellKind::Table => {
                let name = field();
                let spans = self
                    .fields
                    .iter()
                    .find(|f| f.id == name)
                    .map_or(0, |field| {
                        field
                            .columns
                            .iter()
                            .map(|column| usize::from(column.span))
                            .sum::<usize>()
                    });
                let label =
                    usize::try_from(s.whole_opt("label_span", 0, 100).unwrap_or(1)).unwrap_or(1);
                if spans != 0 && spans + label != self.columns {
                    s.report(
                        Code::Conflict,
                        format!(
                            "表格“{name}”连同标签共占 {} 列，应为 {} 列。",
                            spans + label,
                            self.columns
                        ),
                        "请调整各列的 span。",
                    );
                }
                CellContent::Table(name)
            }
            CellKind::Commitment => CellContent::Commitment,
            CellKind::Signature => {
                let most = u32::try_from(self.signatures.saturating_sub(1)).unwrap_or(0);
                let number = s.whole("signature", 0, most);
                CellContent::Signature(u16::try_from(number).unwrap_or(0))
            }
        };
        FormCell {
            shows,
            span: u16::try_from(s.whole("span", 1, 100)).unwrap_or(1),
        }
    }
}
