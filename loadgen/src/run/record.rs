//! The record of a run, as a [`results::Run`].

use results::schema::RunSchema;
use results::{
    ClientCost, Finite, Host, PercentileInterval, Run, Server, ServerCost, Tool, Totals,
};

use super::Load;
use super::failure::{Failure, Outcome, Problems};
use crate::check::{CheckTotals, Reconciliation, reconcile};
use crate::client::WorkerOutput;
use crate::config::Config;
use crate::machine::host;
use crate::metrics::{ConnectionMetrics, Counts, Measured, TopMessages, fairness};
use crate::target::{CostSeries, CounterValues, ReadyTarget};
use crate::validity;

/// The input of the record.
pub(super) struct Parts<'a> {
    pub(super) config: &'a Config,
    pub(super) started_unix_ms: u64,
    pub(super) interrupted: bool,
    /// The names of the keys, by number.
    pub(super) names: &'a [String],
    pub(super) target: ReadyTarget,
    pub(super) load: Load,
    pub(super) after: CounterValues,
}

/// Makes the record of a run.
pub(super) fn record(parts: Parts<'_>) -> Outcome {
    let Parts {
        config,
        names,
        target,
        load,
        ..
    } = parts;
    let workers = Workers::of(load.workers);
    let measured = load.intervals.finish(load.start_ns, config);
    let measured_from_ns = load.start_ns + measured.warmup_ns;
    let server_cost = server_cost(&load.costs, load.levels, measured_from_ns);
    let Measured {
        mut intervals,
        warmup_ns,
        counts,
        latency,
        costs,
    } = measured;
    for interval in &mut intervals {
        let start_ns = load.start_ns + interval.start_ns;
        interval.server = load.costs.between(start_ns, start_ns + interval.length_ns);
    }
    let CheckTotals {
        check,
        checked,
        anomalies,
    } = load.check;
    let (history, history_error) = check.map(|check| check.finish()).unzip();
    let elapsed_ns = workers.end_ns.saturating_sub(load.start_ns);
    let workload = &config.workload;
    let totals = totals(counts, &workers, elapsed_ns - warmup_ns, workload.threads);
    let client_cost = ClientCost {
        threads: costs,
        checker: load.checker_cost,
        hiccup_max_ns: load.hiccup_max_ns,
        stolen_ns: load.stolen_ns,
    };
    let host = Host {
        server_cpus: target.server_cpus(),
        ..host::read()
    };
    let server = target.server();
    let label = config.label.clone();
    let run = Run {
        schema: RunSchema::V2,
        tool: Tool {
            name: "loadgen".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        label: label.unwrap_or_else(|| usual_label(server.as_ref(), config)),
        command: config.command.clone(),
        started_unix_ms: parts.started_unix_ms,
        validity: validity::check(&validity::Evidence {
            workload,
            cores: host.cores,
            elapsed_ns,
            warmup_ns,
            interrupted: parts.interrupted,
            totals: &totals,
            latency: &latency,
            client_cost: &client_cost,
        }),
        target: results::Target {
            address: config.target.address.to_string(),
            protocol: config.target.protocol,
            server,
        },
        workload: workload.clone(),
        host,
        elapsed_ns,
        warmup_ns,
        interrupted: parts.interrupted,
        totals,
        percentile_intervals: PercentileInterval::all_of(&latency.response, &intervals, warmup_ns),
        latency,
        correctness: reconcile(Reconciliation {
            level: config.check,
            of_counters: workload.is_of_counters(),
            shared: config.key.is_some(),
            checked,
            anomalies,
            history,
            names,
            before: &target.before,
            after: &parts.after,
        }),
        thresholds: Vec::new(),
        client_cost,
        server_cost,
        fairness: fairness::of(&workers.connections),
        intervals,
    };
    let failure = Failure::of(
        &run,
        Problems {
            refused: workers.refused,
            lost: workers.lost,
            why: workers.losses.most_frequent(),
            error_reply: workers.error_replies.most_frequent(),
            history: history_error.flatten().map(|error| error.to_string()),
        },
    );
    Outcome { run, failure }
}

/// The sum of all workers' outputs.
#[derive(Default)]
struct Workers {
    refused: u32,
    lost: u32,
    /// Failures of connections that could not be made.
    refusals: Counts,
    losses: TopMessages,
    error_replies: TopMessages,
    connections: Vec<ConnectionMetrics>,
    end_ns: u64,
}

impl Workers {
    fn of(outputs: Vec<WorkerOutput>) -> Self {
        let mut sum = Self::default();
        for output in outputs {
            for error in output.refused {
                sum.refused += 1;
                sum.refusals.add_failures(error.reason, 1);
                sum.losses.add(&error.text);
            }
            sum.lost += output.recorder.lost_connections;
            sum.losses.merge(output.recorder.losses);
            sum.error_replies.merge(output.recorder.error_replies);
            sum.connections.extend(output.connections);
            sum.end_ns = sum.end_ns.max(output.end_ns);
        }
        sum
    }
}

/// Returns the server's cost from `from_ns` to the end, with its last known levels; `None` if unknown.
fn server_cost(costs: &CostSeries, levels: ServerCost, from_ns: u64) -> Option<ServerCost> {
    let sums = costs.between(from_ns, u64::MAX).unwrap_or_default();
    let cost = ServerCost {
        rss_idle_bytes: levels.rss_idle_bytes,
        pss_bytes: levels.pss_bytes,
        // If the server has ended, the last reading has its levels.
        rss_bytes: levels.rss_bytes.or(sums.rss_bytes),
        threads: levels.threads.or(sums.threads),
        open_files: levels.open_files.or(sums.open_files),
        ..sums
    };
    (cost != ServerCost::default()).then_some(cost)
}

/// Returns the totals of the measured window. Refused connections count as failures of the whole run.
fn totals(mut counts: Counts, workers: &Workers, measured_ns: u64, threads: u32) -> Totals {
    counts.merge(&workers.refusals);
    // Each worker sampled its own requests in flight.
    let seen = counts.in_flight_sum as f64 * f64::from(threads);
    Totals {
        sent: counts.sent,
        completed: counts.completed,
        requests_per_s: Finite::per_second(counts.completed, measured_ns),
        failures: counts.failures,
        delayed: counts.delayed,
        in_flight: Finite::ratio(seen, counts.in_flight_samples as f64),
        in_flight_looks: counts.in_flight_samples / u64::from(threads),
        bytes_sent: counts.bytes_sent,
        bytes_received: counts.bytes_received,
    }
}

/// Returns the default label of a run: the server's name, or its address.
fn usual_label(server: Option<&Server>, config: &Config) -> String {
    let Some(Server { model, counter, .. }) = server else {
        return config.target.address.to_string();
    };
    match counter {
        Some(counter) => format!("{model} {counter}"),
        None => model.clone(),
    }
}
