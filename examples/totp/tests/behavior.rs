//! The program, run as a person runs it.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// 160 bits, the key of the RFCs.
const KEY: &str = "gezd gnbv gy3t qojq gezd gnbv gy3t qojq";
const URI: &str =
    "otpauth://totp/Example:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example";

struct Ran {
    status: i32,
    out: String,
    err: String,
}

fn totp(arguments: &[&str], input: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_totp"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    // A program that refuses its arguments does not read; that is no failure of the test.
    _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    Ran {
        status: output.status.code().expect("it was not killed"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

fn ok(arguments: &[&str], input: &str) -> String {
    let ran = totp(arguments, input);
    assert_eq!(ran.status, 0, "{arguments:?}: {}", ran.err);
    ran.out
}

/// The code that is shown now, and the verdict on it: the step may change between the two calls,
/// which the window allows for.
#[test]
fn a_code_is_shown_accepted_and_refused_the_second_time() {
    for (input, parameters) in [
        (KEY, &[][..]),
        (
            KEY,
            &["--algorithm", "SHA512", "--digits=8", "--period", "60"],
        ),
        (URI, &[]),
        ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n", &[]),
    ] {
        let code = ok(&[&["code"], parameters].concat(), input);
        let code = code.trim_end();
        assert!(code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");

        let verdict = ok(&[&["verify", code], parameters].concat(), input);
        let step = verdict
            .lines()
            .find_map(|line| line.strip_prefix("accepted, step "))
            .expect("it says so");

        let again = [&["verify", code, "--last-step", step], parameters].concat();
        let again = totp(&again, input);
        assert_eq!(again.status, 1);
        assert_eq!(again.err, "totp: refused: code was used before\n");
    }
}

#[test]
fn the_secret_can_be_an_argument() {
    let code = ok(&["code", "--secret", KEY], "");
    assert_eq!(code.trim_end().len(), 6);
    let code = ok(&["code", &format!("--secret={KEY}")], "");
    assert_eq!(code.trim_end().len(), 6);
}

#[test]
fn codes_that_are_wrong_are_refused() {
    for (code, reason) in [
        ("12345", "code does not have 6 to 8 digits"),
        ("12345x", "code contains something other than digits"),
        ("12345678", "code is not of the form that the device shows"),
    ] {
        let ran = totp(&["verify", code], KEY);
        assert_eq!(ran.status, 1);
        assert_eq!(ran.err, format!("totp: refused: {reason}\n"));
        assert_eq!(ran.out, "");
    }
    // At most three of these are right.
    let refused = (0..5)
        .map(|digit| format!("{digit}").repeat(6))
        .filter(|code| totp(&["verify", code], KEY).err == "totp: refused: code does not match\n");
    assert!(refused.count() >= 2);
}

#[test]
fn a_new_secret_is_printed_and_drawn() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (svg, png) = (folder.path().join("qr.svg"), folder.path().join("qr.png"));
    let names = ["--issuer", "Example", "--account", "alice@example.com"];
    let files = [
        "--svg",
        svg.to_str().expect("UTF-8"),
        "--png",
        png.to_str().expect("UTF-8"),
    ];
    let arguments = [&["enroll"][..], &names, &files].concat();
    let out = ok(&arguments, "");
    let uri = out
        .lines()
        .find_map(|line| {
            line.trim()
                .strip_prefix("otpauth://totp/Example:alice@example.com?")
        })
        .expect("the URI is printed");
    let key = out
        .lines()
        .find_map(|line| line.trim().strip_prefix("Key"))
        .expect("the key is printed");
    let typed = key.replace(' ', "").to_ascii_uppercase();
    assert_eq!(uri, format!("secret={typed}&issuer=Example"));
    assert_eq!(typed.len(), 32);
    assert!(out.contains("time-based, SHA1, 6 digits, 30 seconds"));
    assert!(out.contains('\u{2588}') && !out.contains('\u{1b}'));
    assert!(!out.contains("Warning"));

    let written = fs::read_to_string(&svg).expect("it was written");
    assert!(written.starts_with("<svg ") && written.ends_with("</svg>"));
    let written = fs::read(&png).expect("it was written");
    assert!(written.starts_with(b"\x89PNG"));
    #[cfg(unix)]
    for file in [&svg, &png] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(file)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    // Nothing is overwritten, and no two secrets are the same.
    let again = totp(&arguments, "");
    assert_eq!(again.status, 1);
    assert!(again.err.contains("cannot be made"), "{}", again.err);
    let other = ok(&[&["enroll"][..], &names].concat(), "");
    assert!(!other.contains(&typed));
}

#[test]
fn parameters_that_apps_misread_are_said_so() {
    let out = ok(
        &[
            "enroll",
            "--issuer",
            "Example",
            "--account",
            "alice",
            "--algorithm",
            "sha-256",
            "--digits",
            "8",
            "--qr",
            "ansi",
        ],
        "",
    );
    assert!(out.contains("&algorithm=SHA256&digits=8"));
    assert!(out.contains("Warning: the hash function is not SHA-1: misread by Authy, "));
    assert!(out.contains("\u{1b}[48;5;231;38;5;16m"));
}

#[test]
fn a_uri_is_inspected() {
    for (arguments, input) in [(&["inspect", URI][..], ""), (&["inspect"], URI)] {
        let out = ok(arguments, input);
        assert_eq!(
            out,
            "type        totp, 30 seconds\n\
             issuer      Example\n\
             account     alice\n\
             algorithm   SHA1\n\
             digits      6\n\
             secret      20 bytes (not shown)\n\
             \n\
             No app is known to misread it.\n"
        );
    }
    let out = ok(
        &["inspect"],
        "OTPAUTH://hotp/Old:al:ice?Secret=jbswy3dpehpk3pxp&issuer=New&counter=7&digits=10&x=y&image=z",
    );
    assert_eq!(
        out,
        "type        hotp, counter 7\n\
         issuer      New\n            Old (in the label)\n\
         account     al:ice\n\
         algorithm   SHA1\n\
         digits      10\n\
         secret      10 bytes (not shown)\n\
         image       z\n\
         other       x = y\n\
         \n\
         Cannot be verified here: unsupported number of digits.\n\
         Not as strict as it should be written: apps may read it in different ways.\n\
         Warning: the codes do not have 6 digits.\n         Misread by Authy, \
         Google Authenticator (Android), Google Authenticator (iOS), Microsoft Authenticator, 2FAS, \
         Yubico Authenticator.\n\
         Warning: the codes are counted, not timed.\n         Misread by Apple Passwords.\n\
         Warning: the secret is shorter than 128 bits.\n         Misread by FreeOTP.\n\
         Warning: the label and the issuer parameter name different issuers.\n         \
         Misread by Aegis, Ente Auth.\n\
         Warning: the account contains a colon.\n         Misread by Aegis, FreeOTP.\n"
    );
}

#[test]
fn a_wrong_command_line_is_told_from_a_refusal() {
    for (arguments, message) in [
        (
            &["enrol"][..],
            "the command is none of enroll, code, verify and inspect",
        ),
        (&["--issuer", "x"], "a command must be given"),
        (&["enroll", "--issuer", "Example"], "--account is missing"),
        (&["enroll", "--issuer"], "--issuer needs a value"),
        (
            &["enroll", "--issuer", "a", "--account", "b", "--issuer", "c"],
            "--issuer is there twice",
        ),
        (
            &["enroll", "--issuer", "a", "--account", "b", "--color", "c"],
            "--color is no option of this command",
        ),
        (
            &["enroll", "--issuer", "a", "--account", "b", "--qr", "c"],
            "--qr is none of ansi, light-on-dark and dark-on-light",
        ),
        (
            &["code", "now", "--secret", KEY],
            "there is an argument too many",
        ),
        (&["code", "--digits", "9"], "--digits is none of 6, 7 and 8"),
        (
            &["code", "--digits", "six"],
            "--digits has a value that it cannot have",
        ),
        (
            &["code", "--period", "121"],
            "--period is not 1 to 120 seconds",
        ),
        (
            &["code", "--algorithm", "MD5"],
            "--algorithm has a value that it cannot have",
        ),
        (
            &["code", "--secret", URI, "--digits", "8"],
            "the parameters are those of the URI",
        ),
        (&["verify"], "the code to verify is missing"),
        (
            &["verify", "123456", "--last-step", "9223372036854775808"],
            "--last-step is no step",
        ),
    ] {
        let ran = totp(arguments, KEY);
        assert_eq!(ran.status, 2, "{arguments:?}");
        assert_eq!(ran.err, format!("totp: {message}\nTry `totp --help`.\n"));
        assert_eq!(ran.out, "");
    }
}

#[test]
fn refusals_say_why_and_repeat_no_secret() {
    for (arguments, input, message) in [
        (
            &["code"][..],
            "GEZDGNBV",
            "the key is refused: secret is too short",
        ),
        (
            &["code"],
            "GEZDGNB1",
            "the key is refused: secret is not base32",
        ),
        (
            &["code"],
            "",
            "expected on standard input: the key, or the whole URI",
        ),
        (
            &["code"],
            "otpauth://totp/?secret=GEZDGNBV",
            "the URI is refused: key URI has an empty label",
        ),
        (
            &["inspect"],
            "otpauth://totp/alice?secret=GEZDGNBV",
            "the URI is refused: key URI has an unusable secret: secret is too short",
        ),
        (
            &["code"],
            "otpauth://hotp/alice?secret=GEZDGNBVGY3TQOJQ&counter=0",
            "the device counts codes, not time",
        ),
        (
            &["enroll", "--issuer", "a:b", "--account", "alice"],
            "",
            "issuer is not a name that a key URI can carry",
        ),
    ] {
        let ran = totp(arguments, input);
        assert_eq!(ran.status, 1, "{arguments:?} {}", ran.err);
        assert_eq!(ran.err, format!("totp: {message}\n"));
        assert!(!ran.err.contains("GEZD"));
        assert_eq!(ran.out, "");
    }
}

#[test]
fn help_is_printed_where_it_is_asked_for() {
    for arguments in [
        &[][..],
        &["--help"],
        &["-h"],
        &["help"],
        &["enroll", "--help"],
    ] {
        let out = ok(arguments, "");
        assert!(out.contains("Usage: totp enroll --issuer NAME --account NAME"));
        assert!(out.contains("history of your shell"));
    }
}
