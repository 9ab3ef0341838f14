//! A letter as blocks: what offices edit before they send it, without head and code.

use crate::form::{Block, Field, FormView, Size};
use crate::letter::{LetterPart, LetterView};

pub(super) fn as_form(view: &LetterView) -> FormView {
    let mut blocks = Vec::new();
    if let Some(number) = &view.number {
        blocks.push(Block::Line {
            fields: vec![Field::new("", number)],
            widths: vec![1.0],
        });
    }
    if let Some(to) = &view.to {
        blocks.push(Block::Remark {
            text: format!("{to}："),
        });
    }
    for part in &view.parts {
        match part {
            LetterPart::Paragraph { text } => blocks.push(Block::Paragraph { text: text.clone() }),
            LetterPart::Heading { text } => blocks.push(Block::Heading { text: text.clone() }),
            LetterPart::Item { label, text } => blocks.push(Block::Paragraph {
                text: format!("{label}{text}"),
            }),
            LetterPart::Code { lines, .. } => {
                let paragraph = |text: &String| Block::Paragraph { text: text.clone() };
                blocks.extend(lines.iter().map(paragraph));
            }
        }
    }
    for (place, name) in view.attachments.iter().enumerate() {
        let lead = if place == 0 { "附件：" } else { "　　　" };
        blocks.push(Block::Paragraph {
            text: match view.attachments.len() {
                1 => format!("{lead}{name}"),
                _ => format!("{lead}{}.{name}", place + 1),
            },
        });
    }
    let mut lines = vec![view.sign.clone(), view.date.clone()];
    lines.retain(|line| !line.is_empty());
    blocks.push(Block::Closing { lines });
    if let Some(contact) = &view.contact {
        blocks.push(Block::Paragraph {
            text: format!("（{contact}）"),
        });
    }
    FormView {
        title: view.title.clone(),
        size: Size::Three,
        marks: view.marks.clone(),
        watermark: view.watermark.clone(),
        footer: view.footer.clone(),
        blocks,
        ..FormView::default()
    }
}
