//! The browser script's own tests, where there is a Node.js to run them.

use std::io::ErrorKind;
use std::process::Command;

#[test]
fn the_script_passes_its_tests() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/webauthn");
    let ran = Command::new("node")
        .args(["--test", "webauthn.test.mjs"])
        .current_dir(folder)
        .output();
    match ran {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            xtask::skip("script::the_script_passes_its_tests", "there is no node");
        }
        Err(error) => panic!("{error}"),
        Ok(output) => assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        ),
    }
}
