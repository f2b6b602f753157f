//! What a lock costs: in a loop that does nothing else, and in a server that does a request's work around it.

use results::{AxisScale, Chart, Metric, Unit};

use crate::systems::{THREADS, THREADS_RACY};
use crate::{
    ArticlePrograms, Claim, Conclusion, Conditions, Evidence, Experiment, Indication, Pair,
    figures, load_for_ms,
};

pub(super) const CLAIM: Claim = Claim {
    name: "lock-costs-ten-percent",
    sentence: "The locked version of the variable increment is roughly 10% slower than the version without locks.",
    confirms: "locked over unlocked between 1.05 and 1.20",
    refutes: "a ratio that is smaller or larger in so many rounds that chance does it at most once in sixteen times (in five of five), under at least three conditions",
    experiment: "The article's two programs in every Python found and in Rust (a new process, or new threads, for every repetition); and over sockets the processor time per request \
        of a thread per connection with a mutex over that of one without, 50 connections.",
    examine,
};

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    let rounds = experiment.quick_or_full(5, 15);
    let increments = ArticlePrograms::INCREMENTS;
    let mut programs = vec![
        ArticlePrograms::in_rust(rounds, increments),
        ArticlePrograms::in_rust(rounds, 10 * increments),
    ];
    programs.extend(experiment.in_pythons());
    let mut pairs: Vec<Pair> = programs.iter().map(of_programs).collect();

    let load = load_for_ms(experiment.quick_or_full(300, 1_000)).connections(50);
    let rounds = experiment.rounds().max(6);
    for depth in [1, 16] {
        let runs = experiment.compare(
            &[THREADS_RACY, THREADS],
            rounds,
            &load.clone().pipeline_depth(depth),
        );
        let condition = format!("sockets, {depth} in flight");
        pairs.push(Pair::of_runs(condition, &runs, Metric::CpuPerRequest));
    }
    let conclusion = rule(&pairs);
    let figure = |pair: &Pair| pair.figure("locked / unlocked", "time");
    Evidence {
        chart: Some(chart(&pairs, &conclusion.answer)),
        figures: pairs.iter().filter_map(figure).collect(),
        conclusion,
    }
}

fn of_programs(programs: &ArticlePrograms) -> Pair {
    let (unlocked, locked) = (&programs.unlocked_ns, &programs.locked_ns);
    Pair::new(&programs.name, unlocked.clone(), locked.clone())
}

/// What "roughly 10 %" is taken to mean.
const ROUGHLY: (f64, f64) = (1.05, 1.20);

/// Five rounds all fall on one side by chance once in sixteen times (the sign test); fewer rounds decide nothing.
const ROUNDS: usize = 5;

/// The same strength for any number of rounds: of fifteen, three may fall on the other side. Else one disturbed moment would
/// undo a longer run.
const BY_CHANCE: f64 = 1.0 / 16.0;

/// Conditions that decide without the others.
const CLEAR: usize = 3;

/// The programs of a round run side by side, so each round's ratio counts: a disturbance of the machine disturbs both.
fn rule(pairs: &[Pair]) -> Conclusion {
    let indication = |pair: &Pair| {
        let rounds = pair.candidate.iter().zip(&pair.reference);
        let ratios: Vec<f64> = rounds.map(|(locked, unlocked)| locked / unlocked).collect();
        let interval = pair.interval();
        let inside = interval.is_some_and(|(low, high)| low >= ROUGHLY.0 && high <= ROUGHLY.1);
        let is_clear = |is_aside: &dyn Fn(&f64) -> bool| {
            let aside = ratios.iter().filter(|ratio| is_aside(ratio)).count();
            sign_test(aside, ratios.len()) <= BY_CHANCE
        };
        let on_one_side =
            is_clear(&|ratio| *ratio >= ROUGHLY.0) || is_clear(&|ratio| *ratio <= ROUGHLY.1);
        match () {
            () if ratios.len() < ROUNDS => Indication::Undecided,
            () if inside => Indication::Confirms,
            () if on_one_side => Indication::Refutes,
            () => Indication::Undecided,
        }
    };
    let answer = Pair::smallest_to_largest("locked over unlocked", pairs.iter().cloned());
    // The time of threads that fight for one lock varies: where several conditions are clear, the others need not be.
    Conditions::of_pairs(pairs, indication)
        .clear_with(Indication::Refutes, CLEAR)
        .conclude("what else is done between two increments", answer)
}

/// How likely chance alone puts this few rounds, or fewer, on either side: twice the tail of a binomial with one half
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
    let points = pairs
        .iter()
        .enumerate()
        .map(|(place, pair)| pair.point(place));
    figures::chart(
        finding,
        "The time with a lock over the time without. Whiskers: 95 % interval of the ratio. The dotted line is the article's: a tenth slower.",
        figures::names(pairs.iter().map(|pair| &pair.condition)),
        figures::axis("locked over unlocked", Unit::Ratio, AxisScale::Log),
        [
            figures::points(THREADS.label, points),
            figures::bound("the article", ARTICLE, pairs.len()),
        ],
    )
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
    fn a_longer_run_tolerates_a_disturbed_round_and_a_short_one_does_not() {
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
