//! A short line per record, so that the attempts of one process take turns instead of racing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::Key;

/// How many changes of one record may wait in this process. A person has one or two under way;
/// whoever has more is guessing, and is turned away unseen.
const MAX_WAITING: usize = 32;

#[derive(Debug, Default)]
pub(crate) struct Turns {
    lines: Mutex<HashMap<Key, Line>>,
}

#[derive(Debug, Default)]
struct Line {
    waiting: usize,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// The line is full.
#[derive(Debug)]
pub(crate) struct LineFull;

/// Holds the turn at a record until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    _turn: OwnedMutexGuard<()>,
    _place: Place<'a>,
}

#[derive(Debug)]
struct Place<'a> {
    turns: &'a Turns,
    key: Key,
}

impl Turns {
    /// Waits for the turn at a record.
    pub(crate) async fn turn(&self, key: Key) -> Result<Turn<'_>, LineFull> {
        let (place, turn) = self.take_place(key)?;
        Ok(Turn {
            _turn: turn.lock_owned().await,
            _place: place,
        })
    }

    fn take_place(&self, key: Key) -> Result<(Place<'_>, Arc<tokio::sync::Mutex<()>>), LineFull> {
        // The map is whole after every statement, so a panic elsewhere leaves it usable.
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let line = lines.entry(key).or_default();
        if line.waiting >= MAX_WAITING {
            return Err(LineFull);
        }
        line.waiting = line.waiting.saturating_add(1);
        Ok((Place { turns: self, key }, Arc::clone(&line.turn)))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut lines = self
            .turns
            .lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get_mut(&self.key) {
            line.waiting = line.waiting.saturating_sub(1);
            if line.waiting == 0 {
                lines.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Space;

    const ALICE: Key = Key::new(Space::User, [1; 32]);
    const BOB: Key = Key::new(Space::User, [2; 32]);

    #[tokio::test]
    async fn a_line_is_bounded_and_forgotten_when_empty() {
        let turns = Turns::default();
        let first = turns.turn(ALICE).await.unwrap();
        let places: Vec<_> = (1..MAX_WAITING)
            .map(|_| turns.take_place(ALICE).unwrap())
            .collect();
        assert!(turns.take_place(ALICE).is_err());
        assert!(turns.turn(BOB).await.is_ok(), "records do not share a line");

        drop(places);
        drop(first);
        assert!(turns.lines.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_dropped_wait_gives_its_place_back() {
        let turns = Turns::default();
        let first = turns.turn(ALICE).await.unwrap();
        {
            let mut waiting = std::pin::pin!(turns.turn(ALICE));
            let waker = std::task::Waker::noop();
            let mut context = std::task::Context::from_waker(waker);
            assert!(Future::poll(waiting.as_mut(), &mut context).is_pending());
        }
        drop(first);
        assert!(turns.turn(ALICE).await.is_ok());
        assert!(turns.lines.lock().unwrap().is_empty());
    }
}
