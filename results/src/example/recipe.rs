//! What a made-up server is like, and the run that follows from it.

use std::collections::BTreeMap;

use super::machine::{client_cost, host, valid};
use crate::schema::RunSchema;
use crate::*;

/// What a made-up server is like.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The label of the run.
    pub label: String,
    /// Offered requests per second; a closed loop where it is `None`.
    pub rate_per_s: Option<u32>,
    /// Slices of 200 ms.
    pub intervals: u32,
    /// Samples in each slice.
    pub samples_per_interval: u32,
    /// The usual latency.
    pub median_ns: u64,
    /// One request in this many is slow.
    pub slow_every: u32,
    /// How long a slow one may take.
    pub slow_ns: u64,
    /// A slice in which the server stood still.
    pub stalled_in: Option<u32>,
    /// Increments that the server loses.
    pub lost: u64,
    /// Connections.
    pub connections: u32,
    /// The seed of everything above.
    pub seed: u64,
}

impl Recipe {
    /// A quick server under 20,000 requests a second for two seconds.
    pub fn quick(label: &str) -> Self {
        Self {
            label: label.to_owned(),
            rate_per_s: Some(20_000),
            intervals: 10,
            samples_per_interval: 4_000,
            median_ns: 92_000,
            slow_every: 100,
            slow_ns: 900_000,
            stalled_in: None,
            lost: 0,
            connections: 64,
            seed: 1,
        }
    }

    /// The run of this recipe.
    pub fn run(&self) -> Run {
        let mut random = fastrand::Rng::with_seed(self.seed);
        let mut whole = [Histogram::new(), Histogram::new(), Histogram::new()];
        let intervals: Vec<Interval> = (0..self.intervals)
            .map(|place| self.interval(place, &mut random, &mut whole))
            .collect();
        let completed = whole[0].count();
        let elapsed_ns = u64::from(self.intervals) * INTERVAL_NS;
        let [response, service, lag] = whole;
        let open = self.rate_per_s.is_some();
        Run {
            schema: RunSchema::V2,
            tool: Tool {
                name: "loadgen".to_owned(),
                version: "0.1.0".to_owned(),
            },
            label: self.label.clone(),
            command: vec!["loadgen".into(), "run".into(), "127.0.0.1:7001".into()],
            started_unix_ms: 1_700_000_000_000 + self.seed,
            target: self.target(),
            workload: self.workload(elapsed_ns),
            host: host(),
            elapsed_ns,
            warmup_ns: 0,
            interrupted: false,
            totals: Totals {
                sent: completed,
                completed,
                requests_per_s: Finite::per_second(completed, elapsed_ns),
                failures: BTreeMap::new(),
                delayed: 0,
                in_flight: None,
                in_flight_looks: 0,
                bytes_sent: completed * 27,
                bytes_received: completed * 9,
            },
            latency: Latency {
                response,
                service: open.then_some(service),
                lag: open.then_some(lag),
            },
            percentile_intervals: Vec::new(),
            correctness: self.correctness(completed),
            validity: valid(),
            thresholds: Vec::new(),
            client_cost: client_cost(completed),
            server_cost: Some(self.server_cost(completed)),
            fairness: Some(Fairness {
                connections: self.connections,
                jain_index: Finite::new(0.998),
                completed_min: completed / u64::from(self.connections),
                completed_max: completed / u64::from(self.connections) + 1,
                starved: 0,
                starved_first: Vec::new(),
                worst_p99_ns: Some(self.slow_ns),
            }),
            intervals,
        }
    }

    fn interval(
        &self,
        place: u32,
        random: &mut fastrand::Rng,
        whole: &mut [Histogram; 3],
    ) -> Interval {
        let mut slice = [Histogram::new(), Histogram::new(), Histogram::new()];
        for _ in 0..self.samples_per_interval {
            let waited_ns = match self.stalled_in {
                Some(stalled) if stalled == place => random.u64(0..INTERVAL_NS),
                _ => 0,
            };
            let service_ns = self.latency_ns(random) + waited_ns;
            let lag_ns = random.u64(1_000..60_000);
            slice[0].record(service_ns + lag_ns);
            slice[1].record(service_ns);
            slice[2].record(lag_ns);
        }
        for (sum, one) in whole.iter_mut().zip(&slice) {
            sum.merge(one);
        }
        let completed = slice[0].count();
        let [response, service, lag] = slice.map(|one| SparseHistogram::from(&one));
        let open = self.rate_per_s.is_some();
        Interval {
            start_ns: u64::from(place) * INTERVAL_NS,
            length_ns: INTERVAL_NS,
            completed,
            failed: 0,
            response,
            service: open.then_some(service),
            lag: open.then_some(lag),
            server: Some(self.server_cost(completed)),
        }
    }

    /// Three uniform numbers multiplied make a skewed hump, and one request in `slow_every` a long tail.
    fn latency_ns(&self, random: &mut fastrand::Rng) -> u64 {
        let hump = 0.7 + 1.2 * random.f64() * random.f64() * random.f64();
        let usual_ns = self.median_ns as f64 * hump;
        let slow_ns = match random.u32(0..self.slow_every.max(1)) {
            0 => self.slow_ns as f64 * random.f64().powi(3),
            _ => 0.0,
        };
        (usual_ns + slow_ns) as u64
    }

    fn target(&self) -> Target {
        let (model, counter) = self.label.split_once(' ').unwrap_or((&self.label, "plain"));
        Target {
            address: "127.0.0.1:7001".to_owned(),
            protocol: Protocol::Resp,
            server: Some(Server {
                model: model.to_owned(),
                counter: Some(counter.to_owned()),
                version: "0.1.0".to_owned(),
                pid: Some(4_242),
                run_id: Some(format!("run-{}", self.seed)),
            }),
        }
    }

    fn workload(&self, duration_ns: u64) -> Workload {
        let rate = self.rate_per_s.and_then(|rate| Finite::new(rate.into()));
        Workload {
            mode: rate.map_or(LoadMode::Closed, |rate_per_s| LoadMode::Open {
                rate_per_s,
                arrival: Arrival::Poisson,
                max_in_flight: 64_000,
            }),
            connections: self.connections,
            pipeline_depth: 1,
            threads: 1,
            limit: RunLimit::Duration { duration_ns },
            operations: Operation::INCR.alone(),
            keys: 1,
            payload_bytes: 64,
            seed: 1,
            server_processors: None,
        }
    }

    fn correctness(&self, acknowledged: u64) -> Correctness {
        let lost = self.lost.min(acknowledged);
        let anomaly = AnomalyRecord {
            kind: Anomaly::LostUpdate,
            count: lost,
            examples: vec![Example {
                text: "INCR #17 of connection 3 -> 42 [0.000900000 s .. 0.001000000 s], against INCR #12 of connection 1 -> 42 \
                       [0.000910000 s .. 0.000990000 s] (key 'baton:hits')"
                    .to_owned(),
                operations: vec![
                    returned_42(3, 17, 900_000..1_000_000),
                    returned_42(1, 12, 910_000..990_000),
                ],
            }],
        };
        Correctness {
            verdict: if lost > 0 {
                Verdict::Wrong
            } else {
                Verdict::Correct
            },
            level: CheckLevel::Full,
            operations_checked: acknowledged,
            operations_ambiguous: 0,
            anomalies: if lost > 0 { vec![anomaly] } else { Vec::new() },
            counters: vec![CounterAccount {
                key: "baton:hits".to_owned(),
                before: 0,
                after: i64::try_from(acknowledged - lost).ok(),
                acknowledged,
                ambiguous: 0,
                lost: Some(lost),
            }],
            notes: Vec::new(),
        }
    }

    fn server_cost(&self, completed: u64) -> ServerCost {
        ServerCost {
            cpu_user_ns: Some(completed * self.median_ns / 60),
            cpu_system_ns: Some(completed * self.median_ns / 30),
            voluntary_switches: Some(completed * self.slow_ns / 1_000_000),
            involuntary_switches: Some(completed / 100),
            run_queue_wait_ns: Some(completed * 300),
            rss_idle_bytes: Some(3_000_000),
            rss_bytes: Some(3_000_000 + u64::from(self.connections) * self.median_ns / 8),
            pss_bytes: None,
            threads: Some(if self.label.contains("threaded") {
                u64::from(self.connections) + 1
            } else {
                1
            }),
            open_files: Some(u64::from(self.connections) + 6),
        }
    }
}

/// The length of a slice.
const INTERVAL_NS: u64 = 200_000_000;

/// An INCR that was told 42, with the nanoseconds between which it lived.
fn returned_42(connection: u32, sequence: u64, lived_ns: std::ops::Range<u64>) -> Witness {
    Witness {
        operation: "INCR".to_owned(),
        key: "baton:hits".to_owned(),
        connection,
        sequence,
        began_ns: lived_ns.start,
        ended_ns: Some(lived_ns.end),
        value: Some(42),
    }
}
