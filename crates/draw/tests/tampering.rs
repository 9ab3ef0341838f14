//! Any change of any value in a record is rejected, and the reason is told.

mod common;

use common::{canonical, places, relink, vectors};
use draw::{EventError, ReadError, VerifyError, verify};
use serde_json::{Value, json};

fn compact(text: &str) -> String {
    verify(text.as_bytes()).unwrap().record.to_json()
}

#[test]
fn every_flipped_bit_is_rejected() {
    let texts: Vec<String> = vectors().iter().map(|(_, text)| compact(text)).collect();
    for (index, text) in texts.iter().enumerate() {
        // Every bit of three records, every fifth of the others.
        let step = if index < 3 { 1 } else { 5 };
        for bit in (0..text.len() * 8).step_by(step) {
            let mut bytes = text.clone().into_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(
                verify(&bytes).is_err(),
                "bit {bit}: {}",
                String::from_utf8_lossy(&bytes)
            );
        }
    }
}

/// What `value` could be changed into.
fn altered(value: &Value) -> Vec<Value> {
    let mut found = vec![
        json!(null),
        json!(0),
        json!(1),
        json!(true),
        json!(false),
        json!(""),
        json!([]),
        json!({}),
        json!(1.0),
        json!([value]),
    ];
    match value {
        Value::Null => found.push(json!("x")),
        Value::Bool(_) => {}
        Value::Number(number) => {
            let number = number.as_u64().unwrap();
            let near = [number + 1, number.wrapping_sub(1)];
            let far = [u64::from(u32::MAX), 1 << 32, u64::MAX];
            found.extend(near.into_iter().chain(far).map(Value::from));
            found.push(json!(-1));
            found.push(json!(number.to_string()));
        }
        Value::String(text) => {
            found.push(json!(format!("{text}x")));
            found.push(json!(format!(" {text}")));
            found.push(json!(text.to_uppercase()));
            found.push(json!({ text.clone(): null }));
            let mut chars: Vec<char> = text.chars().collect();
            for place in 0..chars.len() {
                let kept = chars[place];
                chars[place] = if kept == '0' { '1' } else { '0' };
                found.push(json!(chars.iter().collect::<String>()));
                chars[place] = kept;
            }
        }
        Value::Array(items) => {
            for place in 0..items.len() {
                let mut fewer = items.clone();
                fewer.remove(place);
                found.push(json!(fewer));
                let mut twice = items.clone();
                twice.insert(place, items[place].clone());
                found.push(json!(twice));
                let mut swapped = items.clone();
                swapped.swap(0, place);
                found.push(json!(swapped));
            }
        }
        Value::Object(fields) => {
            let mut more = fields.clone();
            more.insert("extra".to_owned(), Value::Null);
            found.push(json!(more));
            found.push(json!(fields.values().collect::<Vec<_>>()));
            for (key, inner) in fields {
                let mut fewer = fields.clone();
                fewer.remove(key);
                found.push(json!(fewer));
                fewer_with(&fewer, key, inner, &mut found);
            }
        }
    }
    found.retain(|other| other != value);
    found
}

/// The object without `key` but with the value under another name.
fn fewer_with(
    fewer: &serde_json::Map<String, Value>,
    key: &str,
    inner: &Value,
    found: &mut Vec<Value>,
) {
    let mut renamed = fewer.clone();
    renamed.insert(format!("{key}_"), inner.clone());
    found.push(json!(renamed));
}

/// All records that differ from `record` in one value, its parts included.
fn mutants(record: &Value) -> Vec<Value> {
    let mut pointers = Vec::new();
    places(record, "", &mut pointers);
    let mut found = Vec::new();
    for pointer in pointers {
        for other in altered(record.pointer(&pointer).unwrap()) {
            let mut mutant = record.clone();
            *mutant.pointer_mut(&pointer).unwrap() = other;
            found.push(mutant);
        }
    }
    found
}

#[test]
fn every_structural_change_is_rejected() {
    for (name, text) in vectors().into_iter().take(3) {
        let record: Value = serde_json::from_str(&text).unwrap();
        let found = mutants(&record);
        assert!(found.len() > 2000, "{}", found.len());
        for mutant in found {
            assert!(
                verify(canonical(&mutant).as_bytes()).is_err(),
                "{name}: {mutant}"
            );
        }
    }
}

#[test]
fn repeated_fields_are_rejected() {
    let (_, text) = &vectors()[0];
    let text = compact(text);
    for field in [
        "\"v\":1,",
        "\"suite\":\"SM3\",",
        "\"reserves\":0",
        "\"beacon_value\":null,",
    ] {
        assert!(text.contains(field));
        let twice = text.replacen(
            field,
            &format!("{},{field}", field.trim_end_matches(',')),
            1,
        );
        assert!(
            matches!(
                verify(twice.as_bytes()),
                Err(VerifyError::Read(ReadError::Syntax { .. }))
            ),
            "{twice}"
        );
    }
}

#[test]
fn hostile_documents_are_rejected() {
    let deep = "[".repeat(1_000_000);
    let deep_objects = "{\"v\":".repeat(200_000);
    for bad in [
        "",
        "null",
        "[]",
        "{}",
        "1e999999",
        &deep,
        &deep_objects,
        "\u{feff}{}",
        "{\"v\":1e2}",
    ] {
        assert!(verify(bad.as_bytes()).is_err());
    }
    assert!(verify(&[0xff; 100]).is_err());
    let (_, text) = &vectors()[0];
    assert!(verify(format!("{text}x").as_bytes()).is_err());
    assert!(verify(format!("{text}{text}").as_bytes()).is_err());
    for end in 0..text.trim_end().len() {
        assert!(verify(&text.as_bytes()[..end]).is_err());
    }
}

/// A record changed and then made to agree with its own last digest.
fn forged(text: &str, change: impl FnOnce(&mut Value)) -> VerifyError {
    let mut record: Value = serde_json::from_str(text).unwrap();
    change(&mut record);
    relink(&mut record);
    verify(canonical(&record).as_bytes()).unwrap_err()
}

#[test]
fn a_forger_who_recomputes_the_digest_is_told_where_he_is_wrong() {
    let vectors = vectors();
    let text = &vectors[1].1;
    assert!(verify(text.as_bytes()).is_ok());

    let error = forged(text, |r| {
        r["result"]["panel"].as_array_mut().unwrap().swap(0, 1)
    });
    assert!(
        matches!(error, VerifyError::Panel { seat: 0, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("第 1 个席位不符"), "{error}");
    let error = forged(text, |r| {
        r["result"]["panel"][2]["ref"] = r["excluded"][0]["ref"].clone()
    });
    assert!(
        matches!(error, VerifyError::Panel { seat: 2, .. }),
        "{error}"
    );
    let error = forged(text, |r| {
        r["result"]["panel"].as_array_mut().unwrap().pop();
    });
    assert!(
        matches!(
            error,
            VerifyError::Panel {
                seat: 3,
                recorded: None,
                ..
            }
        ),
        "{error}"
    );
    let error = forged(text, |r| {
        r["result"]["reserves"][1]
            .as_array_mut()
            .unwrap()
            .swap(0, 1)
    });
    assert!(
        matches!(error, VerifyError::Reserves { group: 1 }),
        "{error}"
    );
    let error = forged(text, |r| {
        r["events"][0]["replacement"] = r["result"]["reserves"][1][0].clone()
    });
    assert!(
        matches!(error, VerifyError::Replacement { index: 0, .. }),
        "{error}"
    );
    let error = forged(text, |r| r["events"][1]["replacement"] = Value::Null);
    assert!(
        matches!(
            error,
            VerifyError::Replacement {
                index: 1,
                expected: Some(_),
                ..
            }
        ),
        "{error}"
    );
    let error = forged(text, |r| r["events"][1]["fill"] = json!(false));
    assert!(
        matches!(
            error,
            VerifyError::Replacement {
                index: 1,
                expected: None,
                ..
            }
        ),
        "{error}"
    );
    let error = forged(text, |r| {
        r["events"][1]["ref"] = r["events"][0]["ref"].clone()
    });
    assert!(
        matches!(
            error,
            VerifyError::Event {
                index: 1,
                error: EventError::NotSeated(_)
            }
        ),
        "{error}"
    );
    let error = forged(text, |r| r["events"][0]["at"] = json!(""));
    assert!(
        matches!(
            error,
            VerifyError::Event {
                index: 0,
                error: EventError::Empty(_)
            }
        ),
        "{error}"
    );
    let error = forged(&vectors[0].1, |r| {
        let void = r["events"][2].clone();
        r["events"].as_array_mut().unwrap().push(void);
    });
    assert!(
        matches!(
            error,
            VerifyError::Event {
                index: 3,
                error: EventError::Void
            }
        ),
        "{error}"
    );
    let error = forged(text, |r| r["excluded"].as_array_mut().unwrap().clear());
    assert!(matches!(error, VerifyError::FrameDigest { .. }), "{error}");
    let error = forged(text, |r| r["shares"]["manager"] = r["seed"].clone());
    assert!(matches!(error, VerifyError::Reveal(_)), "{error}");
    let error = forged(text, |r| r["seed"] = r["frame_digest"].clone());
    assert!(matches!(error, VerifyError::Seed { .. }), "{error}");
    let error = forged(text, |r| r["beacon_value"] = json!(""));
    assert!(matches!(error, VerifyError::Beacon), "{error}");
    let error = forged(&vectors[2].1, |r| r["beacon_value"] = json!("339"));
    assert!(matches!(error, VerifyError::Seed { .. }), "{error}");
    let error = forged(text, |r| r["shares"]["stranger"] = r["seed"].clone());
    assert!(
        matches!(
            error,
            VerifyError::Parties {
                field: "shares",
                ..
            }
        ),
        "{error}"
    );
}

proptest::proptest! {
    /// Whatever the bytes, there is an answer and no panic.
    #[test]
    fn any_bytes_get_an_answer(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), place in 0usize..3000) {
        proptest::prop_assert!(verify(&bytes).is_err());
        // Without white space, so that other bytes never mean the same.
        let sound = compact(&vectors()[1].1);
        let mut text = sound.clone().into_bytes();
        let place = place % text.len();
        let end = (place + bytes.len()).min(text.len());
        text[place..end].copy_from_slice(&bytes[..end - place]);
        let untouched = text == sound.as_bytes();
        proptest::prop_assert_eq!(verify(&text).is_ok(), untouched);
    }
}
