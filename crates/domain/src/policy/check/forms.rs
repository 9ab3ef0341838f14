//! Forms: fields, tables, the printed grid.

use super::identity::rung;
use super::section::Section;
use crate::policy::pack::{
    CellContent, Force, Form, FormCell, FormCheckRule, FormColumn, FormField, FormNote, FormRow,
    Input, PictureRules, Signature, Vocabulary,
};
use crate::policy::problem::{Code, closest};
use crate::policy::words::words;

words! { private
    /// What a cell shows, as packs name it.
    CellKind {
        /// Fixed words.
        Heading = "heading", "栏目组";
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
    // Grid columns that cells of earlier rows still cover, with the rows left.
    let mut hanging: Vec<(usize, u16)> = Vec::new();
    let rows = s
        .sections("row")
        .iter()
        .map(|s| grid.row(s, &mut hanging))
        .collect();
    if !hanging.is_empty() {
        s.report(
            Code::Conflict,
            "表格最后一行还有格子要往下占。".to_owned(),
            "请减小这些格子的 rows。",
        );
    }
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
        at_most: s.whole_opt("at_most", 1, 100),
        picture: s.section("picture").map(|s| picture(&s)),
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
    let ticked = matches!(field.input, Input::TickOne | Input::TickSeveral);
    if ticked == field.choices.is_empty() {
        s.report(
            Code::Conflict,
            format!("“{}”是不是单选没有写清楚。", field.label),
            "单选写 input = \"tick_one\" 并列出 choices；不是单选就不写 choices。",
        );
    }
    if field.at_most.is_some() && !matches!(field.input, Input::TickSeveral | Input::Names) {
        s.report_at(
            "at_most",
            Code::Conflict,
            format!("“{}”只填一项，at_most 不起作用。", field.label),
            "at_most 只用于 tick_several 和 names。",
        );
    }
    if field.picture.is_some() && field.input != Input::Picture {
        s.report_at(
            "picture",
            Code::Conflict,
            format!("“{}”不是照片，picture 不起作用。", field.label),
            "照片写 input = \"picture\"。",
        );
    }
    field
}

fn picture(s: &Section<'_>) -> PictureRules {
    let sizes = s
        .some_texts("sizes")
        .iter()
        .filter_map(|text| {
            let size = text.split_once('x').and_then(|(width, height)| {
                let side = |text: &str| text.parse().ok().filter(|side| (1..=1000).contains(side));
                Some((side(width)?, side(height)?))
            });
            if size.is_none() && !text.is_empty() {
                s.report_at(
                    "sizes",
                    Code::OutOfRange,
                    format!("“{text}”不是照片的宽和高。"),
                    "请以毫米写成 \"35x49\"。",
                );
            }
            size
        })
        .collect();
    PictureRules {
        formats: s.some_texts("formats"),
        sizes,
        tolerance_percent: s.whole_opt("tolerance_percent", 0, 50).unwrap_or(0),
    }
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

    fn row(&self, s: &Section<'_>, hanging: &mut Vec<(usize, u16)>) -> FormRow {
        let cells: Vec<FormCell> = s.sections("cell").iter().map(|s| self.cell(s)).collect();
        let own: usize = cells.iter().map(|cell| usize::from(cell.span)).sum();
        let above: usize = hanging.iter().map(|(span, _)| *span).sum();
        let sum = own + above;
        hanging.extend(cells.iter().map(|cell| (usize::from(cell.span), cell.rows)));
        for (_, left) in hanging.iter_mut() {
            *left -= 1;
        }
        hanging.retain(|(_, left)| *left > 0);
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
            CellKind::Heading => CellContent::Heading(s.text("text")),
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
            rows: u16::try_from(s.whole_opt("rows", 1, 100).unwrap_or(1)).unwrap_or(1),
        }
    }
}
