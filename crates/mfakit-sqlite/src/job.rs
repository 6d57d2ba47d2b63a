//! What the threads with the connections are given to do.

use mfakit_store::{StoreError, StoreErrorKind};
use rusqlite::Result;
use tokio::sync::{mpsc, oneshot};

use crate::statements::Statements;

/// One operation on the database.
pub(crate) trait Operation: Send + 'static {
    type Answer: Send + 'static;

    /// Runs the statements; may be called again if they were rolled back.
    fn run(&self, sql: &mut Statements<'_>) -> Result<Self::Answer>;
}

/// An operation whose caller waits, whatever it is.
pub(crate) trait Job: Send {
    /// Runs the operation and keeps its answer.
    fn run(&mut self, sql: &mut Statements<'_>) -> Result<()>;
    /// Gives the kept answer to the caller.
    fn answer(self: Box<Self>);
    /// Gives the caller an error in place of an answer.
    fn fail(self: Box<Self>, error: StoreError);
}

pub(crate) type BoxedJob = Box<dyn Job>;

/// Has an operation done by the threads at the other end of a queue.
///
/// Waits while the queue is full. A caller that gives up before the operation is in the queue has
/// changed nothing; afterwards it will be done all the same.
///
/// # Errors
///
/// The operation's own; [`Closed`](StoreErrorKind::Closed) if the threads are gone; `lost` if they
/// went before they answered.
pub(crate) async fn submit<O: Operation>(
    queue: &mpsc::Sender<BoxedJob>,
    operation: O,
    lost: StoreErrorKind,
) -> Result<O::Answer, StoreError> {
    let (reply, answer) = oneshot::channel();
    let job = Box::new(Pending {
        operation,
        answer: None,
        reply,
    });
    queue.send(job).await.map_err(|_| StoreErrorKind::Closed)?;
    answer.await.map_err(|_| lost)?
}

struct Pending<O: Operation> {
    operation: O,
    answer: Option<O::Answer>,
    reply: oneshot::Sender<Result<O::Answer, StoreError>>,
}

impl<O: Operation> Job for Pending<O> {
    fn run(&mut self, sql: &mut Statements<'_>) -> Result<()> {
        self.answer = Some(self.operation.run(sql)?);
        Ok(())
    }

    fn answer(self: Box<Self>) {
        // Without an answer the sender is dropped, and the caller learns that it is lost.
        if let Some(answer) = self.answer {
            // The caller may have gone: the operation is done all the same.
            let _ = self.reply.send(Ok(answer));
        }
    }

    fn fail(self: Box<Self>, error: StoreError) {
        let _ = self.reply.send(Err(error));
    }
}
