//! The load of a plan in the form in which it is kept.

use results::{Arrival, Finite, LoadMode, RunLimit, Share, Workload};

use crate::client::request_budget::nanoseconds;
use crate::config::{self, Config, Limit};

/// The load of a plan, as it is kept.
pub(crate) fn workload(plan: &Config) -> Workload {
    let (mode, pipeline_depth) = mode(plan.load);
    let share = |(kind, weight): &(config::operation::Kind, u32)| Share {
        operation: match (kind, plan.amount.get()) {
            (config::operation::Kind::Incr, amount) if amount != 1 => format!("{kind} by {amount}"),
            _ => kind.to_string(),
        },
        weight: *weight,
    };
    Workload {
        mode,
        connections: plan.connections,
        pipeline_depth,
        threads: plan.threads,
        limit: match plan.limit {
            Limit::Requests(requests) => RunLimit::Requests { requests },
            Limit::Time(time) => RunLimit::Duration {
                duration_ns: nanoseconds(time),
            },
        },
        operations: plan.mix.shares().iter().map(share).collect(),
        keys: u64::from(plan.keys.count()),
        payload_bytes: u64::from(plan.payload_bytes),
        seed: plan.seed,
        server_processors: plan.server_processors,
    }
}

/// The mode, and how many requests may be in flight on a connection.
fn mode(load: config::Load) -> (LoadMode, u32) {
    let open = match load {
        config::Load::Closed { depth } => return (LoadMode::Closed, depth),
        config::Load::Open(open) => open,
    };
    let arrival = match open.arrival {
        config::Arrival::Constant => Arrival::Constant,
        config::Arrival::Poisson => Arrival::Poisson,
        config::Arrival::Bursts { size } => Arrival::Bursts { size },
        config::Arrival::Sessions { requests } => Arrival::Sessions { requests },
    };
    let depth = match arrival {
        Arrival::Sessions { .. } => 1,
        _ => open.depth.unwrap_or(open.max_in_flight),
    };
    // A plan's rate was read from a text and checked to be within its limits.
    match Finite::new(open.rate_per_s) {
        Some(rate_per_s) => (
            LoadMode::Open {
                rate_per_s,
                arrival,
            },
            depth,
        ),
        None => (LoadMode::Closed, depth),
    }
}
