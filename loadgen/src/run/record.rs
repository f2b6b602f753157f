//! Puts what a run left behind into the form in which it is kept: [`results::Run`].

use results::schema::RunSchema;
use results::units::count;
use results::{
    Arrival, ClientCost, FailureReason, Finite, Host, LoadMode, PercentileInterval, Protocol, Run,
    Server, ServerCost, Tool, Totals, Validity,
};

use super::sum::Sum;
use super::workload::workload;
use crate::check::reconciliation::{self, Closing, Values};
use crate::check::totals::CheckTotals;
use crate::config::target;
use crate::config::{Config, Keys};
use crate::machine::host;
use crate::metrics::fairness;
use crate::metrics::recorder::Counts;
use crate::protocol::encode::Requests;
use crate::run::Load;
use crate::target::cost_series::CostSeries;
use crate::target::info::InfoText;
use crate::target::process::Process;
use crate::target::ready::ReadyTarget;
use crate::validity;

/// Everything that a run left behind.
pub(crate) struct Parts<'a> {
    pub(crate) plan: &'a Config,
    pub(crate) command: &'a [String],
    pub(crate) started_unix_ms: u64,
    pub(crate) interrupted: bool,
    pub(crate) requests: &'a Requests,
    pub(crate) reached: ReadyTarget,
    pub(crate) load: Load,
    pub(crate) after: Values,
}

/// A run, and what its peers complained about.
#[derive(Debug)]
pub struct Outcome {
    /// The run as it is kept.
    pub run: Run,
    /// Connections that could not be made.
    pub refused_connections: u32,
    /// Connections that ended before their time.
    pub lost_connections: u32,
    /// The most frequent error reply, in the server's words.
    pub error_reply: Option<String>,
    /// The most frequent reason of a connection that could not be made or was lost.
    pub loss: Option<String>,
    /// Why the history file is not whole, if there is one and it is not.
    pub history_failure: Option<String>,
}

impl Outcome {
    /// Why the run failed, if it did; wrong answers are another matter.
    pub fn failure(&self) -> Option<String> {
        let connections = self.run.workload.connections;
        let because = |text: &Option<String>| {
            text.as_ref()
                .map(|text| format!(": {text}"))
                .unwrap_or_default()
        };
        let remedy = self.remedy().unwrap_or_default();
        let said = self
            .error_reply
            .as_ref()
            .map(|text| format!(" (it said: {text}{remedy})"))
            .unwrap_or_default();
        if self.refused_connections > 0 {
            return Some(format!(
                "{} of {connections} connections could not be made{}",
                self.refused_connections,
                because(&self.loss)
            ));
        }
        if self.lost_connections > 0 {
            let all = match self.run.workload.mode {
                LoadMode::Open {
                    arrival: Arrival::Sessions { .. },
                    ..
                } => "the sessions'".to_owned(),
                _ => connections.to_string(),
            };
            return Some(format!(
                "{} of {all} connections were lost{}{said}",
                self.lost_connections,
                because(&self.loss)
            ));
        }
        if let Some(why) = &self.history_failure {
            return Some(why.clone());
        }
        // What was never sent because the server fell behind an open loop's schedule says how fast the server is.
        let failed = |reason: FailureReason| reason != FailureReason::Unanswered;
        let failures = self
            .run
            .totals
            .failures
            .iter()
            .filter(|(reason, _)| failed(**reason));
        let (reason, number) = failures.max_by_key(|(_, number)| **number)?;
        Some(format!(
            "{} × {reason}{}{remedy}",
            count(*number),
            because(&self.error_reply)
        ))
    }

    /// What mends the most frequent error, where it is known: a server takes arguments up to a length of its own.
    fn remedy(&self) -> Option<String> {
        let too_long = self.error_reply.as_ref()?.contains("bulk length");
        let payload_bytes = self.run.workload.payload_bytes;
        too_long.then(|| {
            format!(
                "; -s {payload_bytes} is more than this server takes, ours take 1048576: lower it"
            )
        })
    }
}

/// Writes the record of a run.
pub(crate) fn outcome(parts: Parts<'_>) -> Outcome {
    let Parts { plan, load, .. } = parts;
    let sum = Sum::of(load.threads);
    let mut measured = load.slices.finish(load.start_ns, plan.warmup);
    let server_cost = server_cost(&load.watch, load.levels, load.start_ns + measured.warmup_ns);
    for interval in &mut measured.intervals {
        let start_ns = load.start_ns + interval.start_ns;
        interval.server = load.watch.between(start_ns, start_ns + interval.length_ns);
    }
    let server = parts.reached.info.as_ref().and_then(InfoText::server);
    let CheckTotals {
        court,
        checked,
        findings,
    } = load.told;
    let sentence = court.map(|court| court.close());
    let history_failure = sentence
        .as_ref()
        .and_then(|sentence| sentence.history_failure.clone());
    let elapsed_ns = sum.end_ns.saturating_sub(load.start_ns);
    let client_cost = ClientCost {
        threads: measured.costs,
        checker: load.judge_cost,
        hiccup_max_ns: load.hiccup_max_ns,
        stolen_ns: load.stolen_ns,
    };
    let mut run = Run {
        schema: RunSchema::V2,
        tool: Tool {
            name: "loadgen".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        label: plan
            .label
            .clone()
            .unwrap_or_else(|| label(server.as_ref(), &plan.target)),
        command: parts.command.to_vec(),
        started_unix_ms: parts.started_unix_ms,
        target: results::Target {
            address: plan.target.address(),
            protocol: protocol(plan.target.protocol),
            server,
        },
        workload: workload(plan),
        host: Host {
            server_cpus: parts.reached.process.and_then(Process::kept_to),
            ..host::read()
        },
        elapsed_ns,
        warmup_ns: measured.warmup_ns,
        interrupted: parts.interrupted,
        totals: totals(
            measured.counts,
            &sum.refused,
            elapsed_ns.saturating_sub(measured.warmup_ns),
            plan.threads,
        ),
        latency: measured.latency,
        // Read below, from the intervals.
        percentile_intervals: Vec::new(),
        correctness: reconciliation::close(Closing {
            level: plan.check,
            counts: plan.counts(),
            shared: matches!(plan.keys, Keys::Named(_)),
            checked,
            findings,
            verdict: sentence.map(|sentence| sentence.verdict),
            names: parts.requests.names(),
            before: &parts.reached.before,
            after: &parts.after,
        }),
        // Checked below, from all the rest.
        validity: Validity::UNCHECKED,
        thresholds: Vec::new(),
        client_cost,
        server_cost,
        fairness: fairness::of(&sum.served),
        intervals: measured.intervals,
    };
    run.percentile_intervals = PercentileInterval::all_of(&run);
    run.validity = validity::of(&run);
    Outcome {
        run,
        refused_connections: sum.refused.len() as u32,
        lost_connections: sum.lost,
        error_reply: sum.errors.foremost().map(str::to_owned),
        loss: sum.losses.foremost().map(str::to_owned),
        history_failure,
    }
}

/// The cost from a time of the run on, with the levels at its end or when the server was last seen; `None` if nothing at all is known.
fn server_cost(watch: &CostSeries, levels: ServerCost, from_ns: u64) -> Option<ServerCost> {
    let sums = watch.between(from_ns, u64::MAX).unwrap_or_default();
    let ServerCost {
        rss_idle_bytes,
        rss_bytes,
        pss_bytes,
        threads,
        open_files,
        ..
    } = levels;
    let cost = ServerCost {
        rss_idle_bytes,
        pss_bytes,
        // A server that has gone held what it held when it was last looked at.
        rss_bytes: rss_bytes.or(sums.rss_bytes),
        threads: threads.or(sums.threads),
        open_files: open_files.or(sums.open_files),
        ..sums
    };
    (cost != ServerCost::default()).then_some(cost)
}

/// The totals of the measured window. Connections that could not be made are failures of the whole run.
fn totals(counts: Counts, refused: &[FailureReason], measured_ns: u64, threads: u32) -> Totals {
    let mut failures = counts.failures;
    for reason in refused {
        *failures.entry(*reason).or_default() += 1;
    }
    Totals {
        sent: counts.sent,
        completed: counts.completed,
        requests_per_s: Finite::per_second(counts.completed, measured_ns),
        failures,
        delayed: counts.delayed,
        // Each thread looked at its own part of what was in flight.
        in_flight: Finite::ratio(
            counts.seen_in_flight as f64 * f64::from(threads),
            counts.looks as f64,
        ),
        in_flight_looks: counts.looks / u64::from(threads),
        bytes_sent: counts.bytes_sent,
        bytes_received: counts.bytes_received,
    }
}

/// A name for a run that was given none: what the server calls itself, or where it is.
fn label(server: Option<&Server>, target: &target::Target) -> String {
    match server {
        Some(Server {
            model,
            counter: Some(counter),
            ..
        }) => format!("{model} {counter}"),
        Some(Server {
            model,
            counter: None,
            ..
        }) => model.clone(),
        None => target.address(),
    }
}

fn protocol(protocol: target::Protocol) -> Protocol {
    match protocol {
        target::Protocol::Resp => Protocol::Resp,
        target::Protocol::Echo => Protocol::Echo,
    }
}
