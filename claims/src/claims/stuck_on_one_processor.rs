//! Handlers that compute: does another processor help?

use std::thread;
use std::time::{Duration, Instant};

use results::{AxisScale, Chart, Unit};

use crate::bench::{Bench, Entry, Stage};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::peer::Peer;
use crate::rule::{Pair, Ruling, Says, over_conditions, ratio_text};
use crate::system::{ASYNC, ASYNC_MULTI, Cpus, REACTOR, System, THREADS};

pub(super) const CLAIM: Claim = Claim {
    name: "stuck-on-one-processor",
    sentence: "this model does not automatically takes advantage of the multiple core or processors available on the host: there is only one thread in one process, which is stuck on only one processor.",
    confirms: "no gain of more than 20 % from all processors for the cooperative server, while the threads gain more than 30 %",
    refutes: "a gain of more than 30 %",
    experiment: "Eight connections send WORK 1000 (a millisecond of processor time), each as soon as it was answered, to a server on one processor and to one on all: \
        answers per second on all over those on one.",
    examine,
};

const CONNECTIONS: usize = 8;

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    if processors < 2 {
        return Evidence::none("this machine has one processor");
    }
    let time = bench.quick_or_full(Duration::from_millis(250), Duration::from_secs(2));
    let systems = [THREADS, REACTOR, ASYNC, ASYNC_MULTI];
    let entries: Vec<Entry> = systems
        .iter()
        .flat_map(|system| [on(*system, Cpus::One), on(*system, Cpus::All)])
        .collect();
    let rates = bench.each(&entries, bench.rounds(), |stage| {
        answers_per_second(stage, time)
    });
    let speed_ups: Vec<(System, Pair)> = systems
        .into_iter()
        .zip(rates.chunks(2))
        .map(|(system, rates)| (system, pair(system, rates)))
        .collect();
    let pairs: Vec<Pair> = speed_ups
        .iter()
        .map(|(_, pair)| pair.clone())
        .filter(|pair| !pair.candidate.is_empty())
        .collect();
    let ruling = match pairs.split_first() {
        Some((threads, cooperative)) => rule(threads, cooperative),
        None => Ruling::not_measured("no server could be measured"),
    };
    Evidence {
        chart: Some(chart(&speed_ups, &ruling.answer)),
        figures: speed_ups
            .iter()
            .filter_map(|(system, pair)| {
                figures::of_pair(
                    system.label,
                    &format!("{processors} processors over one"),
                    pair,
                )
            })
            .collect(),
        ruling,
    }
}

fn on(system: System, cpus: Cpus) -> Entry {
    Entry {
        cpus,
        more: "--allow-debug".to_owned(),
        ..system.into()
    }
}

fn pair(system: System, rates: &[Vec<f64>]) -> Pair {
    Pair {
        condition: system.label.to_owned(),
        reference: rates[0].clone(),
        candidate: rates[1].clone(),
    }
}

fn answers_per_second(stage: &mut Stage<'_>, time: Duration) -> Result<f64, String> {
    let peers: Result<Vec<Peer>, _> = (0..CONNECTIONS)
        .map(|_| Peer::connect(stage.server.port))
        .collect();
    let peers = peers.map_err(|error| format!("the server could not be reached: {error}"))?;
    let start = Instant::now();
    let answers: Vec<std::io::Result<u64>> = thread::scope(|scope| {
        let work = |mut peer: Peer| {
            let mut answers = 0;
            while start.elapsed() < time {
                peer.ask("WORK 1000")?;
                answers += 1;
            }
            Ok(answers)
        };
        let threads: Vec<_> = peers
            .into_iter()
            .map(|peer| scope.spawn(move || work(peer)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or(Ok(0)))
            .collect()
    });
    let answers: std::io::Result<u64> = answers.into_iter().sum();
    let answers = answers.map_err(|error| format!("the server did not answer WORK: {error}"))?;
    Ok(answers as f64 / start.elapsed().as_secs_f64())
}

/// The threads show that the machine has something to gain; then each cooperative server is a condition.
fn rule(threads: &Pair, cooperative: &[Pair]) -> Ruling {
    let ends = |pair: &Pair| {
        let evidence = pair.contrast()?.evidence?;
        Some((evidence.low.value(), evidence.high.value()))
    };
    let told: Vec<String> = std::iter::once(threads)
        .chain(cooperative)
        .map(|pair| format!("{}: {}", pair.condition, ratio_text(pair)))
        .collect();
    let answer = format!("all processors over one: {}", told.join("; "));
    if ends(threads).is_none_or(|(low, _)| low < 1.3) {
        return Ruling {
            answer,
            ..Ruling::not_measured(
                "threads did not gain 30 % from the other processors either: they were busy, or there are none",
            )
        };
    }
    let says = |pair: &Pair| match ends(pair) {
        Some((_, high)) if high < 1.2 => Says::Confirms,
        Some((low, _)) if low > 1.3 => Says::Refutes,
        _ => Says::Nothing,
    };
    let conditions: Vec<_> = cooperative
        .iter()
        .map(|pair| (pair.condition.clone(), says(pair)))
        .collect();
    over_conditions(
        "how many threads run the callbacks or tasks",
        &conditions,
        answer,
    )
}

fn chart(speed_ups: &[(System, Pair)], finding: &str) -> Chart {
    let line = |system: System, pair: &Pair| {
        figures::series(
            system.label,
            &[(0.0, pair.reference.clone()), (1.0, pair.candidate.clone())],
        )
    };
    Chart {
        finding: finding.to_owned(),
        caption:
            "Answers per second to requests that compute for a millisecond, from eight connections."
                .to_owned(),
        x: figures::axis(
            "",
            Unit::Count,
            AxisScale::Names {
                names: ["one processor", "all processors"]
                    .map(str::to_owned)
                    .to_vec(),
            },
        ),
        y: figures::axis("answers per second", Unit::PerSecond, AxisScale::Linear),
        series: speed_ups
            .iter()
            .map(|(system, pair)| line(*system, pair))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn gains(name: &str, factor: f64) -> Pair {
        let one = [1000.0, 1010.0, 990.0, 1000.0];
        Pair {
            condition: name.to_owned(),
            reference: one.to_vec(),
            candidate: one.map(|rate| rate * factor).to_vec(),
        }
    }

    #[test]
    fn no_gain_confirms_where_threads_gain() {
        assert_eq!(
            rule(&gains("threads", 1.9), &[gains("reactor", 1.0)]).verdict,
            ClaimVerdict::Holds
        );
        assert_eq!(
            rule(&gains("threads", 1.9), &[gains("reactor", 1.9)]).verdict,
            ClaimVerdict::Fails
        );
        let both = rule(
            &gains("threads", 1.9),
            &[gains("reactor", 1.0), gains("async", 1.9)],
        );
        assert_eq!(
            both.verdict.reason(),
            Some("how many threads run the callbacks or tasks: so with reactor; not with async")
        );
    }

    #[test]
    fn a_machine_without_room_decides_nothing() {
        assert_eq!(
            rule(&gains("threads", 1.1), &[gains("reactor", 1.0)])
                .verdict
                .word(),
            "not measured"
        );
        assert_eq!(
            rule(&gains("threads", 1.9), &[gains("reactor", 1.25)])
                .verdict
                .word(),
            "not measured"
        );
    }
}
