//! Prepared statements of one connection.

use std::collections::HashMap;

use rusqlite::{Connection, Result, Statement};

/// Prepares each statement when it is first asked for, and keeps it.
///
/// The statements are the constants of this crate, so there are only a handful.
pub(crate) struct Statements<'c> {
    connection: &'c Connection,
    prepared: HashMap<&'static str, Statement<'c>>,
}

impl<'c> Statements<'c> {
    pub(crate) fn of(connection: &'c Connection) -> Self {
        Self {
            connection,
            prepared: HashMap::new(),
        }
    }

    pub(crate) fn get(&mut self, sql: &'static str) -> Result<&mut Statement<'c>> {
        // Looked up twice on the first use, which is once for each statement.
        if !self.prepared.contains_key(sql) {
            self.prepared.insert(sql, self.connection.prepare(sql)?);
        }
        self.prepared
            .get_mut(sql)
            .ok_or(rusqlite::Error::InvalidQuery)
    }

    /// Runs a statement without parameters and results.
    pub(crate) fn run(&mut self, sql: &'static str) -> Result<()> {
        self.get(sql)?.execute([]).map(drop)
    }

    /// Whether a transaction has been begun and not ended.
    pub(crate) fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }
}
