//! A store whose engine the type does not name.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use mfakit_core::UnixTime;

use crate::{Count, Key, Put, Store, StoreError, Version, Versioned, Write};

/// A handle on any store; clones are further handles on the same one.
///
/// It lets a type keep a store without a type parameter for its engine. A call costs one more
/// allocation than on the engine itself.
#[derive(Clone)]
pub struct AnyStore(Arc<dyn DynStore>);

impl AnyStore {
    /// Makes the first handle on `store`.
    #[must_use]
    pub fn new(store: impl Store) -> Self {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for AnyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyStore(..)")
    }
}

impl Store for AnyStore {
    async fn get(&self, key: &Key, now: UnixTime) -> Result<Option<Versioned>, StoreError> {
        self.0.get(*key, now).await
    }

    async fn put(&self, write: Write<'_>, now: UnixTime) -> Result<Put, StoreError> {
        self.0.put(write, now).await
    }

    async fn delete(&self, key: &Key, expect: Version, now: UnixTime) -> Result<bool, StoreError> {
        self.0.delete(*key, expect, now).await
    }

    async fn count(&self, key: &Key, window: Duration, now: UnixTime) -> Result<Count, StoreError> {
        self.0.count(*key, window, now).await
    }

    async fn due(&self, now: UnixTime, limit: u32) -> Result<Vec<Key>, StoreError> {
        self.0.due(now, limit).await
    }

    async fn page(
        &self,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        self.0.page(after, limit).await
    }

    async fn purge(&self, now: UnixTime, limit: u32) -> Result<u32, StoreError> {
        self.0.purge(now, limit).await
    }
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// [`Store`] with boxed futures, which a trait object can return.
trait DynStore: Send + Sync {
    fn get(&self, key: Key, now: UnixTime) -> Answer<'_, Option<Versioned>>;
    fn put<'a>(&'a self, write: Write<'a>, now: UnixTime) -> Answer<'a, Put>;
    fn delete(&self, key: Key, expect: Version, now: UnixTime) -> Answer<'_, bool>;
    fn count(&self, key: Key, window: Duration, now: UnixTime) -> Answer<'_, Count>;
    fn due(&self, now: UnixTime, limit: u32) -> Answer<'_, Vec<Key>>;
    fn page(&self, after: Option<Key>, limit: u32) -> Answer<'_, Vec<(Key, Versioned)>>;
    fn purge(&self, now: UnixTime, limit: u32) -> Answer<'_, u32>;
}

impl<S: Store> DynStore for S {
    fn get(&self, key: Key, now: UnixTime) -> Answer<'_, Option<Versioned>> {
        Box::pin(async move { Store::get(self, &key, now).await })
    }

    fn put<'a>(&'a self, write: Write<'a>, now: UnixTime) -> Answer<'a, Put> {
        Box::pin(Store::put(self, write, now))
    }

    fn delete(&self, key: Key, expect: Version, now: UnixTime) -> Answer<'_, bool> {
        Box::pin(async move { Store::delete(self, &key, expect, now).await })
    }

    fn count(&self, key: Key, window: Duration, now: UnixTime) -> Answer<'_, Count> {
        Box::pin(async move { Store::count(self, &key, window, now).await })
    }

    fn due(&self, now: UnixTime, limit: u32) -> Answer<'_, Vec<Key>> {
        Box::pin(Store::due(self, now, limit))
    }

    fn page(&self, after: Option<Key>, limit: u32) -> Answer<'_, Vec<(Key, Versioned)>> {
        Box::pin(Store::page(self, after, limit))
    }

    fn purge(&self, now: UnixTime, limit: u32) -> Answer<'_, u32> {
        Box::pin(Store::purge(self, now, limit))
    }
}
