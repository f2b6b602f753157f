//! The numbers by which systems are compared: each with its name, its unit and its better end.

use crate::statistics::median;
use crate::{Quantile, Run, units};

/// One column of every table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Completed requests per second.
    Throughput,
    /// The response time's median.
    P50,
    /// Its 99th percentile.
    P99,
    /// Its 99.9th percentile.
    P99_9,
    /// The longest response.
    Max,
    /// Acknowledged increments that vanished.
    Lost,
    /// The server's processor time, user and system, for one completed request.
    CpuPerRequest,
    /// The part of it that the kernel took. Not a column of its own.
    KernelCpuPerRequest,
    /// The server's context switches for one completed request.
    SwitchesPerRequest,
    /// What a connection adds to the server's resident memory.
    MemoryPerConnection,
}

/// Which of two numbers one would rather have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// The higher.
    Higher,
    /// The lower.
    Lower,
}

impl Metric {
    /// Every column, in its order.
    pub const ALL: [Self; 9] = [
        Self::Throughput,
        Self::P50,
        Self::P99,
        Self::P99_9,
        Self::Max,
        Self::Lost,
        Self::CpuPerRequest,
        Self::SwitchesPerRequest,
        Self::MemoryPerConnection,
    ];

    /// The heading of its column.
    pub fn title(self) -> &'static str {
        match self {
            Self::Throughput => "req/s",
            Self::P50 => "p50",
            Self::P99 => "p99",
            Self::P99_9 => "p99.9",
            Self::Max => "max",
            Self::Lost => "lost",
            Self::CpuPerRequest => "CPU/req",
            Self::KernelCpuPerRequest => "of it kernel",
            Self::SwitchesPerRequest => "switches/req",
            Self::MemoryPerConnection => "mem/conn",
        }
    }

    /// The title of a picture of it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Throughput => "requests per second",
            Self::P50 => "median response time",
            Self::P99 => "p99 response time",
            Self::P99_9 => "p99.9 response time",
            Self::Max => "longest response time",
            Self::Lost => "lost updates",
            Self::CpuPerRequest => "server CPU time per request",
            Self::KernelCpuPerRequest => "server CPU time per request in the kernel",
            Self::SwitchesPerRequest => "context switches per request",
            Self::MemoryPerConnection => "server memory per connection",
        }
    }

    /// What the heading stands for, in words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Throughput => "completed requests per second",
            Self::P50 => "median response time",
            Self::P99 => "99 % of the responses took no longer",
            Self::P99_9 => "99.9 % of the responses took no longer",
            Self::Max => "longest response",
            Self::Lost => "acknowledged increments that vanished",
            Self::CpuPerRequest => "processor time of the server, user and system, per request",
            Self::KernelCpuPerRequest => "processor time of the server in the kernel, per request",
            Self::SwitchesPerRequest => "context switches of the server per request",
            Self::MemoryPerConnection => "resident memory of the server per connection",
        }
    }

    /// The unit of the bare number; empty of a count.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Throughput => "1/s",
            Self::Lost | Self::SwitchesPerRequest => "",
            Self::MemoryPerConnection => "B",
            Self::P50
            | Self::P99
            | Self::P99_9
            | Self::Max
            | Self::CpuPerRequest
            | Self::KernelCpuPerRequest => "ns",
        }
    }

    /// Which end is the better one.
    pub fn better(self) -> Better {
        match self {
            Self::Throughput => Better::Higher,
            _ => Better::Lower,
        }
    }

    /// The number of one run; `None` where it was not measured.
    pub fn of(self, run: &Run) -> Option<f64> {
        let latency_ns = |quantile| {
            let reading = run.latency.response.quantile_ns(quantile);
            reading.map(|ns| ns as f64)
        };
        let cost = run.server_cost.as_ref();
        let per_request = |total: u64| match run.totals.completed {
            0 => None,
            completed => Some(total as f64 / completed as f64),
        };
        match self {
            Self::Throughput => run.totals.requests_per_s.map(crate::Finite::value),
            Self::P50 => latency_ns(Quantile::P50),
            Self::P99 => latency_ns(Quantile::P99),
            Self::P99_9 => latency_ns(Quantile::P99_9),
            Self::Max => latency_ns(Quantile::MAX),
            // Who acknowledged nothing could not lose anything either.
            Self::Lost if run.correctness.acknowledged() == 0 => None,
            Self::Lost => run.correctness.lost_updates().map(|lost| lost as f64),
            Self::CpuPerRequest => per_request(cost?.cpu_ns()?),
            Self::KernelCpuPerRequest => per_request(cost?.cpu_system_ns?),
            Self::SwitchesPerRequest => per_request(cost?.switches()?),
            Self::MemoryPerConnection => cost?
                .rss_per_connection_bytes(run.workload.connections)
                .map(|bytes| bytes as f64),
        }
    }

    /// The value of several runs: their median, or the sum for lost updates. `None` without runs.
    pub fn of_runs(self, values: &[f64]) -> Option<f64> {
        match self {
            // A lost update does not become rarer by being lost in one run of five only.
            Self::Lost => (!values.is_empty()).then(|| values.iter().sum()),
            _ => median(values),
        }
    }

    /// A number of this metric with its unit.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Throughput | Self::SwitchesPerRequest => units::number(value),
            Self::Lost => units::count(value as u64),
            Self::MemoryPerConnection => units::bytes(value),
            Self::P50
            | Self::P99
            | Self::P99_9
            | Self::Max
            | Self::CpuPerRequest
            | Self::KernelCpuPerRequest => units::time_of(value),
        }
    }
}
