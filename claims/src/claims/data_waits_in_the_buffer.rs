//! From the kernel's time stamp of received bytes to the beginning of their handler.

use loadgen::config::ConfigBuilder;
use loadgen::experiment::StartedServer;
use results::statistics::median;
use results::{Arrival, AxisScale, Chart, ChartSeries, Figure, Histogram, Quantile, Unit, units};

use crate::client::info;
use crate::figures::or_not_measured;
use crate::systems::{ASYNC, PYTHON_THREADS, REACTOR, REDIS, System, THREADS, TWISTED};
use crate::{
    Claim, Conclusion, Conditions, Difference, Evidence, Experiment, Failure, Indication, Pair,
    figures, load_for_ms, run,
};

pub(super) const CLAIM: Claim = Claim {
    name: "data-waits-in-the-buffer",
    sentence: "this data might actually sit there until the thread which takes care of this file descriptor gets a chance to run again. Event driven frameworks can alleviate this problem, the callback for a request is launched as soon as the response is available.",
    confirms: "with one thread and one poll, received bytes lie in the kernel for less time, at the median and in the tail, by more than the eighth that the servers can resolve",
    refutes: "the same time, as far as they can resolve it, or a longer one",
    experiment: "INCR from 50 connections on schedule, at a low and at a high rate, the same for both servers, each on one processor. The kernel stamps what it receives (SO_TIMESTAMPNS), and the server \
        records the time from the stamp to the return of the read. The tail is the 99th percentile, at the low rate the 90th: there the 99th would be a handful of requests. \
        Tasks of one thread are shown too; the verdict rests on the other two.",
    examine,
};

/// A rate at which all connections together send, and the quantiles that decide there.
///
/// The tail is where even the shortest run has some eighty requests beyond it: at the low rate that is the 90th percentile. The
/// 99th would rest on eight requests there, so one disturbed moment would decide.
struct Rate {
    name: &'static str,
    per_s: f64,
    quantiles: [(&'static str, Quantile); 2],
}

const RATES: [Rate; 2] = [
    Rate {
        name: "2k/s",
        per_s: 2_000.0,
        quantiles: [("p50", Quantile::P50), ("p90", Quantile::P90)],
    },
    Rate {
        name: "40k/s",
        per_s: 40_000.0,
        quantiles: [("p50", Quantile::P50), ("p99", Quantile::P99)],
    },
];

/// The dwell of each system's runs at one rate.
type Dwells = Vec<Vec<Histogram>>;

/// Threads, then one thread: the verdict rests on these. Tasks are shown too.
const SYSTEMS: [System; 3] = [THREADS, REACTOR, ASYNC];

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    for system in [TWISTED, PYTHON_THREADS, REDIS] {
        let why = "it does not ask the kernel when its bytes came";
        experiment.note_missing(system.label, why);
    }
    let rounds = experiment.rounds().max(6);
    let load = load_for_ms(experiment.quick_or_full(400, 1_500)).connections(50);
    let setups = SYSTEMS.map(|system| system.on_one_processor().with("--dwell"));
    let dwells = RATES.each_ref().map(|rate| {
        let load = load
            .clone()
            .rate_per_s(rate.per_s)
            .arrival(Arrival::Poisson);
        experiment.each(&setups, rounds, |_, server| dwell(server, &load))
    });
    let rates = || RATES.iter().zip(&dwells);
    let pairs: Vec<Pair> = rates().flat_map(|(rate, runs)| pairs(rate, runs)).collect();
    let ratio = |pair: &Pair| pair.figure("reactor / threads", "dwell");
    let levels = rates().flat_map(|(rate, runs)| levels(rate, runs));
    Evidence {
        figures: pairs.iter().filter_map(ratio).chain(levels).collect(),
        chart: Some(chart(&dwells, &finding(&pairs))),
        conclusion: rule(&pairs),
    }
}

/// The reactor against threads at one rate.
fn pairs(rate: &Rate, runs: &Dwells) -> [Pair; 2] {
    rate.quantiles.map(|(name, quantile)| {
        let condition = format!("{name} at {}", rate.name);
        let values = |place: usize| values(&runs[place], quantile);
        Pair::new(condition, values(0), values(1))
    })
}

fn values(runs: &[Histogram], quantile: Quantile) -> Vec<f64> {
    let quantiles = runs.iter().filter_map(|run| run.quantile_ns(quantile));
    quantiles.map(|ns| ns as f64).collect()
}

/// Each system's own numbers at one rate.
fn levels(rate: &Rate, runs: &Dwells) -> Vec<Figure> {
    let quantiles = rate.quantiles.into_iter().chain([("max", Quantile::MAX)]);
    let level = |(name, quantile)| {
        let what = format!("dwell, {name} at {}", rate.name);
        SYSTEMS.iter().zip(runs).filter_map(move |(system, runs)| {
            figures::median_of(system.label, &what, Unit::Time, &values(runs, quantile))
        })
    };
    quantiles.flat_map(level).collect()
}

/// Loads the server and asks it how long the bytes that it read had lain in the kernel.
fn dwell(server: &mut StartedServer<'_, '_>, load: &ConfigBuilder) -> Result<Histogram, Failure> {
    run(server, load)?;
    let failed = Failure::request("INFO does not say how long bytes lay in the kernel");
    let text = info(server.process.port, "dwell").map_err(failed)?;
    let histogram = histogram_in(&text);
    match histogram.is_empty() {
        true => Err(Failure::Unexpected(
            "the kernel does not stamp what it receives here".to_owned(),
        )),
        false => Ok(histogram),
    }
}

/// `dwell_ns_to_2047:38`: 38 reads whose bytes lay no longer than that.
fn histogram_in(info: &str) -> Histogram {
    let mut histogram = Histogram::new();
    for line in info.lines() {
        let bucket = line
            .trim()
            .strip_prefix("dwell_ns_to_")
            .and_then(|line| line.split_once(':'));
        if let Some((Ok(ns), Ok(count))) = bucket.map(|(ns, count)| (ns.parse(), count.parse())) {
            histogram.record_many(ns, count);
        }
    }
    histogram
}

/// What the servers can resolve: the buckets of their histogram are an eighth as wide as where they begin.
const RESOLUTION: f64 = 0.125;

/// Less by more than a bucket confirms; a smaller difference may be the edge of one. At most a bucket less, or more, refutes.
fn rule(pairs: &[Pair]) -> Conclusion {
    let indication = |pair: &Pair| match (pair.difference(RESOLUTION), pair.interval()) {
        (Difference::Less, _) => Indication::Confirms,
        (_, Some((low, _))) if low > 1.0 / (1.0 + RESOLUTION) => Indication::Refutes,
        _ => Indication::Undecided,
    };
    let time = |values: &[f64]| or_not_measured(median(values).map(units::time_of));
    let text = |pair: &Pair| {
        let (reactor, threads) = (time(&pair.candidate), time(&pair.reference));
        let (condition, ratio) = (&pair.condition, pair.text());
        format!("{condition}: {reactor} against {threads} ({ratio})")
    };
    let texts = figures::list(pairs.iter().map(text));
    let answer = format!("bytes lay in the kernel, reactor against threads: {texts}");
    Conditions::of_pairs(pairs, indication).conclude("the rate, and which of the requests", answer)
}

/// The median at the higher rate, in a sentence.
fn finding(pairs: &[Pair]) -> String {
    let busy = pairs.iter().find(|pair| pair.condition == "p50 at 40k/s");
    let times = busy.and_then(|pair| Some((median(&pair.candidate)?, median(&pair.reference)?)));
    times.map_or_else(String::new, |(reactor, threads)| {
        let (reactor, threads) = (units::time_of(reactor), units::time_of(threads));
        format!("at 40 000 requests per second half of the bytes lie in the kernel for {reactor} or less with one thread, and for {threads} with many")
    })
}

/// P8: the dwell of all runs together, a drawing for each rate.
fn chart(dwells: &[Dwells; 2], finding: &str) -> Chart {
    let lines = RATES.iter().zip(dwells).flat_map(|(rate, runs)| {
        let panel = format!("in the kernel's buffer, at {}", rate.name);
        SYSTEMS.iter().zip(runs).map(move |(system, runs)| {
            let mut sum = Histogram::new();
            runs.iter().for_each(|run| sum.merge(run));
            ChartSeries::percentiles(system.label, &sum).in_panel(&panel)
        })
    });
    figures::chart(
        finding,
        "How long received bytes lay in the kernel before the read that took them returned, all runs together. Of a time the upper end of its bucket is drawn, at most an eighth above it. \
            Dotted: fewer than ten reads lie beyond; the last mark is the longest.",
        figures::axis("reads", Unit::Share, AxisScale::Nines),
        figures::axis("time in the kernel's buffer", Unit::Time, AxisScale::Log),
        lines,
    )
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn pair(factor: f64) -> Pair {
        let threads = [20e3, 20.2e3, 19.9e3, 20.1e3];
        Pair {
            condition: format!("{factor}"),
            reference: threads.to_vec(),
            candidate: threads.map(|ns| ns * factor).to_vec(),
        }
    }

    #[test]
    fn less_confirms_and_as_long_refutes() {
        assert_eq!(rule(&[pair(0.5), pair(0.8)]).verdict, ClaimVerdict::Holds);
        assert_eq!(rule(&[pair(1.0), pair(1.8)]).verdict, ClaimVerdict::Fails);
        assert_eq!(rule(&[pair(0.5), pair(1.8)]).verdict.word(), "depends");
    }

    /// A bucket's edge between two medians makes one of them a twelfth less: that is no difference.
    #[test]
    fn one_bucket_less_is_as_long() {
        assert_eq!(rule(&[pair(0.5), pair(0.929)]).verdict.word(), "depends");
        assert_eq!(rule(&[pair(0.929)]).verdict, ClaimVerdict::Fails);
    }

    #[test]
    fn too_few_runs_decide_nothing() {
        let mut few = pair(0.5);
        few.reference.truncate(3);
        assert_eq!(rule(&[few]).verdict.word(), "not measured");
    }

    #[test]
    fn the_server_s_buckets_become_a_histogram() {
        let histogram = histogram_in(
            "# Dwell\r\ndwell_unstamped:3\r\ndwell_ns_to_2047:38\r\ndwell_ns_to_8191:2\r\n",
        );
        assert_eq!(histogram.count(), 40);
        assert_eq!(histogram.quantile_ns(Quantile::P50), Some(2047));
    }
}
