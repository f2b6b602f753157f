//! Where the events of a connection go: to the metrics and to the check.

use history::ConnectionId;

use crate::check::HistoryFeed;
use crate::metrics::{ConnectionMetrics, Recorder};
use crate::protocol::event::{Event, EventHandler};

/// Passes the events of one connection on to the metrics and to the check.
pub(super) struct Recording<'a> {
    pub(super) id: ConnectionId,
    pub(super) at_ns: u64,
    pub(super) metrics: &'a mut ConnectionMetrics,
    pub(super) recorder: &'a mut Recorder,
    pub(super) history: &'a mut HistoryFeed,
}

impl EventHandler for Recording<'_> {
    #[inline]
    fn on(&mut self, event: Event) {
        if let Event::Completed { replies, stamps } = &event {
            let response_ns = self.at_ns.saturating_sub(stamps.intended_ns);
            self.metrics.add(*replies, response_ns);
        }
        self.recorder.on(&event, self.at_ns);
        self.history.on(self.id, self.at_ns, event);
    }
}
