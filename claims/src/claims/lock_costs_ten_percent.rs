//! What a lock costs: in a loop that does nothing else, and in a server that does a request's work around it.

use results::{AxisScale, Chart, ChartPoint, ChartSeries, Joining, Metric, Unit};

use crate::article::{self, Programs};
use crate::bench::{Bench, Entry};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::rule::{Pair, Ruling, Says, least_to_greatest, over_conditions};
use crate::system::{THREADS, THREADS_RACY};

pub(super) const CLAIM: Claim = Claim {
    name: "lock-costs-ten-percent",
    sentence: "The locked version of the variable increment is roughly 10% slower than the version without locks.",
    confirms: "locked over unlocked between 1.05 and 1.20",
    refutes: "a ratio that is less, or more, in so many rounds that chance does it once in sixteen times at most (in five of five), under three conditions at least",
    experiment: "The article's two programs in every Python found and in Rust (a new process, or new threads, for every repetition); and over sockets the processor time per request \
        of a thread per connection with a mutex over that of one without, 50 connections.",
    examine,
};

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let rounds = bench.quick_or_full(5, 15);
    let mut programs = vec![
        article::in_rust(rounds, article::INCREMENTS),
        article::in_rust(rounds, 10 * article::INCREMENTS),
    ];
    programs.extend(bench.in_pythons());
    let mut pairs: Vec<Pair> = programs.iter().map(of_programs).collect();

    let entries: [Entry; 2] = [THREADS_RACY.into(), THREADS.into()];
    let length = bench.quick_or_full("-d 300ms --warmup 0s", "-d 1s --warmup 0s");
    for depth in [1, 16] {
        let runs = bench.compare(
            &entries,
            bench.rounds().max(6),
            &format!("-c 50 -P {depth} {length}"),
        );
        pairs.push(Pair {
            condition: format!("sockets, {depth} in flight"),
            reference: figures::values(&runs[0], Metric::CpuPerRequest),
            candidate: figures::values(&runs[1], Metric::CpuPerRequest),
        });
    }
    let ruling = rule(&pairs);
    Evidence {
        chart: Some(chart(&pairs, &ruling.answer)),
        figures: pairs
            .iter()
            .filter_map(|pair| figures::of_pair("locked / unlocked", "time", pair))
            .collect(),
        ruling,
    }
}

fn of_programs(programs: &Programs) -> Pair {
    Pair {
        condition: programs.name.clone(),
        reference: programs.unlocked_ns.clone(),
        candidate: programs.locked_ns.clone(),
    }
}

/// What "roughly 10 %" is taken to mean.
const ROUGHLY: (f64, f64) = (1.05, 1.20);

/// Five rounds fall all on one side by chance once in sixteen times (the sign test); fewer decide nothing.
const ROUNDS: usize = 5;

/// The same strength for any number of rounds: of fifteen three may be aside, or one disturbed moment would undo a longer run.
const BY_CHANCE: f64 = 1.0 / 16.0;

/// Conditions that decide without the others.
const CLEAR: usize = 3;

/// The programs of a round are run side by side, so it is each round's ratio that counts: what disturbs a machine disturbs both.
fn rule(pairs: &[Pair]) -> Ruling {
    let says = |pair: &Pair| {
        let rounds: Vec<f64> = pair
            .candidate
            .iter()
            .zip(&pair.reference)
            .map(|(locked, unlocked)| locked / unlocked)
            .collect();
        let evidence = pair.contrast().and_then(|seen| seen.evidence);
        let inside = evidence.is_some_and(|evidence| {
            evidence.low.value() >= ROUGHLY.0 && evidence.high.value() <= ROUGHLY.1
        });
        let is_clear = |aside: usize| sign_test(aside, rounds.len()) <= BY_CHANCE;
        let on_one_side = is_clear(rounds.iter().filter(|ratio| **ratio >= ROUGHLY.0).count())
            || is_clear(rounds.iter().filter(|ratio| **ratio <= ROUGHLY.1).count());
        match () {
            () if rounds.len() < ROUNDS => Says::Nothing,
            () if inside => Says::Confirms,
            () if on_one_side => Says::Refutes,
            () => Says::Nothing,
        }
    };
    let mut conditions: Vec<_> = pairs
        .iter()
        .map(|pair| (pair.condition.clone(), says(pair)))
        .collect();
    // Threads that fight for one lock take now this time, now that: where several conditions are clear, the others need not be.
    if conditions
        .iter()
        .filter(|(_, says)| *says == Says::Refutes)
        .count()
        >= CLEAR
    {
        conditions.retain(|(_, says)| *says != Says::Nothing);
    }
    let answer = least_to_greatest(pairs.iter().cloned())
        .map_or_else(String::new, |told| format!("locked over unlocked: {told}"));
    over_conditions(
        "what else is done between two increments",
        &conditions,
        answer,
    )
}

/// How likely chance alone puts so few rounds, or fewer, aside, on either side: twice the tail of a binomial with one half
/// (Dixon and Mood, 1946).
fn sign_test(aside: usize, rounds: usize) -> f64 {
    let mut ways = 1.0;
    let mut tail = 0.0;
    for few in 0..=aside {
        tail += ways;
        ways *= (rounds - few) as f64 / (few + 1) as f64;
    }
    (2.0 * tail * 0.5_f64.powi(rounds as i32)).min(1.0)
}

/// "Roughly 10% slower".
const ARTICLE: f64 = 1.1;

fn chart(pairs: &[Pair], finding: &str) -> Chart {
    let point = |(place, pair): (usize, &Pair)| {
        let seen = pair.contrast()?;
        let range = seen
            .evidence
            .map(|evidence| (evidence.low.value(), evidence.high.value()));
        ChartPoint::new(place as f64, seen.ratio.value(), range)
    };
    let ends = [-0.5, pairs.len() as f64 - 0.5];
    let article = ends
        .into_iter()
        .filter_map(|end| ChartPoint::new(end, ARTICLE, None));
    Chart {
        finding: finding.to_owned(),
        caption: "The time with a lock over the time without. Whiskers: 95 % interval of the ratio. The dotted line is the article's: a tenth slower.".to_owned(),
        x: figures::axis("", Unit::Count, AxisScale::Names { names: pairs.iter().map(|pair| pair.condition.clone()).collect() }),
        y: figures::axis("locked over unlocked", Unit::Ratio, AxisScale::Log),
        series: vec![
            ChartSeries::new(
                THREADS.label,
                Joining::Apart,
                pairs.iter().enumerate().filter_map(point),
            ),
            ChartSeries::new("the article", Joining::Bound, article),
        ],
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn pair(factor: f64) -> Pair {
        let unlocked = [1.0, 1.005, 0.995, 1.0, 1.0];
        Pair {
            condition: format!("{factor}"),
            reference: unlocked.to_vec(),
            candidate: unlocked.map(|time| time * factor).to_vec(),
        }
    }

    #[test]
    fn a_tenth_confirms_and_everything_else_refutes() {
        assert_eq!(rule(&[pair(1.1), pair(1.15)]).verdict, ClaimVerdict::Holds);
        assert_eq!(rule(&[pair(1.0), pair(8.0)]).verdict, ClaimVerdict::Fails);
        assert_eq!(rule(&[pair(1.1), pair(8.0)]).verdict.word(), "depends");
        let mut wide = pair(1.2);
        wide.candidate = vec![1.0, 1.4, 1.1, 1.3, 1.2];
        let clear = rule(&[pair(8.0), pair(1.0), pair(5.0), wide]);
        assert_eq!(clear.verdict, ClaimVerdict::Fails);
    }

    #[test]
    fn a_longer_run_stands_a_disturbed_round_and_a_short_one_does_not() {
        assert_eq!(sign_test(0, 5), 1.0 / 16.0);
        assert!(sign_test(3, 15) < BY_CHANCE && sign_test(4, 15) > BY_CHANCE);
        assert_eq!(sign_test(5, 5), 1.0);
        let slow = |aside: usize, rounds: usize| {
            let mut candidate = vec![8.0; rounds];
            candidate[..aside].fill(1.1);
            let reference = vec![1.0; rounds];
            rule(&[Pair {
                reference,
                candidate,
                ..pair(1.0)
            }])
            .verdict
        };
        assert_eq!(slow(3, 15), ClaimVerdict::Fails);
        assert_eq!(slow(4, 15).word(), "not measured");
        assert_eq!(slow(1, 5).word(), "not measured");
    }

    #[test]
    fn rounds_on_both_sides_decide_nothing() {
        let mut wide = pair(1.2);
        wide.candidate = vec![1.0, 1.4, 1.1, 1.3, 1.2];
        assert_eq!(rule(&[wide]).verdict.word(), "not measured");
        let mut few = pair(8.0);
        few.candidate.truncate(4);
        assert_eq!(rule(&[few]).verdict.word(), "not measured");
    }
}
