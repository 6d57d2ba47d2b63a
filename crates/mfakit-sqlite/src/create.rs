//! Creating a database so that it is there whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

use crate::{OpenError, open, schema};

/// Creates a database where there is no file.
///
/// It is built under a temporary name beside its place and then linked there, which fails if the
/// place was taken meanwhile. A process that is killed leaves its temporary file, and nothing else.
pub(crate) fn database(path: &Path, busy: Duration) -> Result<(), OpenError> {
    match fs::symlink_metadata(path) {
        Ok(_) => return Err(OpenError::AlreadyExists),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(OpenError::io(error)),
    }
    let temporary = Temporary::beside(path).map_err(OpenError::io)?;
    build(&temporary.0, busy)?;
    match fs::hard_link(&temporary.0, path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(OpenError::AlreadyExists);
        }
        Err(error) => return Err(OpenError::io(error)),
    }
    drop(temporary);
    sync_folder(path).map_err(OpenError::io)
}

fn build(path: &Path, busy: Duration) -> Result<(), OpenError> {
    let mut connection = open::plain(path, busy)?;
    schema::create(&mut connection)?;
    open::make_durable(&connection)?;
    connection.close().map_err(|(_, error)| error)?;
    // Nobody has it open any more, so this releases no locks.
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(OpenError::io)
}

/// An entry in a folder survives a power failure only when the folder was flushed.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        Some(_) | None => Ok(()),
    }
}

/// A file of our own, removed on drop.
struct Temporary(PathBuf);

impl Temporary {
    /// Makes an empty file with a name that nobody else has, readable by its owner only: SQLite
    /// gives its other files the mode of the database.
    fn beside(path: &Path) -> io::Result<Self> {
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);

        let mut attempt: u32 = 0;
        loop {
            let candidate = temporary_name(path, attempt)?;
            match options.open(&candidate) {
                Ok(_) => return Ok(Self(candidate)),
                // Another process with our number (in another container), or a remainder of one.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    attempt = attempt.checked_add(1).ok_or(error)?;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // A remainder does no harm; an error here would hide the one that matters.
        let _ = fs::remove_file(&self.0);
    }
}

fn temporary_name(path: &Path, attempt: u32) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut temporary = OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}-{attempt}.tmp", process::id()));
    Ok(path.with_file_name(temporary))
}
