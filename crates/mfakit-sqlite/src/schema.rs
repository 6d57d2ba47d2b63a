//! What is in the database.

use rusqlite::Connection;

use crate::OpenError;

/// Says "ours" in the header of the file: "mfkt".
const APPLICATION_ID: i32 = 0x6D66_6B74;

/// The version of the schema, in the header of the file.
const VERSION: u32 = 1;

/// Name and definition of all tables and indexes.
///
/// Times are whole seconds since the Unix epoch. `expires` and `due` are null for "never". A
/// `value` may have hundreds of kilobytes, so `record` has row ids and its key in an index.
const OBJECTS: [(&str, &str); 5] = [
    (
        "record",
        "CREATE TABLE record (\
         key BLOB NOT NULL PRIMARY KEY, \
         version BLOB NOT NULL, \
         value BLOB NOT NULL, \
         expires INTEGER, \
         due INTEGER\
         ) STRICT",
    ),
    (
        "record_due",
        "CREATE INDEX record_due ON record (due, key) WHERE due IS NOT NULL",
    ),
    (
        "record_expires",
        "CREATE INDEX record_expires ON record (expires) WHERE expires IS NOT NULL",
    ),
    (
        "counter",
        "CREATE TABLE counter (\
         key BLOB NOT NULL PRIMARY KEY, \
         count INTEGER NOT NULL, \
         until INTEGER NOT NULL\
         ) STRICT, WITHOUT ROWID",
    ),
    (
        "counter_until",
        "CREATE INDEX counter_until ON counter (until)",
    ),
];

/// Makes the schema in an empty database, all of it or nothing.
pub(crate) fn create(connection: &mut Connection) -> Result<(), OpenError> {
    let transaction = connection.transaction()?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    for (_, definition) in OBJECTS {
        transaction.execute(definition, [])?;
    }
    transaction.commit()?;
    Ok(())
}

/// Finds out whether a database is ours and of a version that we know; only reads.
pub(crate) fn recognize(connection: &Connection) -> Result<(), OpenError> {
    let application_id = header(connection, "application_id")?;
    if application_id != APPLICATION_ID {
        return Err(OpenError::Foreign { application_id });
    }
    match u32::try_from(header(connection, "user_version")?) {
        Ok(VERSION) => {}
        Ok(found) if found > VERSION => {
            return Err(OpenError::NewerSchema {
                found,
                supported: VERSION,
            });
        }
        // Both header fields are set by the commit that creates the schema.
        Ok(_) | Err(_) => return Err(OpenError::Damaged { source: None }),
    }
    for (name, definition) in OBJECTS {
        let found = "SELECT sql FROM sqlite_schema WHERE name = ?1 AND sql = ?2";
        if !connection.prepare(found)?.exists((name, definition))? {
            return Err(OpenError::Damaged { source: None });
        }
    }
    Ok(())
}

fn header(connection: &Connection, field: &str) -> Result<i32, OpenError> {
    Ok(connection.pragma_query_value(None, field, |row| row.get(0))?)
}
