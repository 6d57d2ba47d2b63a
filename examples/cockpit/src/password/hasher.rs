//! Hashing passwords without standing in everybody's way.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use mfakit::{OsRng, RandomnessUnavailable};
use rand_core::Rng as _;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::Password;

/// Hashes passwords: as many at once as there are processors, and few waiting.
#[derive(Clone)]
pub(crate) struct Hasher(Arc<Parts>);

struct Parts {
    /// What unknown users' passwords are compared with.
    nobody: String,
    running: Arc<Semaphore>,
    waiting: Semaphore,
}

/// How many may wait for their turn: at 20 ms a hash, some seconds' worth.
const MAX_WAITING: usize = 128;
const SALT_BYTES: usize = 16;

impl Hasher {
    pub(crate) fn new() -> Result<Self, HashError> {
        let mut unknown = Zeroizing::new([0; 32]);
        let mut rng = OsRng::new()?;
        rng.fill_bytes(&mut *unknown);
        let threads = available_parallelism().map_or(1, NonZeroUsize::get);
        Ok(Self(Arc::new(Parts {
            nobody: hash(&*unknown, &mut rng)?,
            running: Arc::new(Semaphore::new(threads)),
            waiting: Semaphore::new(MAX_WAITING),
        })))
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, HashError> {
        let mut rng = OsRng::new()?;
        self.run(move || hash(password.0.as_bytes(), &mut rng))
            .await?
    }

    /// Compares a password with what is stored; `None` is nobody's, and takes as long.
    pub(crate) async fn verify(
        &self,
        password: Password,
        stored: Option<String>,
    ) -> Result<Verdict, HashError> {
        let is_known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.0.nobody.clone());
        let right = self
            .run(move || verify(password.0.as_bytes(), &stored))
            .await??;
        // The comparison comes first, whoever it is.
        Ok(if right && is_known {
            Verdict::Right
        } else {
            Verdict::Wrong
        })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let waiting = self.0.waiting.try_acquire().map_err(|_| HashError::Busy)?;
        let running = Arc::clone(&self.0.running).acquire_owned().await;
        drop(waiting);
        // The permit goes into the thread: work that nobody waits for any more still takes a
        // processor.
        let done = tokio::task::spawn_blocking(move || {
            let _running = running;
            work()
        });
        done.await.map_err(|_| HashError::Busy)
    }
}

/// Whether a password was right.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    Right,
    Wrong,
}

/// Argon2id with 19 MiB, two passes, one lane: OWASP Password Storage Cheat Sheet.
fn argon2id() -> Result<Argon2<'static>, HashError> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| HashError::Parameters)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8], rng: &mut OsRng) -> Result<String, HashError> {
    let mut salt = [0; SALT_BYTES];
    rng.fill_bytes(&mut salt);
    let hash: PasswordHash = argon2id()?
        .hash_password_with_salt(password, &salt)
        .map_err(|_| HashError::Parameters)?;
    Ok(hash.to_string())
}

fn verify(password: &[u8], stored: &str) -> Result<bool, HashError> {
    use argon2::password_hash::Error;

    let stored = PasswordHash::new(stored).map_err(|_| HashError::Stored)?;
    // Without one of these there is nothing to compare with, which is nobody's mistake in typing.
    if stored.salt.is_none() || stored.hash.is_none() {
        return Err(HashError::Stored);
    }
    match argon2id()?.verify_password(password, &stored) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(_) => Err(HashError::Stored),
    }
}

/// Why no password was hashed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HashError {
    /// Too many wait already.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The parameters are refused.
    #[error("hash function refuses its parameters")]
    Parameters,
    /// The system gives no random bytes.
    #[error("no randomness for a salt")]
    Randomness(#[from] RandomnessUnavailable),
    /// What is stored is no hash.
    #[error("stored password hash is malformed")]
    Stored,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Password {
        Password::typed(Zeroizing::new(text.to_owned()))
    }

    #[tokio::test]
    async fn hashes_are_argon2id_with_the_parameters_of_owasp() {
        let hasher = Hasher::new().unwrap();
        let stored = hasher.hash(typed("caf\u{e9} au lait")).await.unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );

        let verify = async |text, stored| hasher.verify(typed(text), stored).await.unwrap();
        assert_eq!(
            verify("cafe\u{301} au lait", Some(stored.clone())).await,
            Verdict::Right
        );
        assert_eq!(
            verify("cafe au lait", Some(stored.clone())).await,
            Verdict::Wrong
        );
        assert_eq!(verify("", Some(stored)).await, Verdict::Wrong);
        assert_eq!(verify("caf\u{e9} au lait", None).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_damaged_hash_is_an_error() {
        let hasher = Hasher::new().unwrap();
        for stored in [
            "",
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0",
            "plain text",
        ] {
            let verdict = hasher.verify(typed("x"), Some(stored.to_owned())).await;
            assert_eq!(verdict, Err(HashError::Stored), "{stored}");
        }
    }
}
