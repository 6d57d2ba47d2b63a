//! The story runs to its end, and is the one that its chapters promise.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use std::path::Path;
use std::process::Command;

/// What is on the terminal, in this order; between these lines anything may be.
const STORY: [&str; 24] = [
    "Monday 09:00  The service starts",
    "database and keys belong together",
    "Monday 09:00  Alice signs up",
    "create_user ",
    "Monday 09:00  She signs in with her password",
    "after_first_factor  granted, Aal1",
    "it holds",
    "Monday 09:00  She sets up an authenticator app",
    "is right: Alice's phone is set up",
    "Tuesday 09:00  She signs in with password and code",
    "is granted, Aal2",
    "Tuesday 09:00  She sets up a second app",
    "is right: Alice's tablet is set up",
    "Tuesday 10:00  She loses her phone",
    "Alice's phone is gone",
    "Tuesday 10:30  Somebody has found it",
    "is refused: code refused: code does not match",
    "This code was not accepted.",
    "after_first_factor  locked for 60 s",
    "Tuesday 10:33  Alice comes back",
    "is granted",
    "is refused: code refused: code was used before",
    "A code counts once",
    "is removed.",
];

#[test]
fn the_story_runs_to_its_end() {
    let told = Command::new(env!("CARGO_BIN_EXE_quickstart"))
        .output()
        .expect("the program starts");
    let text = String::from_utf8(told.stdout).expect("text");
    let complaints = String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "{text}\n{complaints}");
    assert_eq!(complaints, "");

    let mut rest = text.as_str();
    for part in STORY {
        let Some((_, after)) = rest.split_once(part) else {
            panic!("{part:?} is not told here:\n{rest}");
        };
        rest = after;
    }
    assert_eq!(rest, "\n");
    assert_eq!(text.matches("code does not match").count(), 4);
    assert!(!text.contains('\u{1b}'), "colors are for terminals");
}

#[test]
fn it_names_its_folder_and_removes_it() {
    let home = tempfile::tempdir().expect("a folder");
    let told = Command::new(env!("CARGO_BIN_EXE_quickstart"))
        .env("TMPDIR", home.path())
        .output()
        .expect("the program starts");
    let text = String::from_utf8(told.stdout).expect("text");
    let last = text.lines().next_back().expect("a last line");
    let folder = last.strip_suffix(" is removed.").expect("it says so");
    assert!(text.contains(&format!("end: {folder}\n")), "{text}");
    assert!(Path::new(folder).starts_with(home.path()), "{folder}");
    let left = std::fs::read_dir(home.path()).expect("a folder").count();
    assert_eq!(left, 0);
}
