//! How many requests there were and how long they took: counts, histograms and intervals, made from events.

pub(crate) mod connection_metrics;
mod counts;
pub(crate) mod fairness;
mod interval;
pub(crate) mod intervals;
pub(crate) mod recorder;
mod warmup;

pub(crate) use connection_metrics::ConnectionMetrics;
pub(crate) use counts::{Counts, TopMessages};
pub(crate) use interval::{Interval, WorkerInterval};
pub(crate) use intervals::{Intervals, Measured};
pub(crate) use recorder::Recorder;
