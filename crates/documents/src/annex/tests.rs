use domain::policy::{check, library};

use super::*;

fn form(pack: &str, id: &str) -> Form {
    let shipped = library::shipped(pack).expect("shipped");
    let pack = check(shipped.pack).expect("sound");
    pack.form(id).expect("a form").clone()
}

fn words(view: &FormView) -> Vec<String> {
    let grids = view.blocks.iter().flat_map(|block| match block {
        Block::Grid { rows, .. } => rows.clone(),
        _ => Vec::new(),
    });
    grids
        .flat_map(|row| row.cells)
        .map(|cell| crate::measure::words(&cell.content))
        .collect()
}

#[test]
fn the_pledge_is_signed_once() {
    // DG signs below the pledge, CY in a row of its own.
    for (pack, id) in [("dg-2021", "annex1"), ("cy-2021", "application")] {
        let form = form(pack, id);
        let stated = Stated::default();
        let view = Annex::blank(&form, &stated, Vec::new()).view();
        let label = &form.signatures[0].label;
        let signed = words(&view)
            .iter()
            .filter(|text| text.contains(label.as_str()))
            .count();
        assert_eq!(signed, 1, "{pack}");
    }
}

#[test]
fn a_blank_form_has_the_rows_of_the_pack_and_no_tick() {
    let form = form("gz-2022", "annex");
    let stated = Stated::default();
    let view = Annex::blank(&form, &stated, vec!["征求意见稿".to_owned()]).view();
    let words = words(&view).concat();
    assert!(words.contains("二寸彩色近照"), "{words}");
    assert_eq!(words.matches('□').count(), 5);
    assert_eq!(words.matches('☑').count(), 0);
    assert_eq!(view.marks, ["征求意见稿"]);
}

#[test]
fn a_list_without_a_label_repeats_its_head() {
    let form = form("dg-2021", "annex2");
    let stated = Stated::default();
    let view = Annex::blank(&form, &stated, Vec::new()).view();
    let rows = view.blocks.iter().find_map(|block| match block {
        Block::Table { rows, columns, .. } => Some((columns.len(), rows.clone())),
        _ => None,
    });
    let (columns, rows) = rows.expect("a table");
    assert_eq!((columns, rows.len()), (9, 5));
    assert_eq!(rows[4][0], "5");
}

#[test]
fn very_long_answers_make_the_form_longer_and_lose_nothing() {
    let form = form("dg-2021", "annex1");
    let stated = Stated {
        address: "很长的地址".repeat(40),
        ..Stated::default()
    };
    let long = Annex::blank(&form, &stated, Vec::new()).view();
    assert!(words(&long).contains(&stated.address));
}
