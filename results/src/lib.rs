//! The data of a run, and every number that is computed from it.
//!
//! The load generator fills a [`Run`] and saves it as `run.json`; the terminal, the page, the pictures and the
//! JSON all read this one model, so that a number shown twice is the same number.
//!
//! ```text
//!  loadgen ──fills──> Run ──file::save──> run.json (results/schema/run.schema.json)
//!                      │                  latency.hlog, latency.hgrm   (any HdrHistogram tool reads them)
//!                      └──> statistics ──> report, terminal
//! ```
//!
//! What holds everywhere:
//! * Time is an integer of nanoseconds, memory an integer of bytes; the unit ends the name.
//! * What could not be measured is `None` (`null` in JSON), never a zero.
//! * A fraction is [`Finite`]: NaN and infinity are refused where they would arise, so no file can hold one.
//! * Percentiles are read from histograms that were added up; they are never averaged.
//!
//! What is absent: sockets, clocks, drawing, sentences (`report` makes them).

mod claims;
mod comparison;
mod correctness;
mod cost;
mod curve;
mod finite;
mod group;
mod histogram;
mod host;
mod interval;
mod metric;
mod operation;
mod packed;
mod percentile_interval;
mod quantile;
mod run;
mod sparse_histogram;
mod validity;
mod workload;

pub mod file;
pub mod hgrm;
pub mod hlog;
pub mod knee;
pub mod schema;
pub mod statistics;
pub mod units;

#[cfg(any(test, feature = "example"))]
pub mod example;

pub use claims::{
    AxisScale, Chart, ChartAxis, ChartPoint, ChartSeries, ClaimVerdict, Claims, Effort, Examined,
    Figure, Joining, Missing, Unit,
};
pub use comparison::{Comparison, Outcome, System};
pub use correctness::{
    AnomalyRecord, CheckLevel, Correctness, CounterAccount, Example, Verdict, Witness,
};
pub use cost::{ClientCost, Fairness, ServerCost, ThreadCost};
pub use curve::{CurvePoint, nines, percentile_curve};
pub use finite::{Finite, NotFinite};
pub use group::Group;
pub use histogram::Histogram;
pub use history::Anomaly;
pub use host::Host;
pub use interval::Interval;
pub use metric::{Better, Metric};
pub use operation::{Operation, ParseOperationError, WeightedOperation, parse_mix};
pub use packed::{Packed, UnpackError};
pub use percentile_interval::{PercentileInterval, percentile_intervals};
pub use quantile::{ParseQuantileError, Quantile};
pub use run::{FailureReason, Latency, Protocol, Run, Server, Target, Tool, Totals};
pub use sparse_histogram::SparseHistogram;
pub use validity::{
    Bound, Check, CheckCode, CheckOutcome, MeasuredCheck, TextCheck, Threshold, Validity,
    ValidityVerdict,
};
pub use workload::{Arrival, LoadMode, RunLimit, Workload};
