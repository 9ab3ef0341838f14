//! Every fixed statement of the sources is prepared on both engines: the check `query!` would make,
//! for two engines at once.

use std::path::Path;

use store::testing::{on_both, prepare};

/// The text of every `sql!("…")` in a source file, with line continuations joined.
fn statements(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find("sql!(") {
        rest = rest[at + 5..].trim_start();
        let Some(body) = rest.strip_prefix('"') else {
            continue;
        };
        let mut text = String::new();
        let mut characters = body.chars();
        while let Some(c) = characters.next() {
            match c {
                '"' => break,
                '\\' => match characters.next() {
                    Some('\n') => {
                        let skipped = characters.as_str().trim_start();
                        characters = skipped.chars();
                    }
                    Some(escaped) => text.push(escaped),
                    None => break,
                },
                c => text.push(c),
            }
        }
        found.push(text);
        rest = characters.as_str();
    }
    found
}

fn sources(folder: &Path, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("testing.rs")
        {
            into.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fixed_statement_is_valid_on_both_engines() {
    on_both(|t| async move {
        let mut files = Vec::new();
        sources(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut files,
        );
        let all: Vec<String> = files.iter().flat_map(|file| statements(file)).collect();
        assert!(all.len() > 80, "only {} statements were found", all.len());
        for text in &all {
            prepare(&t.store, text)
                .await
                .unwrap_or_else(|why| panic!("{text}\n{why:?}"));
        }
        assert!(
            prepare(&t.store, "SELECT nothing FROM nowhere")
                .await
                .is_err()
        );
    })
    .await;
}

#[test]
fn statements_are_read_as_the_compiler_reads_them() {
    let source =
        "sql!(\"SELECT a \\\n     FROM b\", x); sql!( \"SELECT \\\"c\\\"\" ); $crate::Sql::new";
    assert_eq!(statements(source), ["SELECT a FROM b", "SELECT \"c\""]);
}
