//! The zoo of bad evidence: of each file come pages or a sentence, nothing panics, and the reader stays
//! usable.

use std::io::Cursor;
use std::time::Instant;

use documents::fonts::FontSettings;
use documents::form::Paper::{self, Landscape, Portrait};
use documents::pages::{Limits, PageReader, Pages, Unshown};
use documents::pdf::Typesetter;
use documents::worker::{Break, Isolation};
use domain::explain::Explain;
use image::{ImageFormat, Rgb, RgbImage};

fn reader() -> PageReader {
    PageReader {
        isolation: Isolation::Child {
            program: env!("CARGO_BIN_EXE_worker").into(),
        },
        limits: Limits::default(),
        face: None,
    }
}

/// A PDF of these objects, numbered from 1; the first is its catalogue.
fn pdf(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut made = String::from("%PDF-1.4\n");
    let mut table = String::new();
    for (number, object) in (1..).zip(objects) {
        table += &format!("{:010} 00000 n \n", made.len());
        made += &format!("{number} 0 obj\n{object}\nendobj\n");
    }
    let (count, begin) = (objects.len() + 1, made.len());
    made += &format!("xref\n0 {count}\n0000000000 65535 f \n{table}");
    made += &format!("trailer\n<< /Size {count} /Root 1 0 R {trailer} >>\n");
    made += &format!("startxref\n{begin}\n%%EOF\n");
    made.into_bytes()
}

fn stream(dictionary: &str, content: &str) -> String {
    let length = content.len();
    format!("<< {dictionary} /Length {length} >>\nstream\n{content}\nendstream")
}

/// So many times the same page: `attributes` are the page's, `content` is drawn on it.
fn paged(count: usize, attributes: &str, content: &str, others: &[String]) -> Vec<u8> {
    let kids = "3 0 R ".repeat(count);
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Count {count} /Kids [{kids}] >>"),
        format!("<< /Type /Page /Parent 2 0 R /Contents 4 0 R {attributes} >>"),
        stream("", content),
    ];
    objects.extend_from_slice(others);
    pdf(&objects, "")
}

const A4: &str = "/MediaBox [0 0 595 842]";
const SQUARE: &str = "1 0 0 rg 100 100 200 200 re f";

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(width, height, Rgb([120, 90, 60]))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// What is shown lies so, and nothing is left out.
fn lies(pages: &Pages) -> Vec<Paper> {
    assert_eq!(pages.unshown, None);
    assert_eq!(pages.shown.len(), pages.total);
    pages.shown.iter().map(|page| page.paper).collect()
}

#[test]
fn pages_and_pictures_are_shown_as_they_lie() {
    assert_eq!(lies(&reader().read(&paged(1, A4, SQUARE, &[]))), [Portrait]);
    let turned = paged(2, &format!("{A4} /Rotate 90"), SQUARE, &[]);
    assert_eq!(lies(&reader().read(&turned)), [Landscape, Landscape]);
    assert_eq!(lies(&reader().read(&png(300, 420))), [Portrait]);
    assert_eq!(lies(&reader().read(&png(420, 300))), [Landscape]);
}

#[test]
fn what_cannot_be_opened_is_said_in_a_sentence() {
    let locked = pdf(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
            format!("<< /Type /Page /Parent 2 0 R {A4} >>"),
            format!(
                "<< /Filter /Standard /V 1 /R 2 /O <{}> /U <{}> /P -44 >>",
                "41".repeat(32),
                "42".repeat(32)
            ),
        ],
        "/Encrypt 4 0 R /ID [<00112233> <00112233>]",
    );
    let mut torn = png(300, 420);
    torn.truncate(60);
    // A PNG of one pixel whose header claims 60,000 by 60,000, with the checksum of that.
    let mut claims = png(1, 1);
    claims.splice(16..24, [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    claims.splice(29..33, [0x0F, 0xB0, 0xE2, 0x15]);
    let files = [
        (locked, Unshown::Locked, "密码"),
        (b"%PDF-1.4\n%%EOF\n".to_vec(), Unshown::Damaged, "损坏"),
        (torn, Unshown::Damaged, "损坏"),
        (claims, Unshown::TooLarge, "过大"),
        (b"PK\x03\x04".to_vec(), Unshown::NoPages, "PDF"),
    ];
    for (bytes, why, word) in files {
        let pages = reader().read(&bytes);
        assert_eq!((pages.shown.len(), pages.unshown), (0, Some(why.clone())));
        let sentence = why.sentence();
        assert!(
            sentence.contains(word) && sentence.contains("原件"),
            "{sentence}"
        );
    }
}

#[test]
fn a_page_that_claims_a_monstrous_size_fits_its_sheet() {
    for sides in ["1000000000 1000000000", "1 14400", "14400 1"] {
        let bytes = paged(1, &format!("/MediaBox [0 0 {sides}]"), SQUARE, &[]);
        let pages = reader().read(&bytes);
        assert_eq!((pages.shown.len(), &pages.unshown), (1, &None), "{sides}");
        assert!(pages.size() < 1024 * 1024, "{sides}: {}", pages.size());
    }
}

#[test]
fn of_very_many_pages_the_first_are_shown() {
    let mut few = reader();
    few.limits.pages = 2;
    let start = Instant::now();
    let pages = few.read(&paged(20_000, A4, SQUARE, &[]));
    assert!(start.elapsed().as_secs() < 20);
    assert_eq!((pages.shown.len(), pages.total), (2, 20_000));
    assert_eq!(pages.unshown, Some(Unshown::Beyond));
    // Their pictures together are bounded too.
    let mut small = reader();
    small.limits.drawn = pages.size() as u64 / 2;
    let pages = small.read(&paged(3, A4, SQUARE, &[]));
    assert_eq!((pages.shown.len(), pages.total), (1, 3));
    assert_eq!(pages.unshown, Some(Unshown::Beyond));
}

#[test]
fn a_picture_that_cannot_be_read_is_missed_on_its_page() {
    let resources = format!("{A4} /Resources << /XObject << /I 5 0 R >> >>");
    let broken = stream(
        "/Type /XObject /Subtype /Image /Width 100 /Height 100 /ColorSpace /DeviceRGB \
         /BitsPerComponent 8 /Filter /DCTDecode",
        "no JPEG",
    );
    let draw = "q 595 0 0 842 0 0 cm /I Do Q";
    let pages = reader().read(&paged(1, &resources, draw, &[broken]));
    assert_eq!(pages.unshown, None);
    assert!(pages.shown[0].lacking);
    assert!(!reader().read(&paged(1, A4, SQUARE, &[])).shown[0].lacking);
}

#[test]
fn chinese_text_that_brings_no_typeface_is_drawn_in_one_of_the_machine() {
    let text: String = "社会保险参保证明"
        .encode_utf16()
        .map(|unit| format!("{unit:04x}"))
        .collect();
    let typeface = [
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H \
         /DescendantFonts [6 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 \
         /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> \
         /FontDescriptor 7 0 R >>",
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 \
         /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 \
         /CapHeight 880 /StemV 93 >>",
    ];
    let bytes = paged(
        1,
        &format!("{A4} /Resources << /Font << /F 5 0 R >> >>"),
        &format!("BT /F 24 Tf 72 700 Td <{text}> Tj ET"),
        &typeface.map(str::to_owned),
    );
    let typesetter =
        Typesetter::new(&FontSettings::default()).expect("a Chinese font; install fonts-noto-cjk");
    let mut helped = reader();
    helped.face = typesetter.face();
    assert!(helped.face.is_some());
    let (blank, drawn) = (reader().read(&bytes), helped.read(&bytes));
    assert_eq!(
        (lies(&blank), lies(&drawn)),
        (vec![Portrait], vec![Portrait])
    );
    assert!(drawn.size() > blank.size() + 1_000, "eight characters more");
}

#[test]
fn a_child_out_of_time_or_memory_is_reported_and_takes_nobody_along() {
    // Each form draws the next one ten times.
    let level = |level: usize| {
        let next = 5 + level;
        let resources = format!("/Resources << /XObject << /F {next} 0 R >> >>");
        let form = "/Type /XObject /Subtype /Form /BBox [0 0 595 842]";
        match level {
            9 => stream(form, ""),
            _ => stream(&format!("{form} {resources}"), &"/F Do ".repeat(10)),
        }
    };
    let levels: Vec<String> = (1..=9).map(level).collect();
    let first = format!("{A4} /Resources << /XObject << /F 5 0 R >> >>");
    let mut hasty = reader();
    hasty.limits.cpu = 1;
    let pages = hasty.read(&paged(1, &first, "/F Do", &levels));
    assert_eq!((pages.shown.len(), pages.total), (0, 1));
    assert_eq!(pages.unshown, Some(Unshown::BrokenOff(Break::Time)));

    let mut tight = reader();
    tight.limits.memory = 16 * 1024 * 1024;
    let large = png(2_000, 2_000);
    let pages = tight.read(&large);
    assert_eq!(pages.unshown, Some(Unshown::BrokenOff(Break::Crash)));
    assert_eq!(lies(&reader().read(&large)), [Portrait]);

    let mut none = reader();
    none.isolation = Isolation::Child {
        program: "/nonexistent/program".into(),
    };
    let pages = none.read(&large);
    let why = pages.unshown.unwrap();
    assert_eq!((why.code(), pages.total), ("pages.not_started", 0));
}

#[test]
fn forms_that_draw_themselves_end() {
    let resources = "/Resources << /XObject << /F 5 0 R >> >>";
    let form = format!("/Type /XObject /Subtype /Form /BBox [0 0 595 842] {resources}");
    let bytes = paged(
        1,
        &format!("{A4} {resources}"),
        "/F Do",
        &[stream(&form, "/F Do /F Do")],
    );
    let mut hasty = reader();
    hasty.limits.cpu = 2;
    let start = Instant::now();
    let pages = hasty.read(&bytes);
    assert!(start.elapsed().as_secs() < 20);
    assert!(pages.shown.len() == 1 || pages.unshown.is_some());
}
