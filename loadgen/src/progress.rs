//! How far a run is, on stderr: a bar on a terminal, a line now and then elsewhere.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use results::units::{count, number};

use crate::engine::Progress;
use crate::plan::{Limit, Plan};

/// Drawings a second: enough for a person, too few to be seen in the measurement.
const DRAWINGS_PER_S: u8 = 2;

/// Where stderr is no terminal, one line in so much time.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows the progress of one run.
#[derive(Debug)]
pub struct Meter {
    limit: Limit,
    face: Face,
}

#[derive(Debug)]
enum Face {
    Bar(ProgressBar),
    Lines { next: Duration },
}

impl Meter {
    /// A meter for a run; `quiet` shows nothing.
    pub fn new(plan: &Plan) -> Self {
        let face = match std::io::stderr().is_terminal() {
            true => Face::Bar(bar()),
            false => Face::Lines { next: LINE_EVERY },
        };
        Self {
            limit: plan.limit,
            face,
        }
    }

    /// Shows how far the run is.
    pub fn show(&mut self, progress: Progress) {
        let share = self.share(progress);
        match &mut self.face {
            Face::Bar(bar) => {
                bar.set_position((share * 1_000.0) as u64);
                bar.set_message(words(self.limit, progress, share));
            }
            Face::Lines { next } if progress.elapsed >= *next => {
                *next += LINE_EVERY;
                eprintln!(
                    "loadgen: {:.0} %: {}",
                    share * 100.0,
                    words(self.limit, progress, share)
                );
            }
            Face::Lines { .. } => {}
        }
    }

    /// Takes the bar away.
    pub fn done(self) {
        if let Face::Bar(bar) = self.face {
            bar.finish_and_clear();
        }
    }

    /// The part of the run that is done, from 0 to 1.
    fn share(&self, progress: Progress) -> f64 {
        let share = match self.limit {
            Limit::Requests(requests) => progress.requests as f64 / requests as f64,
            Limit::Time(time) => progress.elapsed.as_secs_f64() / time.as_secs_f64(),
        };
        share.min(1.0)
    }
}

fn bar() -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(DRAWINGS_PER_S);
    let bar = ProgressBar::with_draw_target(Some(1_000), target);
    // The template is a constant; the default would only be plainer.
    match ProgressStyle::with_template("{bar:32} {percent:>3} %  {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// `1 204 331 requests, 120 433/s, 5 s left`.
fn words(limit: Limit, progress: Progress, share: f64) -> String {
    let rate = progress.requests as f64 / progress.elapsed.as_secs_f64().max(1e-9);
    format!(
        "{} requests, {}/s, {} left",
        count(progress.requests),
        number(rate),
        left(limit, progress, share)
    )
}

/// Exact of a run that is limited by time; of the others what the rate so far promises.
fn left(limit: Limit, progress: Progress, share: f64) -> String {
    let left = match limit {
        Limit::Time(time) => time.saturating_sub(progress.elapsed).as_secs_f64(),
        Limit::Requests(_) => progress.elapsed.as_secs_f64() * (1.0 - share) / share.max(1e-9),
    };
    match left {
        left if left < 99.5 => format!("{left:.0} s"),
        left if left < 360_000.0 => format!("{:.0} min", left / 60.0),
        _ => "very long".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_the_truth_for_a_time_and_a_promise_for_a_number() {
        let progress = Progress {
            requests: 250,
            elapsed: Duration::from_secs(4),
        };
        assert_eq!(
            left(Limit::Time(Duration::from_secs(10)), progress, 0.4),
            "6 s"
        );
        assert_eq!(left(Limit::Requests(1_000), progress, 0.25), "12 s");
        assert_eq!(
            left(Limit::Time(Duration::from_secs(604)), progress, 0.01),
            "10 min"
        );
        assert!(words(Limit::Requests(1_000), progress, 0.25).starts_with("250 requests, 62.5/s"));
    }
}
