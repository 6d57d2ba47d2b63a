//! Enough of an async runtime for engines that need none.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Something to run to its end beside other tasks.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs a task on a thread of its own.
pub fn on_a_thread(task: Task) {
    thread::spawn(|| block_on(task));
}

/// Runs a future to its end on the current thread, which is parked while the future waits.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
