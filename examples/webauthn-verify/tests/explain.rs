//! `explain`, as it is run.

#![allow(clippy::expect_used, reason = "tests")]

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_webauthn-verify"))
        .arg("explain")
        .args(arguments)
        .env("RUST_BACKTRACE", "1")
        .output()
        .expect("the program runs")
}

#[test]
fn a_page_is_printed() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/backup-be0-bs1.json"
    );
    let output = run(&[file]);
    assert!(output.status.success());
    assert!(output.stderr.is_empty());
    let text = String::from_utf8(output.stdout).expect("it is text");
    assert!(
        text.starts_with("Registration backup-be0-bs1\n====="),
        "{text}"
    );
    assert!(text.contains("\n  reason    W033 backed up but not eligible for backup\n"));
    assert!(!text.contains('\u{1b}'), "no colors");
}

#[test]
fn bad_input_is_a_plain_error() {
    let wrong: [&[&str]; 3] = [&[], &["/nonexistent"], &["a", "b", "c"]];
    for arguments in wrong {
        let output = run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        let error = String::from_utf8(output.stderr).expect("it is text");
        assert!(error.starts_with("webauthn-verify: "), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}
