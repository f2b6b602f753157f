//! A hundred threads that increment one number without a lock: does the sum come out short?

use results::{AxisScale, Chart, ChartPoint, ChartSeries, Figure, Joining, Run, Unit};

use crate::article::{self, Programs};
use crate::bench::{Bench, Entry};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::rule::{Counted, Ruling, Says, over_conditions};
use crate::system::{THREADS, THREADS_RACY};

pub(super) const CLAIM: Claim = Claim {
    name: "lost-updates",
    sentence: "The value of counter was 96733 last time this article was checked, which means that 3% of the counter increments went wrong.",
    confirms: "acknowledged increments that the counter no longer holds, beyond the interval of chance",
    refutes: "none lost in a million acknowledged increments, at any depth of pipelining",
    experiment: "100 connections send 1000 INCR each to a thread per connection whose counter is read, then written, without a lock; 1, 16 and 1000 in flight. \
        The client compares what was acknowledged with what the counter holds, and the checker looks for replies that tell a number which another was told. The same load on a locked counter is the control. And the article's own script in every Python found.",
    examine,
};

/// Requests in flight on each connection: how long a thread runs without waiting for its peer.
const DEPTHS: [u32; 3] = [1, 16, 1000];

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let rounds = bench.quick_or_full(4, 10);
    let entries: [Entry; 2] = [THREADS_RACY.into(), THREADS.into()];
    let mut depths = Vec::new();
    for in_flight in DEPTHS {
        let load = format!("-c 100 -n 100k -P {in_flight}");
        // What is in flight together is done at once: as many runs again cost little.
        let rounds = if in_flight == 1 { rounds } else { 3 * rounds };
        let runs = bench.compare(&entries, rounds, &load);
        let label = format!("{in_flight} in flight");
        depths.push(Depth {
            in_flight,
            racy: Count::of(&label, &runs[0]),
            locked: Count::of(&label, &runs[1]),
        });
    }
    let racy: Vec<Counted> = depths.iter().filter_map(Depth::lost_without_lock).collect();
    let in_python: Vec<Counted> = bench.in_pythons().iter().map(of_python).collect();
    let ruling = rule(&racy, &in_python);
    let by_script = |counted| figures::counted("lost by the article's script", counted);
    Evidence {
        chart: Some(chart(&depths, &ruling.answer)),
        ruling,
        figures: depths
            .iter()
            .flat_map(Depth::figures)
            .chain(in_python.iter().filter_map(by_script))
            .collect(),
    }
}

/// One system at one depth.
struct Count {
    /// What the counter does not hold of what was acknowledged.
    lost: Counted,
    /// What the checker found in the replies alone: no more than was lost, for every number up to the counter's last was told at
    /// least once, and so were some above it that an old number then overwrote.
    told_twice: Option<Counted>,
}

impl Count {
    fn of(label: &str, runs: &[Run]) -> Option<Self> {
        Some(Self {
            lost: figures::lost(label, runs)?,
            told_twice: figures::told_twice(label, runs),
        })
    }

    fn figures(&self, system: &str) -> Vec<Figure> {
        let figure = |what: &str, counted: &Counted| {
            let figure = figures::counted(&format!("{what}, {}", counted.label), counted)?;
            Some(Figure {
                system: system.to_owned(),
                ..figure
            })
        };
        let twice = self.told_twice.as_ref();
        [
            figure("lost", &self.lost),
            twice.and_then(|twice| figure("told a number that another was told", twice)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn of_python(programs: &Programs) -> Counted {
    let runs = programs.unlocked_ns.len();
    Counted {
        label: programs.name.clone(),
        events: programs.lost,
        of: (runs * article::TIMES * article::THREADS * article::INCREMENTS) as u64,
        runs,
    }
}

/// Each depth, and each Python, confirms where something was lost, and refutes where nothing was in enough operations.
fn rule(racy: &[Counted], in_python: &[Counted]) -> Ruling {
    let says = |counted: &Counted| match counted {
        counted if !counted.is_enough() => Says::Nothing,
        counted if counted.events > 0 => Says::Confirms,
        _ => Says::Refutes,
    };
    let conditions: Vec<_> = racy
        .iter()
        .chain(in_python)
        .map(|counted| (counted.label.clone(), says(counted)))
        .collect();
    let most = racy
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
    over_conditions("what runs the threads", &conditions, answer)
}

/// What one depth showed.
struct Depth {
    in_flight: u32,
    racy: Option<Count>,
    locked: Option<Count>,
}

impl Depth {
    fn lost_without_lock(&self) -> Option<Counted> {
        Some(self.racy.as_ref()?.lost.clone())
    }

    fn figures(&self) -> Vec<Figure> {
        let of = |label, count: &Option<Count>| {
            count
                .as_ref()
                .map_or_else(Vec::new, |count| count.figures(label))
        };
        let mut all = of(THREADS_RACY.label, &self.racy);
        all.extend(of(THREADS.label, &self.locked));
        all
    }
}

/// P5: what is lost against how much is in flight.
fn chart(depths: &[Depth], finding: &str) -> Chart {
    let line = |label: &str, of: fn(&Depth) -> &Option<Count>| {
        let points = depths.iter().filter_map(|depth| {
            let counted = &of(depth).as_ref()?.lost;
            let range = Some(counted.interval_per_million());
            ChartPoint::new(f64::from(depth.in_flight), counted.per_million(), range)
        });
        ChartSeries::new(label, Joining::Apart, points)
    };
    Chart {
        finding: finding.to_owned(),
        caption: "Of a million acknowledged increments, how many the counter does not hold. Whiskers: 95 % interval of a count; nothing lost is drawn in the lowest lane, \
            and its whisker ends at the rate that this many increments rule out."
            .to_owned(),
        x: figures::axis("requests in flight on each of 100 connections", Unit::Count, AxisScale::Log),
        y: figures::axis("lost per million", Unit::PerMillion, AxisScale::Log),
        series: vec![
            line(THREADS_RACY.label, |depth| &depth.racy),
            line(THREADS.label, |depth| &depth.locked),
        ],
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn counted(depth: u32, events: u64, of: u64, runs: usize) -> Counted {
        Counted {
            label: format!("{depth} in flight"),
            events,
            of,
            runs,
        }
    }

    #[test]
    fn losses_at_every_depth_confirm() {
        let ruling = rule(
            &[
                counted(1, 13, 500_000, 5),
                counted(1000, 16_000, 500_000, 5),
            ],
            &[],
        );
        assert_eq!(ruling.verdict, ClaimVerdict::Holds);
        assert!(
            ruling.answer.contains("3.20 % lost with 1000 in flight"),
            "{}",
            ruling.answer
        );
    }

    #[test]
    fn nothing_lost_refutes_and_a_part_depends() {
        let none = counted(1, 0, 1_000_000, 1);
        let python = Counted {
            label: "CPython 3.13".to_owned(),
            ..none.clone()
        };
        assert_eq!(
            rule(std::slice::from_ref(&none), std::slice::from_ref(&python)).verdict,
            ClaimVerdict::Fails
        );
        let ruling = rule(&[counted(16, 300, 500_000, 5)], &[python]);
        assert_eq!(
            ruling.verdict.reason(),
            Some("what runs the threads: so with 16 in flight; not with CPython 3.13")
        );
    }

    #[test]
    fn too_few_runs_decide_nothing() {
        assert_eq!(
            rule(&[counted(1, 9, 300_000, 3)], &[]).verdict.word(),
            "not measured"
        );
        assert_eq!(rule(&[], &[]).verdict.word(), "not measured");
    }
}
