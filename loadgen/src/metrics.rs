//! How many requests, and how long they took: counts, histograms and intervals, made from events.

pub(crate) mod connection_metrics;
pub(crate) mod fairness;
pub(crate) mod intervals;
pub(crate) mod period;
pub(crate) mod recorder;
pub(crate) mod warmup;
