//! A hundred threads that increment one number without a lock: does the sum come out short?

use results::{AxisScale, Chart, Unit};

use crate::systems::{System, THREADS, THREADS_RACY};
use crate::{
    ArticlePrograms, Claim, Conclusion, Conditions, EventCount, Evidence, Experiment, Indication,
    figures, load_of_requests,
};

pub(super) const CLAIM: Claim = Claim {
    name: "lost-updates",
    sentence: "The value of counter was 96733 last time this article was checked, which means that 3% of the counter increments went wrong.",
    confirms: "acknowledged increments that the counter no longer holds, more than chance explains",
    refutes: "none lost in a million acknowledged increments, at any depth of pipelining",
    experiment: "100 connections send 1000 INCR each to a thread per connection whose counter is read, then written, without a lock; 1, 16 and 1000 in flight. \
        The client compares what was acknowledged with what the counter holds, and the checker looks for a value that two replies hold. The same load on a locked counter is the control. The article's own script is run in every Python found as well.",
    examine,
};

/// Requests in flight on each connection: how long a thread runs before it waits for its client.
const DEPTHS: [u32; 3] = [1, 16, 1000];

/// What is compared: the second is the control.
const SYSTEMS: [System; 2] = [THREADS_RACY, THREADS];

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    let rounds = experiment.quick_or_full(4, 10);
    let mut losses: [Losses; 2] = Default::default();
    let mut all = Vec::new();
    for depth in DEPTHS {
        let load = load_of_requests(100_000)
            .connections(100)
            .pipeline_depth(depth);
        // Requests in flight together are done at once: three times as many runs cost little.
        let rounds = if depth == 1 { rounds } else { 3 * rounds };
        let runs = experiment.compare(&SYSTEMS, rounds, &load);
        for ((system, runs), losses) in SYSTEMS.iter().zip(&runs).zip(&mut losses) {
            let label = format!("{depth} in flight");
            let Some(lost) = EventCount::lost(&label, runs) else {
                continue;
            };
            all.extend(lost.figure(system.label, &format!("lost, {label}")));
            // The checker finds at most what was lost: every value up to the counter's last was acknowledged at least once, and
            // so were some above it that an older value then overwrote.
            let what = format!("acknowledged with the value of another, {label}");
            let found = EventCount::duplicates(&label, runs);
            all.extend(found.and_then(|count| count.figure(system.label, &what)));
            losses.push((depth, lost));
        }
    }
    let in_python: Vec<EventCount> = experiment.in_pythons().iter().map(of_python).collect();
    let by_script = |count: &EventCount| count.figure(&count.label, "lost by the article's script");
    all.extend(in_python.iter().filter_map(by_script));
    let without_lock: Vec<EventCount> = losses[0].iter().map(|(_, lost)| lost.clone()).collect();
    let conclusion = rule(&without_lock, &in_python);
    Evidence {
        chart: Some(chart(&losses, &conclusion.answer)),
        figures: all,
        conclusion,
    }
}

/// What one system lost at each depth.
type Losses = Vec<(u32, EventCount)>;

fn of_python(programs: &ArticlePrograms) -> EventCount {
    let runs = programs.unlocked_ns.len();
    let in_a_run = ArticlePrograms::TIMES * ArticlePrograms::THREADS * ArticlePrograms::INCREMENTS;
    EventCount::new(
        &programs.name,
        programs.lost,
        (runs * in_a_run) as u64,
        runs,
    )
}

/// Each depth and each Python confirms where something was lost, and refutes where nothing was in enough operations.
fn rule(without_lock: &[EventCount], in_python: &[EventCount]) -> Conclusion {
    let indication = |count: &EventCount| match count {
        count if !count.is_enough() => Indication::Undecided,
        count if count.events > 0 => Indication::Confirms,
        _ => Indication::Refutes,
    };
    let conditions = without_lock.iter().chain(in_python);
    let most = without_lock
        .iter()
        .max_by(|a, b| a.per_million().total_cmp(&b.per_million()));
    let answer = most.map_or(String::new(), |most| {
        format!(
            "{:.2} % lost with {} on each connection ({}); the article lost 3.27 %",
            most.per_million() / 1e4,
            most.label,
            most.text()
        )
    });
    Conditions::new(conditions.map(|count| (&count.label, indication(count))))
        .conclude("what runs the threads", answer)
}

/// P5: what is lost against how much is in flight.
fn chart(losses: &[Losses; 2], finding: &str) -> Chart {
    let line = |(system, losses): (&System, &Losses)| {
        let point = |(depth, lost): &(u32, _)| figures::rate_point(f64::from(*depth), lost);
        figures::points(system.label, losses.iter().map(point))
    };
    figures::chart(
        finding,
        "Of a million acknowledged increments, how many the counter does not hold. Whiskers: 95 % interval of a count. Nothing lost is drawn in the lowest lane; \
            its whisker ends at the rate that this many increments rule out.",
        figures::axis(
            "requests in flight on each of 100 connections",
            Unit::Count,
            AxisScale::Log,
        ),
        figures::axis("lost per million", Unit::PerMillion, AxisScale::Log),
        SYSTEMS.iter().zip(losses).map(line),
    )
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn count(depth: u32, events: u64, of: u64, runs: usize) -> EventCount {
        EventCount {
            label: format!("{depth} in flight"),
            events,
            of,
            runs,
        }
    }

    #[test]
    fn losses_at_every_depth_confirm() {
        let conclusion = rule(
            &[count(1, 13, 500_000, 5), count(1000, 16_000, 500_000, 5)],
            &[],
        );
        assert_eq!(conclusion.verdict, ClaimVerdict::Holds);
        assert!(
            conclusion
                .answer
                .contains("3.20 % lost with 1000 in flight"),
            "{}",
            conclusion.answer
        );
    }

    #[test]
    fn nothing_lost_refutes_and_a_loss_in_some_depends() {
        let none = count(1, 0, 1_000_000, 1);
        let python = EventCount {
            label: "CPython 3.13".to_owned(),
            ..none.clone()
        };
        assert_eq!(
            rule(std::slice::from_ref(&none), std::slice::from_ref(&python)).verdict,
            ClaimVerdict::Fails
        );
        let conclusion = rule(&[count(16, 300, 500_000, 5)], &[python]);
        assert_eq!(
            conclusion.verdict.reason(),
            Some("what runs the threads: holds with 16 in flight; fails with CPython 3.13")
        );
    }

    #[test]
    fn too_few_runs_decide_nothing() {
        assert_eq!(
            rule(&[count(1, 9, 300_000, 3)], &[]).verdict.word(),
            "not measured"
        );
        assert_eq!(rule(&[], &[]).verdict.word(), "not measured");
    }
}
