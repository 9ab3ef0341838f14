//! A printed form as a document that offices edit (`.docx`, WordprocessingML of ECMA-376): the same
//! [`FormView`] the PDF is typeset from, with its grids, spans, repeated heads, pictures and page numbers.
//!
//! Square codes are left out: what is edited is no longer what the code vouches for.

mod body;
mod grid;
mod letter;
mod words;

use std::io::{Cursor, Write as _};

use domain::explain::Explain;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::form::FormView;
use crate::letter::LetterView;
use crate::pdf::Printable as _;
use words::{Align, Paragraph, Run, escaped};

/// Media type of the file.
pub const MEDIA_TYPE: &str =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// A document could not be packed. A defect of this program.
#[derive(Debug, thiserror::Error)]
#[error("document could not be written")]
pub struct DocxError(#[from] zip::result::ZipError);

impl From<std::io::Error> for DocxError {
    fn from(error: std::io::Error) -> Self {
        Self(error.into())
    }
}

impl Explain for DocxError {
    fn code(&self) -> &'static str {
        "docx.not_written"
    }

    fn sentence(&self) -> String {
        "Word 文档没有生成，数据没有变化。请重试；仍不行时请联系技术支持，并告知是哪一份文档。"
            .into()
    }
}

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="jpeg" ContentType="image/jpeg"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/fontTable.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml"/><Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/><Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>"#;

const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>"#;

const FONTS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/><w:charset w:val="86"/><w:family w:val="modern"/></w:font><w:font w:name="楷体_GB2312"><w:altName w:val="楷体"/><w:charset w:val="86"/><w:family w:val="modern"/></w:font></w:fonts>"#;

/// Namespaces of every part that holds text or pictures.
const SPACES: &str = concat!(
    r#" xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main""#,
    r#" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships""#,
    r#" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing""#,
    r#" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main""#,
    r#" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture""#,
    r#" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office""#
);
const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

/// The document of a form.
///
/// # Errors
/// [`DocxError`] when it cannot be packed.
pub fn form(view: &FormView) -> Result<Vec<u8>, DocxError> {
    let parts = [
        ("[Content_Types].xml", CONTENT_TYPES.to_owned()),
        ("_rels/.rels", RELATIONS.to_owned()),
        ("docProps/core.xml", properties(view)),
        (
            "word/_rels/document.xml.rels",
            relations(view.pictures.len()),
        ),
        ("word/document.xml", document(view)),
        ("word/styles.xml", styles(view)),
        ("word/fontTable.xml", FONTS.to_owned()),
        ("word/header1.xml", header(view)),
        ("word/footer1.xml", footer(view)),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for (name, text) in parts {
        zip.start_file(name, options)?;
        zip.write_all(text.as_bytes())?;
    }
    for (n, picture) in view.pictures.iter().enumerate() {
        zip.start_file(format!("word/media/picture{n}.jpeg"), options)?;
        zip.write_all(picture.jpeg())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The document of a letter or notice.
///
/// # Errors
/// [`DocxError`] when it cannot be packed.
pub fn letter(view: &LetterView) -> Result<Vec<u8>, DocxError> {
    form(&letter::as_form(view))
}

fn properties(view: &FormView) -> String {
    format!(
        r#"{HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{}</dc:title><dc:creator>Linxuan 遴选</dc:creator></cp:coreProperties>"#,
        escaped(&view.title())
    )
}

fn relations(pictures: usize) -> String {
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut all = String::new();
    for (id, name, target) in [
        ("rIdStyles", "styles", "styles.xml"),
        ("rIdFonts", "fontTable", "fontTable.xml"),
        ("rIdHeader", "header", "header1.xml"),
        ("rIdFooter", "footer", "footer1.xml"),
    ] {
        all += &format!(r#"<Relationship Id="{id}" Type="{kind}/{name}" Target="{target}"/>"#);
    }
    for n in 0..pictures {
        all += &format!(
            r#"<Relationship Id="rIdPicture{n}" Type="{kind}/image" Target="media/picture{n}.jpeg"/>"#
        );
    }
    format!(
        r#"{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{all}</Relationships>"#
    )
}

fn styles(view: &FormView) -> String {
    let half_points = (view.size.points() * 2.0).round() as u32;
    format!(
        r#"{HEAD}<w:styles{SPACES}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="仿宋_GB2312" w:hAnsi="仿宋_GB2312" w:eastAsia="仿宋_GB2312" w:cs="Times New Roman"/><w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style><w:style w:type="table" w:default="1" w:styleId="a1"><w:name w:val="Normal Table"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:left w:w="68" w:type="dxa"/><w:right w:w="68" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>"#
    )
}

fn document(view: &FormView) -> String {
    let (width, height) = view.paper.sheet();
    let landscape = match view.paper {
        crate::form::Paper::Portrait => "",
        crate::form::Paper::Landscape => r#" w:orient="landscape""#,
    };
    format!(
        r#"{HEAD}<w:document{SPACES}><w:body>{}<w:sectPr><w:headerReference w:type="default" r:id="rIdHeader"/><w:footerReference w:type="default" r:id="rIdFooter"/><w:pgSz w:w="{}" w:h="{}"{landscape}/><w:pgMar w:top="{}" w:right="{margin}" w:bottom="{}" w:left="{margin}" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr></w:body></w:document>"#,
        body::blocks(view),
        twips(width),
        twips(height),
        twips(20.0),
        twips(18.0),
        margin = twips(view.paper.margin()),
    )
}

/// Marks at the right of every page; faint words across it.
fn header(view: &FormView) -> String {
    let marks = Run::new(&view.marks.join("　")).hei().points(9.0);
    let across = view.watermark.as_deref().map(watermark).unwrap_or_default();
    let paragraph = Paragraph::default().align(Align::Right);
    format!(
        r#"{HEAD}<w:hdr{SPACES}>{}</w:hdr>"#,
        paragraph.xml(&format!("{}{across}", marks.xml()))
    )
}

/// A shape of the kind Word itself makes for a watermark.
fn watermark(words: &str) -> String {
    format!(
        r##"<w:r><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas><v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype><v:shape id="watermark" type="#_x0000_t136" style="position:absolute;margin-left:0;margin-top:0;width:420pt;height:70pt;rotation:325;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#dedede" stroked="f"><v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string="{}"/></v:shape></w:pict></w:r>"##,
        escaped(words)
    )
}

fn footer(view: &FormView) -> String {
    let run = |text: &str| Run::new(text).song().points(9.0).xml();
    let number = |field: &str| {
        format!(
            r#"<w:fldSimple w:instr=" {field} ">{}</w:fldSimple>"#,
            run("1")
        )
    };
    let before = match &view.footer {
        Some(words) => run(&format!("{words}　　")),
        None => String::new(),
    };
    let line = [
        before,
        run("第 "),
        number("PAGE"),
        run(" 页　共 "),
        number("NUMPAGES"),
        run(" 页"),
    ]
    .concat();
    format!(
        r#"{HEAD}<w:ftr{SPACES}>{}</w:ftr>"#,
        Paragraph::default().align(Align::Centre).xml(&line)
    )
}

/// Twentieths of a point.
fn twips(millimetres: f32) -> u32 {
    (millimetres * 1440.0 / 25.4).round() as u32
}
