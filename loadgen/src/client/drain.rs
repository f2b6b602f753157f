//! The end of the connections: each says that it asks no more, and hears what still comes. Nothing should.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;

use super::connection::Connection;
use super::worker_state::WorkerState;
use crate::metrics::connection_metrics::ConnectionMetrics;

/// How long a server may take to end its side. One that never does is not at fault, and nothing waits for it any longer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Takes leave of all connections. A reply that was sent twice leaves one over on its connection, and only here it comes to light: up to
/// now each was taken for the answer to a request that had one coming.
pub(super) async fn drain(
    connections: Vec<Connection>,
    bench: &Rc<RefCell<WorkerState>>,
) -> Vec<ConnectionMetrics> {
    let mut leaving = JoinSet::new();
    for mut connection in connections {
        let bench = bench.clone();
        leaving.spawn_local(async move {
            poll_fn(|cx| connection.poll_last_word(cx)).await;
            let left_over = poll_fn(|cx| connection.poll_left_over(cx, &mut bench.borrow_mut()));
            // Who is silent for so long has nothing left to say.
            let _ = timeout(PATIENCE, left_over).await;
            connection.into_served()
        });
    }
    leaving.join_all().await
}
