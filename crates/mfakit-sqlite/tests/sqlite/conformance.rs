//! The suite of `mfakit-store`.

use mfakit_sqlite::SqliteStore;
use mfakit_store::conformance::{block_on, names, on_a_thread, run};
use tempfile::TempDir;

use crate::support::place;

/// Databases in files of their own, which are removed when this is dropped.
#[derive(Default)]
struct Databases(std::cell::RefCell<Vec<TempDir>>);

impl Databases {
    fn another(&self) -> SqliteStore {
        let (folder, path) = place();
        self.0.borrow_mut().push(folder);
        SqliteStore::create(path).unwrap()
    }
}

#[test]
fn the_store_conforms() {
    let databases = Databases::default();
    let passed = block_on(run(on_a_thread, async || databases.another()));
    assert_eq!(passed, Ok(names()));
}

#[test]
fn the_store_conforms_on_an_async_runtime() {
    for runtime in [
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .build(),
        tokio::runtime::Builder::new_current_thread().build(),
    ] {
        let databases = Databases::default();
        let spawn = |task| {
            tokio::spawn(task);
        };
        let passed = runtime
            .unwrap()
            .block_on(run(spawn, async || databases.another()));
        assert_eq!(passed, Ok(names()));
    }
}
