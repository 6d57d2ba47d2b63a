//! The tools of these tests are no good if they find nothing.

use serde_json::json;

use crate::person::Person;

#[test]
fn faults_of_accessibility_are_found() {
    let Some(alice) = Person::arrives("faults_of_accessibility_are_found") else {
        return;
    };
    let page = "data:text/html,<html lang=en><title>T</title><main><h1>T</h1>\
                <img src=x><input><p style='color:silver'>Hard to read</p></main>";
    alice.browser.post("/url", &json!({ "url": page }));
    let faults = alice.faults();
    let mut found: Vec<_> = faults
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["id"].as_str().unwrap())
        .collect();
    found.sort_unstable();
    assert_eq!(found, ["color-contrast", "image-alt", "label"]);
}
