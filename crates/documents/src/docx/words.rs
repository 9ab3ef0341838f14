//! Runs and paragraphs.

/// Text as XML; characters XML cannot hold are left out.
pub(super) fn escaped(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => made.push_str("&amp;"),
            '<' => made.push_str("&lt;"),
            '>' => made.push_str("&gt;"),
            '"' => made.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => made.push(c),
        }
    }
    made
}

/// Where a paragraph's lines stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Align {
    #[default]
    Left,
    Centre,
    Right,
}

/// Words of one typeface.
#[derive(Debug, Clone)]
pub(super) struct Run {
    text: String,
    face: &'static str,
    points: Option<f32>,
    weight: &'static str,
}

impl Run {
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            face: "",
            points: None,
            weight: "",
        }
    }

    pub(super) fn hei(self) -> Self {
        Self {
            face: "黑体",
            ..self
        }
    }

    pub(super) fn song(self) -> Self {
        Self {
            face: "宋体",
            ..self
        }
    }

    pub(super) fn kai(self) -> Self {
        Self {
            face: "楷体_GB2312",
            ..self
        }
    }

    pub(super) fn bold(self) -> Self {
        Self {
            weight: "<w:b/>",
            ..self
        }
    }

    pub(super) fn points(self, points: f32) -> Self {
        Self {
            points: Some(points),
            ..self
        }
    }

    /// The run; line breaks in the text are kept.
    pub(super) fn xml(&self) -> String {
        if self.text.is_empty() {
            return String::new();
        }
        let face = match self.face {
            "" => String::new(),
            face => format!(r#"<w:rFonts w:ascii="{face}" w:hAnsi="{face}" w:eastAsia="{face}"/>"#),
        };
        let size = self.points.map_or_else(String::new, |points| {
            let half = (points * 2.0).round() as u32;
            format!(r#"<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>"#)
        });
        let lines: Vec<String> = self
            .text
            .split('\n')
            .map(|line| format!(r#"<w:t xml:space="preserve">{}</w:t>"#, escaped(line)))
            .collect();
        format!(
            "<w:r><w:rPr>{face}{}{size}</w:rPr>{}</w:r>",
            self.weight,
            lines.join("<w:br/>")
        )
    }
}

/// How a paragraph stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Paragraph {
    align: Align,
    /// Above and below, points.
    space: (f32, f32),
    /// The first line begins two characters later.
    indented: bool,
    /// Stays with what follows.
    kept: bool,
    /// Begins a page.
    new_page: bool,
    /// Room at the right, twips.
    right: u32,
}

impl Paragraph {
    pub(super) fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    pub(super) fn space(self, above: f32, below: f32) -> Self {
        Self {
            space: (above, below),
            ..self
        }
    }

    pub(super) fn indented(self) -> Self {
        Self {
            indented: true,
            ..self
        }
    }

    pub(super) fn kept(self) -> Self {
        Self { kept: true, ..self }
    }

    pub(super) fn new_page(self) -> Self {
        Self {
            new_page: true,
            ..self
        }
    }

    pub(super) fn right(self, twips: u32) -> Self {
        Self {
            right: twips,
            ..self
        }
    }

    /// The paragraph around these runs.
    pub(super) fn xml(&self, runs: &str) -> String {
        let mut properties = String::new();
        if self.kept {
            properties += "<w:keepNext/>";
        }
        if self.new_page {
            properties += "<w:pageBreakBefore/>";
        }
        let (above, below) = self.space;
        properties += &format!(
            r#"<w:spacing w:before="{}" w:after="{}"/>"#,
            (above * 20.0) as u32,
            (below * 20.0) as u32
        );
        if self.indented || self.right > 0 {
            let first = match self.indented {
                true => r#" w:firstLineChars="200" w:firstLine="480""#,
                false => "",
            };
            properties += &format!(r#"<w:ind w:right="{}"{first}/>"#, self.right);
        }
        properties += match self.align {
            Align::Left => r#"<w:jc w:val="left"/>"#,
            Align::Centre => r#"<w:jc w:val="center"/>"#,
            Align::Right => r#"<w:jc w:val="right"/>"#,
        };
        format!("<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>")
    }
}
