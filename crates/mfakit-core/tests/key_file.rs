//! Keys in files: created once, private, replaced whole.
#![cfg(feature = "key-file")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use mfakit_core::{InvalidKeys, KeyFileError, Keys, OsRng, Ring, SealContext, StoreId};

#[test]
fn created_privately_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new").join("keys");

    let created = Keys::load_or_create(&path).unwrap();
    let loaded = Keys::load_or_create(&path).unwrap();

    assert_eq!(*created.to_text(), *loaded.to_text());
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        fs::metadata(path.parent().unwrap())
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o700
    );
    assert_eq!(
        fs::read_dir(path.parent().unwrap()).unwrap().count(),
        1,
        "no temporary file stays"
    );
}

#[test]
fn of_two_creators_both_get_the_same_keys() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let texts: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| Keys::load_or_create(&path).unwrap().to_text().to_string()))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    Keys::load_or_create(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    match Keys::load_or_create(&path) {
        Err(KeyFileError::Exposed { mode }) => assert_eq!(mode, 0o640),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_damaged_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    Keys::load_or_create(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let damaged = text.replace("pepper", "paprika");
    fs::write(&path, &damaged).unwrap();

    match Keys::load_or_create(&path) {
        Err(KeyFileError::Invalid(error)) => assert_eq!(error, InvalidKeys::Line { number: 7 }),
        other => panic!("{other:?}"),
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), damaged);
}

#[test]
fn binding_and_rotation_reach_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let mut rng = OsRng::new().unwrap();
    let mut keys = Keys::load_or_create(&path).unwrap();
    let context = SealContext::new("test");
    let sealed = keys.seal(Ring::Seal, &context, b"value", &mut rng);

    keys.bind(StoreId::from_bytes([5; 16])).unwrap();
    keys.rotate(Ring::Seal, &mut rng);
    keys.save().unwrap();

    let loaded = Keys::load(&path).unwrap();
    assert_eq!(loaded.store_id(), Some(StoreId::from_bytes([5; 16])));
    assert_eq!(loaded.is_current(Ring::Seal, &sealed), Ok(false));
    assert_eq!(
        **loaded.open(Ring::Seal, &context, &sealed).unwrap(),
        *b"value"
    );
}

#[test]
fn keys_of_no_file_are_not_saved_in_silence() {
    let mut keys = Keys::generate(&mut OsRng::new().unwrap());
    assert!(matches!(keys.save(), Err(KeyFileError::NoFile)));
    keys.bind(StoreId::from_bytes([5; 16])).unwrap();
    assert_eq!(keys.store_id(), Some(StoreId::from_bytes([5; 16])));
}
