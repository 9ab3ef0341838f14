//! The zoo of bad files: each gets a sentence, nothing panics, and the reader stays usable.

mod workbooks;

use std::time::Instant;

use documents::table::Refusal;
use documents::table::{Choose, Limits, Origin, Table, TableError, TableReader, Value};
use documents::worker::{Break, Isolation};
use domain::explain::Explain;
use workbooks::{Part, Workbook, zip_of};

fn reader() -> TableReader {
    TableReader {
        isolation: Isolation::Child {
            program: env!("CARGO_BIN_EXE_worker").into(),
        },
        limits: Limits::default(),
    }
}

fn read(bytes: &[u8]) -> Result<Table, TableError> {
    let mut table = Table::default();
    reader().read(bytes, Choose::First, &mut table)?;
    Ok(table)
}

fn texts(table: &Table) -> Vec<Vec<String>> {
    table
        .rows
        .iter()
        .map(|row| row.cells.iter().map(|cell| cell.value.text()).collect())
        .collect()
}

#[test]
fn a_workbook_arrives_with_its_row_numbers_formulas_dates_and_merged_cells() {
    let bytes = Workbook::new("名单")
        .merged(0, 0, 0, 2, "某单位推荐名单")
        .text(2, 0, "姓名")
        .text(2, 1, "出生日期")
        .text(2, 2, "工作单位")
        .text(3, 0, "陈示范")
        .date(3, 1, 1978, 6, 1)
        .merged(3, 2, 4, 2, "云岭市高级技工学校")
        .formula(4, 0, "=A4&\"二\"", "陈示范二")
        .number(4, 1, 19780601.0)
        .bytes();
    let table = read(&bytes).unwrap();
    assert_eq!(
        table.rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        [1, 3, 4, 5]
    );
    assert_eq!(
        texts(&table),
        [
            vec!["某单位推荐名单", "某单位推荐名单", "某单位推荐名单"],
            vec!["姓名", "出生日期", "工作单位"],
            vec!["陈示范", "1978-06-01", "云岭市高级技工学校"],
            vec!["陈示范二", "19780601", "云岭市高级技工学校"],
        ]
    );
    assert_eq!(table.rows[3].cells[0].origin, Origin::Formula);
    assert_eq!(table.rows[3].cells[2].origin, Origin::Merged);
    assert!(matches!(table.rows[2].cells[1].value, Value::Date(_)));
}

#[test]
fn a_far_cell_is_named_not_suffered() {
    let bytes = Workbook::new("Sheet1")
        .text(0, 0, "姓名")
        .text(1_048_575, 16_383, "x")
        .bytes();
    let error = read(&bytes).unwrap_err();
    assert!(matches!(&error, TableError::StrayCell { address, .. } if address == "XFD1048576"));
    assert!(
        error.sentence().contains("XFD1048576"),
        "{}",
        error.sentence()
    );
    // The same cell with nothing but a format is no obstacle.
    let bytes = Workbook::new("Sheet1")
        .text(0, 0, "姓名")
        .blank(1_048_575, 16_383)
        .bytes();
    assert_eq!(texts(&read(&bytes).unwrap()), [["姓名"]]);
}

#[test]
fn a_forged_string_count_kills_only_the_child() {
    let bytes = Workbook::new("Sheet1")
        .text(0, 0, "姓名")
        .edited("xl/sharedStrings.xml", |xml| {
            let at = xml.find("uniqueCount=\"").unwrap() + "uniqueCount=\"".len();
            let end = at + xml[at..].find('"').unwrap();
            format!("{}4294967295{}", &xml[..at], &xml[end..])
        });
    assert_eq!(read(&bytes), Err(TableError::BrokenOff(Break::Crash)));
    // The parent goes on as if nothing had happened.
    assert!(read(&Workbook::new("Sheet1").text(0, 0, "姓名").bytes()).is_ok());
}

#[test]
fn bombs_are_refused_before_they_are_parsed() {
    let sheet = |filling: Vec<u8>| {
        let mut parts = Workbook::new("Sheet1").text(0, 0, "姓名").parts();
        parts.retain(|part| part.name != "xl/worksheets/sheet1.xml");
        parts.push(Part::new("xl/worksheets/sheet1.xml", filling));
        zip_of(&parts)
    };
    let beyond_one_entry = sheet(vec![b' '; 65 * 1024 * 1024]);
    assert!(beyond_one_entry.len() < 100 * 1024);
    let too_dense = sheet(vec![b' '; 16 * 1024 * 1024]);
    for bytes in [beyond_one_entry, too_dense] {
        let start = Instant::now();
        assert_eq!(read(&bytes), Err(TableError::Refused(Refusal::Bomb)));
        assert!(start.elapsed().as_secs() < 20);
    }
}

#[test]
fn a_directory_that_understates_a_file_is_refused() {
    let mut bytes = Workbook::new("Sheet1").text(0, 0, "姓名").bytes();
    // Uncompressed size in the central directory entry of the sheet: 24 bytes after its signature.
    let name = b"xl/worksheets/sheet1.xml";
    let central = (0..bytes.len())
        .rev()
        .find(|at| bytes[*at..].starts_with(b"PK\x01\x02") && bytes[at + 46..].starts_with(name))
        .unwrap();
    bytes[central + 24..central + 28].copy_from_slice(&10_u32.to_le_bytes());
    assert!(matches!(
        read(&bytes),
        Err(TableError::Refused(Refusal::Forged) | TableError::Damaged { .. })
    ));
}

#[test]
fn archives_inside_and_too_many_files_are_refused() {
    let with = |parts: Vec<Part>| {
        let mut all = Workbook::new("Sheet1").text(0, 0, "姓名").parts();
        all.extend(parts);
        zip_of(&all)
    };
    let inner = zip_of(&[Part::new("a.txt", b"a".to_vec())]);
    let nested = with(vec![Part::new("xl/embeddings/inner.bin", inner)]);
    assert_eq!(read(&nested), Err(TableError::Refused(Refusal::Nested)));
    let many = with(
        (0..80)
            .map(|n| Part::new(&format!("xl/media/{n}.png"), vec![1]))
            .collect(),
    );
    assert_eq!(
        read(&many),
        Err(TableError::Refused(Refusal::Entries { limit: 64 }))
    );
}

#[test]
fn what_is_no_workbook_is_called_by_its_name() {
    let cfb = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1].to_vec();
    let locked: Vec<u8> = cfb
        .iter()
        .copied()
        .chain("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let ods = zip_of(&[Part::new(
        "mimetype",
        b"application/vnd.oasis.opendocument.spreadsheet".to_vec(),
    )]);
    let docx = zip_of(&[
        Part::new("[Content_Types].xml", b"<Types/>".to_vec()),
        Part::new("word/document.xml", b"<w/>".to_vec()),
    ]);
    let zip = zip_of(&[Part::new("名单.csv", b"a,b".to_vec())]);
    let cut = Workbook::new("Sheet1").text(0, 0, "姓名").bytes();
    let cut = cut[..cut.len() / 2].to_vec();
    let cases: [(Vec<u8>, &str); 12] = [
        (b"".to_vec(), "table.empty"),
        (b" \r\n ".to_vec(), "table.empty"),
        (cfb, "table.old_format"),
        (locked, "table.password"),
        (b"<html><table></table></html>".to_vec(), "table.web_page"),
        (b"%PDF-1.7".to_vec(), "table.not_a_table"),
        (b"a\0b,c".to_vec(), "table.not_a_table"),
        (vec![0xFF; 100], "table.encoding"),
        (ods, "table.not_a_workbook"),
        (docx, "table.not_a_workbook"),
        (zip, "table.not_a_workbook"),
        (cut, "table.damaged"),
    ];
    for (bytes, code) in cases {
        let error = read(&bytes).unwrap_err();
        assert_eq!(error.code(), code, "{error:?}");
        let sentence = error.sentence();
        assert!(
            sentence.ends_with('。') && sentence.contains('请'),
            "{sentence}"
        );
    }
}

#[test]
fn billion_laughs_and_external_entities_do_not_expand() {
    let doctype = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]>";
    let bytes = Workbook::new("Sheet1")
        .text(0, 0, "姓名")
        .edited("xl/sharedStrings.xml", |xml| {
            let at = xml.find("<sst").unwrap();
            format!(
                "{}{doctype}{}",
                &xml[..at],
                xml[at..].replace("姓名", "&b;&c;")
            )
        });
    match read(&bytes) {
        Err(TableError::Damaged { .. } | TableError::NoSheet) => {}
        Ok(table) => {
            let all = format!("{:?}", texts(&table));
            assert!(!all.contains("aaaa") && !all.contains("root:"), "{all}");
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_slow_child_is_stopped_by_the_clock() {
    let mut reader = reader();
    reader.limits.wall = 1;
    // `sleep` takes the arguments for times and waits; it never answers.
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("dawdle");
    std::fs::write(&program, "#!/bin/sh\nexec /bin/sleep 30\n").unwrap();
    let mut mode = std::fs::metadata(&program).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
    std::fs::set_permissions(&program, mode).unwrap();
    reader.isolation = Isolation::Child { program };
    let bytes = Workbook::new("Sheet1").text(0, 0, "姓名").bytes();
    let start = Instant::now();
    let outcome = reader.read(&bytes, Choose::First, &mut Table::default());
    assert_eq!(outcome, Err(TableError::BrokenOff(Break::Time)));
    assert!(start.elapsed().as_secs() < 10);
}

#[test]
fn a_child_out_of_processor_time_or_missing_is_reported() {
    let bytes = Workbook::new("Sheet1").text(0, 0, "姓名").bytes();
    let mut none = reader();
    none.isolation = Isolation::Child {
        program: "/nonexistent/program".into(),
    };
    let error = none
        .read(&bytes, Choose::First, &mut Table::default())
        .unwrap_err();
    assert_eq!(error.code(), "table.not_started");

    let mut babbling = reader();
    babbling.isolation = Isolation::Child {
        program: "/bin/echo".into(),
    };
    let outcome = babbling.read(&bytes, Choose::First, &mut Table::default());
    assert_eq!(outcome, Err(TableError::BrokenOff(Break::Answer)));
}

#[test]
fn memory_of_the_child_is_bounded() {
    let mut tight = reader();
    tight.limits.memory = 16 * 1024 * 1024;
    let mut workbook = Workbook::new("Sheet1");
    for row in 0..20_000_u32 {
        // Text that does not pack well, so that it is no bomb but an honest large file.
        let numbers = (1..40_u64).map(|n| {
            n.wrapping_mul(u64::from(row) + 7)
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        });
        workbook = workbook.text(
            row,
            0,
            &numbers.map(|n| format!("{n:016x}")).collect::<String>(),
        );
    }
    let bytes = workbook.bytes();
    let outcome = tight.read(&bytes, Choose::First, &mut Table::default());
    assert_eq!(outcome, Err(TableError::BrokenOff(Break::Crash)));
    assert_eq!(read(&bytes).unwrap().rows.len(), 20_000);
}

#[test]
fn the_sheet_can_be_chosen_and_the_first_filled_one_is_taken() {
    let bytes = Workbook::new("说明")
        .sheet("名单")
        .text(0, 0, "姓名")
        .sheet("附表")
        .text(0, 0, "其他")
        .bytes();
    let table = read(&bytes).unwrap();
    let sheet = table.sheet.unwrap();
    assert_eq!((sheet.name.as_str(), sheet.all.len()), ("名单", 3));
    let mut table = Table::default();
    reader()
        .read(&bytes, Choose::Named("附表"), &mut table)
        .unwrap();
    assert_eq!(texts(&table), [["其他"]]);
    let error = reader()
        .read(&bytes, Choose::Named("别的"), &mut Table::default())
        .unwrap_err();
    assert_eq!(
        error,
        TableError::SheetMissing {
            name: "别的".into()
        }
    );
}
