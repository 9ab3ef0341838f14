//! Imports: dry run, confirmation, repetition, hostile files; and what leaves again.

use std::fmt::Write as _;
use std::time::Instant;

use crate::registry::{Bureau, form, id_number};
use domain::actor::Role;
use domain::id::ImportId;
use service::Error;
use service::experts::{Chosen, ExpertQuery};
use service::exports::ExportForm;
use service::imports::{Counts, ImportState, RowsWithErrors};
use store::PageRequest;
use store::testing::{TestStore, on_both};

const HEAD: &str =
    "序号,姓名,性别,身份证号码,职业、专业,工作单位,职业资格等级/职称,获得荣誉,联系方式\n";

fn csv(rows: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut text = HEAD.to_owned();
    for (n, (name, born, title)) in rows.iter().enumerate() {
        let _ = writeln!(
            text,
            "{},{name},男,{},焊接,示例市启明机电设备有限公司,{title},,160{:08}",
            n + 1,
            id_number(born, true),
            n + 1
        );
    }
    text.into_bytes()
}

async fn begin(bureau: &Bureau, bytes: Vec<u8>, add: bool) -> ImportId {
    let mut fields = form(&[
        ("basis", "示例委纪要〔2026〕3号"),
        ("basis_on", "2026-03-01"),
    ]);
    if add {
        fields.push("new_specialties", "add");
    }
    let ctx = bureau.officer();
    let id = bureau
        .service
        .begin_import(&ctx, 1, "名册.csv", bytes, &fields)
        .await
        .expect("kept");
    bureau.service.read_import(&ctx, 1, id).await.expect("read");
    id
}

async fn total(bureau: &Bureau) -> usize {
    let list = bureau
        .service
        .experts(
            &bureau.officer(),
            1,
            &ExpertQuery::default(),
            &PageRequest::first(1000),
        )
        .await;
    list.expect("listed").rows.len()
}

/// Whoever asks whether it runs, and then where it stands, never finds it neither running nor read.
#[tokio::test]
async fn an_import_runs_until_what_was_read_is_saved() {
    on_both(async |test| {
        let bureau = Bureau::open(&test, 1).await;
        let (ctx, service) = (bureau.officer(), &bureau.service);
        let fields = form(&[
            ("basis", "示例委纪要〔2026〕3号"),
            ("basis_on", "2026-03-01"),
        ]);
        let file = csv(&[("甲一", "19800101", "高级工程师")]);
        for _ in 0..10 {
            let id = service
                .begin_import(&ctx, 1, "名册.csv", file.clone(), &fields)
                .await
                .expect("kept");
            service.running_imports().begin(id);
            let reading = tokio::spawn({
                let (service, ctx) = (service.clone(), ctx.clone());
                async move { service.read_import(&ctx, 1, id).await }
            });
            while service.running_imports().of(id).is_some() {
                tokio::task::yield_now().await;
            }
            let found = service.import(&ctx, 1, id).await.expect("found");
            assert_eq!(found.state.code(), "ready");
            reading.await.expect("ended").expect("read");
        }
    })
    .await;
}

/// Covers: DG-A2.
#[tokio::test]
async fn a_summary_list_is_previewed_written_whole_and_only_once() {
    on_both(async |test| {
        let bureau = Bureau::open(&test, 1).await;
        let ctx = bureau.officer();
        let file = csv(&[
            ("甲一", "19800101", "高级工程师"),
            ("乙二", "19800102", "高级技师"),
            ("丙三", "19990230", "工程师"),
        ]);
        let id = begin(&bureau, file.clone(), true).await;
        let preview = bureau
            .service
            .import_preview(&ctx, 1, id)
            .await
            .expect("previewed");
        assert_eq!(
            preview.counts,
            Counts {
                new: 2,
                changed: 0,
                unchanged: 0,
                errors: 1
            }
        );
        assert_eq!(preview.specialties, ["焊接"]);
        assert_eq!(preview.problems[0].row, 4);
        assert!(
            !preview.problems[0].value.contains("19990230"),
            "identity numbers are masked in problems"
        );
        assert_eq!(total(&bureau).await, 0, "a dry run writes nothing");
        assert!(bureau.actions(0).await.is_empty());

        let refused = bureau
            .service
            .confirm_import(&ctx, 1, id, RowsWithErrors::Refuse)
            .await;
        assert!(matches!(refused, Err(Error::Refused(_))));
        assert_eq!(total(&bureau).await, 0, "one bad row holds back the whole");
        let workbook = bureau
            .service
            .import_errors(&ctx, 1, id)
            .await
            .expect("made");
        assert!(workbook.starts_with(b"PK"));

        let done = bureau
            .service
            .confirm_import(&ctx, 1, id, RowsWithErrors::LeaveOut)
            .await
            .expect("written");
        assert!(matches!(done.state, ImportState::Done { .. }));
        assert_eq!(total(&bureau).await, 2);
        assert_eq!(
            bureau.actions(0).await,
            ["expert.imported", "specialty.added"]
        );
        let again = bureau
            .service
            .confirm_import(&ctx, 1, id, RowsWithErrors::LeaveOut)
            .await
            .expect("the same answer");
        assert_eq!(again, done);
        assert_eq!(
            bureau.actions(0).await.len(),
            2,
            "the second confirmation changed nothing"
        );

        let repeated = begin(&bureau, file, true).await;
        let preview = bureau
            .service
            .import_preview(&ctx, 1, repeated)
            .await
            .expect("previewed");
        assert_eq!(
            preview.counts,
            Counts {
                new: 0,
                changed: 0,
                unchanged: 2,
                errors: 1
            }
        );
        assert!(matches!(
            bureau
                .service
                .confirm_import(&ctx, 1, repeated, RowsWithErrors::LeaveOut)
                .await,
            Err(Error::Refused(_))
        ));
    })
    .await;
}

#[tokio::test]
async fn a_member_is_changed_only_where_the_file_says_more() {
    on_both(async |test| {
        let bureau = Bureau::open(&test, 1).await;
        let ctx = bureau.officer();
        let first = begin(&bureau, csv(&[("甲一", "19800101", "工程师")]), true).await;
        bureau
            .service
            .confirm_import(&ctx, 1, first, RowsWithErrors::Refuse)
            .await
            .expect("written");
        let second = begin(
            &bureau,
            csv(&[
                ("甲一", "19800101", "高级工程师"),
                ("乙二", "19800102", "高级技师"),
            ]),
            false,
        )
        .await;
        let preview = bureau
            .service
            .import_preview(&ctx, 1, second)
            .await
            .expect("previewed");
        assert_eq!((preview.counts.new, preview.counts.changed), (1, 1));
        assert_eq!(
            preview.changed[0]
                .differences
                .iter()
                .map(|d| d.label.as_str())
                .collect::<Vec<_>>(),
            ["职称"]
        );
        // Somebody writes between preview and confirmation.
        let other = begin(&bureau, csv(&[("乙二", "19800102", "高级技师")]), false).await;
        bureau
            .service
            .confirm_import(&ctx, 1, other, RowsWithErrors::Refuse)
            .await
            .expect("written");
        let moved = bureau
            .service
            .confirm_import(&ctx, 1, second, RowsWithErrors::Refuse)
            .await;
        assert!(
            matches!(moved, Err(Error::Refused(ref reasons)) if reasons[0].code == "import.moved"),
            "{moved:?}"
        );
        bureau
            .service
            .read_import(&ctx, 1, second)
            .await
            .expect("read again");
        bureau
            .service
            .confirm_import(&ctx, 1, second, RowsWithErrors::Refuse)
            .await
            .expect("written");
        assert_eq!(
            bureau.actions(0).await[..2],
            ["expert.imported", "expert.changed"]
        );
        assert_eq!(total(&bureau).await, 2);
    })
    .await;
}

#[tokio::test]
async fn unknown_specialties_and_unmet_conditions_are_errors_of_their_rows() {
    let test = TestStore::open(store::Kind::Sqlite).await;
    let bureau = Bureau::open(&test, 1).await;
    let ctx = bureau.officer();
    let id = begin(&bureau, csv(&[("甲一", "19800101", "高级工程师")]), false).await;
    let preview = bureau
        .service
        .import_preview(&ctx, 1, id)
        .await
        .expect("previewed");
    assert_eq!(preview.counts.errors, 1);
    assert_eq!(preview.problems[0].code, "specialty.unknown");
    let id = begin(&bureau, csv(&[("甲一", "19400101", "高级工程师")]), true).await;
    let preview = bureau
        .service
        .import_preview(&ctx, 1, id)
        .await
        .expect("previewed");
    assert_eq!(preview.problems[0].code, "eligibility.unmet");
    assert!(
        preview.problems[0].sentence.contains("第四条(四)"),
        "{}",
        preview.problems[0].sentence
    );
    let workbook = bureau
        .service
        .import_errors(&ctx, 1, id)
        .await
        .expect("made");
    assert!(
        workbook.len() > 1000,
        "rows that only the comparison found wrong are in the workbook too"
    );
}

#[tokio::test]
async fn hostile_files_end_in_words_and_write_nothing() {
    let test = TestStore::open(store::Kind::Sqlite).await;
    let bureau = Bureau::open(&test, 1).await;
    let ctx = bureau.officer();
    for bytes in [
        b"PK\x03\x04garbage".to_vec(),
        b"<html><table><tr><td>x</td></tr></table></html>".to_vec(),
        b"%PDF-1.7".to_vec(),
        vec![0xFF; 4096],
        "姓名,姓名\n甲,乙\n".into(),
        HEAD.as_bytes().to_vec(),
    ] {
        let id = begin(&bureau, bytes, true).await;
        let import = bureau.service.import(&ctx, 1, id).await.expect("found");
        let ImportState::Unreadable { why } = &import.state else {
            panic!("{:?}", import.state)
        };
        assert!(why.chars().count() > 10, "{why}");
        assert!(matches!(
            bureau
                .service
                .confirm_import(&ctx, 1, id, RowsWithErrors::LeaveOut)
                .await,
            Err(Error::Refused(_))
        ));
    }
    let empty = bureau
        .service
        .begin_import(&ctx, 1, "x", Vec::new(), &form(&[]))
        .await;
    assert!(matches!(empty, Err(Error::Invalid(problems)) if problems.len() == 3));
    assert_eq!(total(&bureau).await, 0);
}

#[tokio::test]
async fn imports_and_exports_stop_at_pool_and_role_and_exports_are_logged() {
    let test = TestStore::open(store::Kind::Sqlite).await;
    let bureau = Bureau::open(&test, 2).await;
    let ctx = bureau.officer();
    let id = begin(
        &bureau,
        csv(&[
            ("=甲一", "19800101", "高级工程师"),
            ("乙二", "19800102", "高级技师"),
        ]),
        true,
    )
    .await;
    let stranger = bureau.ctx(Role::Officer, 1);
    assert!(matches!(
        bureau.service.import(&stranger, 2, id).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        bureau
            .service
            .import_preview(&bureau.ctx(Role::Supervisor, 0), 1, id)
            .await,
        Err(Error::Forbidden(_))
    ));
    bureau
        .service
        .confirm_import(&ctx, 1, id, RowsWithErrors::LeaveOut)
        .await
        .expect("written");
    let everybody = Chosen::Query(Box::default());
    assert!(matches!(
        bureau
            .service
            .export_experts(&ctx, 1, &everybody, ExportForm::Csv, "")
            .await,
        Err(Error::Invalid(_))
    ));
    let supervisor = bureau.ctx(Role::Supervisor, 0);
    assert!(matches!(
        bureau
            .service
            .export_experts(&supervisor, 1, &everybody, ExportForm::Csv, "看")
            .await,
        Err(Error::Forbidden(_))
    ));
    let made = bureau
        .service
        .export_experts(&ctx, 1, &everybody, ExportForm::Csv, "上报")
        .await
        .expect("made");
    let text = String::from_utf8(made.bytes).expect("utf-8");
    assert!(
        text.contains("乙二") && !text.contains("19800102"),
        "no identity number leaves with the list"
    );
    let made = bureau
        .service
        .export_experts(&ctx, 1, &everybody, ExportForm::SummaryXlsx, "上报")
        .await
        .expect("made");
    assert!(made.bytes.starts_with(b"PK"));
    assert_eq!(
        bureau.actions(0).await[..2],
        ["access.exported", "access.exported"]
    );
}

/// One event and one transaction, however many rows.
#[tokio::test]
async fn five_thousand_rows_are_one_transaction() {
    let test = TestStore::open(store::Kind::Sqlite).await;
    let bureau = Bureau::open(&test, 1).await;
    let ctx = bureau.officer();
    let mut text = HEAD.to_owned();
    for n in 0..5000_u32 {
        let born = jiff::civil::date(1960, 1, 1)
            .checked_add(jiff::Span::new().days(i64::from(n) * 2))
            .expect("day");
        let born = format!("{:04}{:02}{:02}", born.year(), born.month(), born.day());
        let _ = writeln!(
            text,
            "{n},张{},男,{},焊接,示例市第{}公司,高级工程师,,160{n:08}",
            char::from_u32(0x4e00 + n).unwrap_or('一'),
            id_number(&born, true),
            n % 97
        );
    }
    let started = Instant::now();
    let id = begin(&bureau, text.into_bytes(), true).await;
    let read = started.elapsed();
    let done = bureau
        .service
        .confirm_import(&ctx, 1, id, RowsWithErrors::LeaveOut)
        .await
        .expect("written");
    println!("read {read:?}, written {:?}", started.elapsed() - read);
    let counts = done.state.counts().expect("counted");
    assert_eq!(counts.people(), 5000);
    assert!(counts.new > 4900, "{counts:?}");
    assert_eq!(
        bureau.actions(0).await.len(),
        2,
        "one event for the specialty, one for the import"
    );
}
