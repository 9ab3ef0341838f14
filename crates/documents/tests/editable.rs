//! What offices edit, read back: every form as a text and as a sheet is sound, whole, and harmless.

mod samples;

use std::io::{Cursor, Read as _};

use calamine::{Data, Reader as _, Xlsx};
use documents::form::{Block, Cell, Flow, FormView, GridRow};
use documents::{docx, xlsx};

fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let mut file = zip.by_name(name).expect(name);
    let mut text = String::new();
    file.read_to_string(&mut text).expect("UTF-8");
    text
}

/// Every element is closed by its own end, and nothing stands outside of the root.
fn well_formed(xml: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        if text.contains('>') {
            return Err(format!("a bare > in {text:?}"));
        }
        let end = tag.find('>').ok_or("an open tag")?;
        let inside = &tag[1..end];
        rest = &tag[end + 1..];
        let name = |words: &str| words.split([' ', '/']).next().map(str::len).unwrap_or(0);
        if inside.starts_with('?') || inside.ends_with('/') {
            continue;
        }
        match inside.strip_prefix('/') {
            Some(closed) => match open.pop() {
                Some(known) if known == closed => {}
                known => return Err(format!("{known:?} closed by {closed}")),
            },
            None => open.push(&inside[..name(inside)]),
        }
    }
    match open.is_empty() {
        true => Ok(()),
        false => Err(format!("{open:?} left open")),
    }
}

/// Columns every row of every table covers.
fn columns_covered(document: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for table in document.split("<w:tbl>").skip(1) {
        let columns = table.matches("<w:gridCol ").count();
        let table = table.split("</w:tbl>").next().unwrap_or_default();
        for row in table.split("<w:tr>").skip(1) {
            let cells = row.split("<w:tc>").skip(1).map(|cell| {
                let span = cell.split(r#"<w:gridSpan w:val=""#).nth(1);
                let digits = span.and_then(|span| span.split('"').next());
                digits.map_or(1, |digits| digits.parse::<usize>().expect("a number"))
            });
            found.push((columns, cells.sum()));
        }
    }
    found
}

#[test]
fn every_form_is_a_sound_document() {
    for (name, view) in samples::forms() {
        let bytes = docx::form(&view).expect(name);
        for one in [
            "[Content_Types].xml",
            "_rels/.rels",
            "word/_rels/document.xml.rels",
            "word/document.xml",
            "word/styles.xml",
            "word/fontTable.xml",
            "word/header1.xml",
            "word/footer1.xml",
            "docProps/core.xml",
        ] {
            well_formed(&part(&bytes, one)).unwrap_or_else(|why| panic!("{name} {one}: {why}"));
        }
        let document = part(&bytes, "word/document.xml");
        for (columns, covered) in columns_covered(&document) {
            assert_eq!(
                columns, covered,
                "{name}: a row is not as wide as its table"
            );
        }
        assert!(
            document.contains(r#"<w:pgSz w:w="11906" w:h="16838"/>"#)
                || document.contains(r#"<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>"#)
        );
        let footer = part(&bytes, "word/footer1.xml");
        assert!(footer.contains(" PAGE ") && footer.contains(" NUMPAGES "));
        assert_eq!(
            bytes,
            docx::form(&view).expect(name),
            "same view, same bytes"
        );
    }
    for (name, view) in samples::letters() {
        let document = part(&docx::letter(&view).expect(name), "word/document.xml");
        well_formed(&document).unwrap_or_else(|why| panic!("{name}: {why}"));
    }
}

/// Covers: GZ-A-1, GZ-A-1-d.
#[test]
fn a_document_keeps_photo_spans_and_repeated_heads() {
    let view = samples::filled("gz-2022", "annex").view();
    let bytes = docx::form(&view).expect("made");
    let document = part(&bytes, "word/document.xml");
    // 35 × 49 mm.
    assert!(document.contains(r#"<wp:extent cx="1260000" cy="1764000"/>"#));
    assert!(part(&bytes, "word/_rels/document.xml.rels").contains("media/picture0.jpeg"));
    assert!(
        document.contains(r#"<w:vMerge w:val="restart"/>"#) && document.contains("<w:vMerge/>")
    );
    assert!(part(&bytes, "word/styles.xml").contains("仿宋_GB2312"));
    let list = docx::form(&samples::summary(60).view()).expect("made");
    assert!(part(&list, "word/document.xml").contains("<w:tblHeader/>"));
}

#[test]
fn what_people_wrote_stays_text_in_both() {
    let mut form = samples::application(1, 1);
    let evil = ["=HYPERLINK(\"http://x\")", "+86 1", "-1", "@SUM(A1)"];
    form.stated.profile.name = evil[0].into();
    form.stated.address = evil[1].into();
    form.stated.office_phone = evil[2].into();
    form.stated.honour = evil[3].into();
    form.stated.profile.expertise = Some("<w:p>&amp;</w:p>\u{0}\u{b}".into());
    let view = form.view();
    let mut book: Xlsx<_> =
        Xlsx::new(Cursor::new(xlsx::form(&view).expect("made"))).expect("a workbook");
    let sheet = book.worksheet_range("表").expect("a sheet");
    let texts: Vec<String> = sheet
        .cells()
        .filter_map(|(_, _, cell)| match cell {
            Data::String(text) => Some(text.clone()),
            Data::Empty => None,
            other => panic!("{other:?} is no text"),
        })
        .collect();
    for one in evil {
        assert!(texts.contains(&format!("'{one}")), "{one} in {texts:?}");
    }
    let formulas = book.worksheet_formula("表").expect("read");
    assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()));
    let document = part(&docx::form(&view).expect("made"), "word/document.xml");
    well_formed(&document).expect("sound");
    assert!(document.contains("&lt;w:p&gt;&amp;amp;&lt;/w:p&gt;</w:t>"));
}

#[test]
fn a_sheet_has_every_word_of_its_form() {
    for (name, view) in samples::forms() {
        let bytes = xlsx::form(&view).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
        let sheet = book.worksheet_range("表").expect("a sheet");
        let words: String = sheet.cells().map(|(_, _, cell)| cell.to_string()).collect();
        for line in &view.title {
            assert!(words.contains(line.as_str()), "{name}: {line}");
        }
    }
    let view = samples::filled("gz-2022", "annex").view();
    let bytes = xlsx::form(&view).expect("made");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(&bytes)).expect("a workbook");
    let sheet = book.worksheet_range("表").expect("a sheet");
    let words: String = sheet.cells().map(|(_, _, cell)| cell.to_string()).collect();
    for text in [
        "440000197806019990",
        "☑职业技能培训机构评审",
        "汉族",
        "同意推荐。",
    ] {
        assert!(words.contains(text), "{text} in {words}");
    }
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    assert!((0..zip.len()).any(|n| {
        zip.by_index(n)
            .expect("a file")
            .name()
            .expect("a name")
            .starts_with("xl/media/")
    }));
}

#[test]
fn a_grid_begins_the_page_that_is_due() {
    let grid = Block::Grid {
        columns: vec![1.0],
        rows: vec![GridRow::new(9.0, vec![Cell::value("后一页", 1)])],
        flow: Flow::Breaks,
    };
    let last = Block::Paragraph {
        text: "末段".to_owned(),
    };
    let view = FormView {
        blocks: vec![Block::NewPage, grid, last],
        ..FormView::default()
    };
    let document = part(&docx::form(&view).expect("made"), "word/document.xml");
    let before_the_grid = document.split("后一页").next().unwrap_or_default();
    assert!(before_the_grid.contains("<w:pageBreakBefore/>"));
    assert_eq!(document.matches("<w:pageBreakBefore/>").count(), 1);
}

#[test]
fn every_page_of_a_sheet_begins_where_its_form_says() {
    let sheet = xlsx::form(&samples::agenda(5).view()).expect("made");
    let sheet = part(&sheet, "xl/worksheets/sheet1.xml");
    assert_eq!(sheet.matches("<brk ").count(), 5);
}

#[test]
fn a_text_higher_than_a_row_of_a_sheet_takes_several() {
    let long = Block::Paragraph {
        text: "长".repeat(3_000),
    };
    let cell = Cell::value("高".repeat(3_000), 1);
    let grid = Block::Grid {
        columns: vec![1.0, 1.0],
        rows: vec![GridRow::new(9.0, vec![Cell::label("栏目", 1), cell])],
        flow: Flow::Breaks,
    };
    let view = FormView {
        blocks: vec![long, grid],
        ..FormView::default()
    };
    let sheet = part(
        &xlsx::form(&view).expect("made"),
        "xl/worksheets/sheet1.xml",
    );
    let heights: Vec<f64> = sheet
        .split(" ht=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap_or_default())
        .map(|height| height.parse().expect("a height"))
        .collect();
    assert!(heights.iter().all(|height| *height <= 409.5), "{heights:?}");
    // 75 lines of the paragraph and 150 of the cell, each of 12 points at least.
    assert!(heights.iter().sum::<f64>() > 225.0 * 12.0, "{heights:?}");
}

#[test]
fn a_place_to_sign_carries_no_mark_of_a_formula() {
    let bytes = xlsx::form(&samples::blank("cy-2021", "application")).expect("made");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let sheet = book.worksheet_range("表").expect("a sheet");
    let guarded = sheet
        .cells()
        .find(|(_, _, cell)| cell.to_string().starts_with('\''));
    assert!(guarded.is_none(), "{guarded:?}");
}
