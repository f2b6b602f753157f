//! From the kernel's time stamp of received bytes to the beginning of their handler.

use results::statistics::median;
use results::{AxisScale, Chart, ChartSeries, Figure, Histogram, Quantile, Unit};

use crate::bench::{Bench, Entry, Stage};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::peer::Peer;
use crate::rule::{Difference, Pair, Ruling, Says, over_conditions, ratio_text};
use crate::system::{ASYNC, PYTHON_THREADS, REACTOR, REDIS, System, THREADS, TWISTED};

pub(super) const CLAIM: Claim = Claim {
    name: "data-waits-in-the-buffer",
    sentence: "this data might actually sit there until the thread which takes care of this file descriptor gets a chance to run again. Event driven frameworks can alleviate this problem, the callback for a request is launched as soon as the response is available.",
    confirms: "with one thread and one poll, received bytes lie in the kernel for less time, by more than the eighth that the instrument can tell, at the median and in the tail",
    refutes: "as long as far as it can tell, or longer",
    experiment: "INCR from 50 connections on schedule, at a low and at a high rate, the same for both servers, each on one processor. The kernel stamps what it receives (SO_TIMESTAMPNS), and the server \
        books the time from the stamp to the return of the read. The tail is the 99th percentile, at the low rate the 90th: there the 99th would be a handful of requests. \
        Tasks of one thread stand beside; the verdict rests on the other two.",
    examine,
};

/// A rate at which all connections together send, and what is judged there.
///
/// The tail is judged where a run has some eighty requests in it, even the shortest: at the low rate that is the 90th
/// percentile. The 99th would rest on eight requests there, and one moment in which the machine looked away would decide.
struct Rate {
    per_s: &'static str,
    quantiles: [(&'static str, Quantile); 2],
}

const RATES: [Rate; 2] = [
    Rate {
        per_s: "2k",
        quantiles: [("p50", Quantile::P50), ("p90", Quantile::P90)],
    },
    Rate {
        per_s: "40k",
        quantiles: [("p50", Quantile::P50), ("p99", Quantile::P99)],
    },
];

/// The dwell of each system's runs, rate by rate.
type Dwells = Vec<Vec<Vec<Histogram>>>;

/// Threads, then one thread: what the verdict rests on. Tasks stand beside.
const SYSTEMS: [System; 3] = [THREADS, REACTOR, ASYNC];

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let rounds = bench.rounds().max(6);
    for system in [TWISTED, PYTHON_THREADS, REDIS] {
        bench.miss(
            system.label,
            "it does not ask the kernel when its bytes came",
        );
    }
    let dwells = measured(bench, rounds);
    let pairs: Vec<Pair> = RATES
        .iter()
        .zip(&dwells)
        .flat_map(|(rate, runs)| pairs(rate, runs))
        .collect();
    let ratio = |pair| figures::of_pair("reactor / threads", "dwell", pair);
    let levels = RATES
        .iter()
        .zip(&dwells)
        .flat_map(|(rate, runs)| levels(rate, runs));
    Evidence {
        figures: pairs.iter().filter_map(ratio).chain(levels).collect(),
        chart: Some(chart(&dwells, &finding(&pairs))),
        ruling: rule(&pairs),
    }
}

fn measured(bench: &mut Bench<'_>, rounds: u32) -> Dwells {
    let length = bench.quick_or_full("-d 400ms --warmup 0s", "-d 1500ms --warmup 0s");
    let entry = |system: &System| Entry {
        more: "--dwell".to_owned(),
        ..Entry::pinned(*system)
    };
    let entries = SYSTEMS.each_ref().map(entry);
    let of = |rate: &Rate| {
        let load = format!("-c 50 -r {} --arrival poisson {length}", rate.per_s);
        bench.each(&entries, rounds, |stage| dwell(stage, &load))
    };
    RATES.iter().map(of).collect()
}

/// The reactor against threads at one rate.
fn pairs(rate: &Rate, runs: &[Vec<Histogram>]) -> [Pair; 2] {
    rate.quantiles.map(|(name, quantile)| Pair {
        condition: condition(name, rate),
        reference: values(&runs[0], quantile),
        candidate: values(&runs[1], quantile),
    })
}

fn condition(name: &str, rate: &Rate) -> String {
    format!("{name} at {}/s", rate.per_s)
}

fn values(runs: &[Histogram], quantile: Quantile) -> Vec<f64> {
    let quantiles = runs.iter().filter_map(|run| run.quantile_ns(quantile));
    quantiles.map(|ns| ns as f64).collect()
}

/// Each system's own numbers at one rate.
fn levels(rate: &Rate, runs: &[Vec<Histogram>]) -> Vec<Figure> {
    let told = rate.quantiles.into_iter().chain([("max", Quantile::MAX)]);
    let level = |(name, quantile)| {
        let what = format!("dwell, {}", condition(name, rate));
        SYSTEMS.iter().zip(runs).filter_map(move |(system, runs)| {
            figures::middle(system.label, &what, Unit::Time, &values(runs, quantile))
        })
    };
    told.flat_map(level).collect()
}

/// Loads the server and asks it how long what it read had lain there.
fn dwell(stage: &mut Stage<'_>, load: &str) -> Result<Histogram, String> {
    stage.drive(load)?;
    let failed = |error: std::io::Error| {
        format!("INFO does not say how long bytes lay in the kernel: {error}")
    };
    let text = Peer::connect(stage.server.port)
        .and_then(|mut peer| peer.ask("INFO dwell"))
        .map_err(failed)?;
    let histogram = histogram_in(&text);
    match histogram.is_empty() {
        true => Err("the kernel stamps nothing that it receives here".to_owned()),
        false => Ok(histogram),
    }
}

/// `dwell_ns_to_2047:38`: so many that lay no longer than that.
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

/// What the instrument can tell apart: a server books a time in buckets that are an eighth as wide as where they begin.
const RESOLUTION: f64 = 0.125;

/// Less by more than a bucket confirms, for less than that may be the edge of one; at most a bucket less, or more, refutes.
fn rule(pairs: &[Pair]) -> Ruling {
    let says = |pair: &Pair| match (
        pair.difference(RESOLUTION),
        pair.contrast().and_then(|seen| seen.evidence),
    ) {
        (Difference::Less, _) => Says::Confirms,
        (_, Some(evidence)) if evidence.low.value() > 1.0 / (1.0 + RESOLUTION) => Says::Refutes,
        _ => Says::Nothing,
    };
    let conditions: Vec<_> = pairs
        .iter()
        .map(|pair| (pair.condition.clone(), says(pair)))
        .collect();
    let told: Vec<String> = pairs
        .iter()
        .map(|pair| {
            let time = |values: &[f64]| {
                median(values).map_or_else(
                    || results::units::NOT_MEASURED.to_owned(),
                    results::units::time_of,
                )
            };
            format!(
                "{}: {} against {} ({})",
                pair.condition,
                time(&pair.candidate),
                time(&pair.reference),
                ratio_text(pair)
            )
        })
        .collect();
    over_conditions(
        "the rate, and which of the requests",
        &conditions,
        format!(
            "bytes lay in the kernel, reactor against threads: {}",
            told.join("; ")
        ),
    )
}

/// The median at the higher rate, in a sentence.
fn finding(pairs: &[Pair]) -> String {
    let busy = pairs.iter().find(|pair| pair.condition == "p50 at 40k/s");
    let times = busy.and_then(|pair| Some((median(&pair.candidate)?, median(&pair.reference)?)));
    times.map_or_else(String::new, |(reactor, threads)| {
        let text = results::units::time_of;
        format!("at 40 000 requests per second half of the bytes lie in the kernel for {} or less with one thread, and for {} with many", text(reactor), text(threads))
    })
}

/// P8: the dwell of all runs together, a drawing for each rate.
fn chart(dwells: &Dwells, finding: &str) -> Chart {
    let lines = RATES.iter().zip(dwells).flat_map(|(rate, runs)| {
        let panel = format!("in the kernel's buffer, at {}/s", rate.per_s);
        SYSTEMS.iter().zip(runs).map(move |(system, runs)| {
            let mut sum = Histogram::new();
            runs.iter().for_each(|run| sum.merge(run));
            ChartSeries::percentiles(system.label, &sum).in_panel(&panel)
        })
    });
    Chart {
        finding: finding.to_owned(),
        caption: "How long received bytes lay in the kernel before the read that took them returned, all runs together. Of a time the upper end of its bucket is drawn, at most an eighth above it. \
            Dotted: fewer than ten reads lie beyond; the last mark is the longest."
            .to_owned(),
        x: figures::axis("reads", Unit::Share, AxisScale::Nines),
        y: figures::axis("time in the kernel's buffer", Unit::Time, AxisScale::Log),
        series: figures::seen(lines),
    }
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

    /// A bucket's edge between two medians makes one of them a twelfth less: that is no difference, in no run.
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
