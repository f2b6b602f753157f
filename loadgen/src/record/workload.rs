//! The load of a plan in the form in which it is kept.

use results::{Arrival, Finite, LoadMode, RunLimit, Share, Workload};

use crate::drive::allowance::nanoseconds;
use crate::plan::{self, Limit, Plan};

/// The load of a plan, as it is kept.
pub(crate) fn workload(plan: &Plan) -> Workload {
    let (mode, pipeline_depth) = mode(plan.load);
    let share = |(kind, weight): &(plan::operation::Kind, u32)| Share {
        operation: match (kind, plan.amount.get()) {
            (plan::operation::Kind::Incr, amount) if amount != 1 => format!("{kind} by {amount}"),
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
fn mode(load: plan::Load) -> (LoadMode, u32) {
    let open = match load {
        plan::Load::Closed { depth } => return (LoadMode::Closed, depth),
        plan::Load::Open(open) => open,
    };
    let arrival = match open.arrival {
        plan::Arrival::Constant => Arrival::Constant,
        plan::Arrival::Poisson => Arrival::Poisson,
        plan::Arrival::Bursts { size } => Arrival::Bursts { size },
        plan::Arrival::Sessions { requests } => Arrival::Sessions { requests },
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
