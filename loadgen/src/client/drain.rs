//! The end of the connections: shuts down our side of each, and checks that nothing more arrives.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;

use super::connection::Connection;
use super::worker_state::WorkerState;
use crate::metrics::ConnectionMetrics;

/// How long a server may take to close its side. A server that never does is not reported.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// Drains all connections. If the server sent a reply twice, one reply is left over on its connection. Only here is it
/// seen: before, each reply was matched with a request in flight.
pub(super) async fn drain(
    connections: Vec<Connection>,
    state: &Rc<RefCell<WorkerState>>,
) -> Vec<ConnectionMetrics> {
    let mut draining = JoinSet::new();
    for mut connection in connections {
        let state = state.clone();
        draining.spawn_local(async move {
            poll_fn(|cx| connection.poll_shutdown(cx)).await;
            let left_over = poll_fn(|cx| connection.poll_left_over(cx, &mut state.borrow_mut()));
            // A server that is silent for so long has nothing left to send.
            let _ = timeout(CLOSE_LIMIT, left_over).await;
            connection.into_metrics()
        });
    }
    draining.join_all().await
}
