//! What the suite found.

use std::error::Error as StdError;
use std::fmt;

use crate::StoreError;

/// How a check ended.
pub(super) type Verdict = Result<(), Broken>;

/// A promise that was not kept, in words.
#[derive(Debug)]
pub(super) struct Broken(String);

impl Broken {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// Checks use `?` on calls that must not fail.
impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        let cause = error
            .source()
            .map(|source| format!(" ({source})"))
            .unwrap_or_default();
        Self(format!("an operation failed: {error}{cause}"))
    }
}

/// Compares what an operation returned with what it must return.
pub(super) fn same<T: PartialEq + fmt::Debug>(what: &str, got: T, want: T) -> Verdict {
    if got == want {
        return Ok(());
    }
    Err(Broken::new(format!(
        "{what}: got {got:?}, must be {want:?}"
    )))
}

/// One promise of [`Store`](crate::Store) that the engine does not keep.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Violation {
    /// The name of the check.
    pub check: &'static str,
    /// What the engine did, and what it must do.
    pub what: String,
}

impl Violation {
    pub(super) fn new(check: &'static str, broken: Broken) -> Self {
        Self {
            check,
            what: broken.0,
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check, self.what)
    }
}

/// Everything that an engine does not keep; at least one promise.
#[derive(Clone, Eq, PartialEq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    pub(super) fn or_none(found: Vec<Violation>) -> Result<(), Self> {
        if found.is_empty() {
            Ok(())
        } else {
            Err(Self(found))
        }
    }

    /// Goes through the violations in the order of the checks.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.0.iter()
    }
}

/// One line each.
impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store does not conform")?;
        self.0
            .iter()
            .try_for_each(|violation| write!(f, "\n{violation}"))
    }
}

/// As `Display`, so that `unwrap` in a test prints something to read.
impl fmt::Debug for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for Violations {}
