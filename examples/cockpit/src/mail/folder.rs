//! Letters as files, for trying the application out.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use mfakit::UnixTime;

use super::{Letter, MailError};

/// The newest that are kept.
const MAX_LETTERS: usize = 100;

/// A folder of letters.
#[derive(Clone, Debug)]
pub(crate) struct Folder(PathBuf);

/// A letter that was kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Kept {
    pub(crate) at: UnixTime,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl Folder {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) async fn keep(&self, letter: Letter) -> Result<(), MailError> {
        let Self(folder) = self.clone();
        off_thread(move || write(&folder, &letter)).await
    }

    /// Returns the letters, the newest first.
    pub(crate) async fn letters(&self) -> Result<Vec<Kept>, MailError> {
        let Self(folder) = self.clone();
        off_thread(move || {
            let mut names = names(&folder)?;
            names.reverse();
            let read = |name: String| {
                let text = fs::read_to_string(folder.join(&name))?;
                Ok(parse(&name, &text))
            };
            let letters: io::Result<Vec<Option<Kept>>> = names.into_iter().map(read).collect();
            Ok(letters?.into_iter().flatten().collect())
        })
        .await
    }
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, MailError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(io::Error::other)??)
}

fn write(folder: &Path, letter: &Letter) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;

    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Sorted by name they are sorted by time.
    let name = format!("{:012}-{}.txt", letter.at.as_secs(), letter.id);
    let Letter {
        to, subject, text, ..
    } = letter;
    let mut file = options.open(folder.join(name))?;
    write!(file, "To: {to}\nSubject: {subject}\n\n{text}")?;

    let names = names(folder)?;
    let surplus = names.len().saturating_sub(MAX_LETTERS);
    for name in names.into_iter().take(surplus) {
        fs::remove_file(folder.join(name))?;
    }
    Ok(())
}

/// The names of the letters, the oldest first.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        if let Ok(name) = entry?.file_name().into_string()
            && at(&name).is_some()
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn at(name: &str) -> Option<UnixTime> {
    let (secs, _) = name.strip_suffix(".txt")?.split_once('-')?;
    secs.parse().ok().map(UnixTime::from_secs)
}

fn parse(name: &str, letter: &str) -> Option<Kept> {
    let rest = letter.strip_prefix("To: ")?;
    let (to, rest) = rest.split_once("\nSubject: ")?;
    let (subject, text) = rest.split_once("\n\n")?;
    Some(Kept {
        at: at(name)?,
        to: to.to_owned(),
        subject: subject.to_owned(),
        text: text.to_owned(),
    })
}
