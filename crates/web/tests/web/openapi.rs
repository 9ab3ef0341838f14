//! The description of the JSON interface says what is served, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use web::routes::Access;

fn described() -> BTreeMap<(String, String), Value> {
    let document = serde_json::to_value(web::openapi::document()).expect("json");
    let mut operations = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            if operation.get("responses").is_some() {
                let key = (method.to_uppercase(), path.clone());
                operations.insert(key, operation.clone());
            }
        }
    }
    operations
}

#[test]
fn every_route_is_described_and_every_description_is_a_route() {
    let served: BTreeSet<(String, String)> = web::routes::all()
        .table()
        .iter()
        .filter(|route| route.path.starts_with("/api/"))
        .map(|route| (route.method.to_string(), route.path.to_owned()))
        .collect();
    let described: BTreeSet<_> = described().into_keys().collect();
    let missing: Vec<_> = served.difference(&described).collect();
    let invented: Vec<_> = described.difference(&served).collect();
    assert!(
        missing.is_empty() && invented.is_empty(),
        "not described: {missing:?}; not served: {invented:?}"
    );
    assert!(served.len() > 90, "{}", served.len());
}

#[test]
fn every_operation_says_what_it_does_what_it_needs_and_how_it_fails() {
    let mut names = BTreeSet::new();
    for ((method, path), operation) in described() {
        let at = format!("{method} {path}");
        let name = operation["operationId"].as_str().expect("a name");
        assert!(names.insert(name.to_owned()), "{at}: {name} twice");
        let summary = operation["summary"].as_str().unwrap_or_default();
        assert!(!summary.is_ascii(), "{at}: told in Chinese: {summary}");
        let empty = Vec::new();
        let parameters: BTreeSet<&str> = operation["parameters"]
            .as_array()
            .unwrap_or(&empty)
            .iter()
            .filter(|one| one["in"] == "path")
            .filter_map(|one| one["name"].as_str())
            .collect();
        let in_path: BTreeSet<&str> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        assert_eq!(parameters, in_path, "{at}");
        let failure = &operation["responses"]["default"]["content"]["application/problem+json"];
        assert!(failure.is_object(), "{at}");
    }
}

#[test]
fn what_is_open_to_everybody_and_only_that_needs_no_token() {
    let described = described();
    for route in web::routes::all().table() {
        let key = (route.method.to_string(), route.path.to_owned());
        let Some(operation) = described.get(&key) else {
            continue;
        };
        let open = operation["security"] == serde_json::json!([{}]);
        assert_eq!(open, route.access == Access::Public, "{key:?}");
    }
}

#[test]
fn every_shape_that_is_referred_to_is_there() {
    let text = serde_json::to_string(&web::openapi::document()).expect("json");
    let document: Value = serde_json::from_str(&text).expect("json");
    let shapes = document["components"]["schemas"]
        .as_object()
        .expect("shapes");
    for part in text.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().expect("a name");
        assert!(shapes.contains_key(name), "{name}");
    }
}
