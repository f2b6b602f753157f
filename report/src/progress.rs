//! How far a run is, on stderr: a bar on a terminal, a line now and then elsewhere.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use results::RunLimit;
use results::units::{count, number};

/// Drawings a second: enough for a person, too few to be seen in the measurement.
const DRAWINGS_PER_S: u8 = 2;

/// Where stderr is no terminal, one line in so much time.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// How far a run is.
#[derive(Debug, Clone, Copy)]
struct Progress {
    requests: u64,
    elapsed: Duration,
}

/// Shows how far one run, or a series of runs, has come.
#[derive(Debug)]
pub struct Meter {
    runs: u32,
    begun: u32,
    name: String,
    started: Instant,
    style: Style,
}

#[derive(Debug)]
enum Style {
    Bar(ProgressBar),
    Lines { next: Duration },
}

impl Meter {
    /// A meter for this many runs.
    pub fn new(runs: u32) -> Self {
        let style = match std::io::stderr().is_terminal() {
            true => Style::Bar(bar()),
            false => Style::Lines { next: LINE_EVERY },
        };
        Self {
            runs,
            begun: 0,
            name: String::new(),
            started: Instant::now(),
            style,
        }
    }

    /// A run with this name begins.
    pub fn begin(&mut self, name: &str) {
        self.begun += 1;
        self.name = format!("{name}: ");
    }

    /// Shows how far the run is.
    pub fn show(&mut self, limit: RunLimit, requests: u64, elapsed: Duration) {
        let progress = Progress { requests, elapsed };
        let of_this = share(limit, progress);
        let done = f64::from(self.begun.max(1) - 1) + of_this;
        let of_all = done / f64::from(self.runs.max(1));
        let elapsed = self.started.elapsed();
        let left = match self.runs {
            1 => left(limit, progress, of_this),
            _ => elapsed.mul_f64((1.0 - of_all) / of_all.max(1e-9)),
        };
        let words = format!("{}{}", self.name, words(progress, left));
        match &mut self.style {
            Style::Bar(bar) => {
                bar.set_position((of_all * 1_000.0) as u64);
                bar.set_message(words);
            }
            Style::Lines { next } if elapsed >= *next => {
                *next += LINE_EVERY;
                eprintln!("loadgen: {:.0} %: {words}", of_all * 100.0);
            }
            Style::Lines { .. } => {}
        }
    }

    /// Takes the bar away.
    pub fn done(self) {
        if let Style::Bar(bar) = self.style {
            bar.finish_and_clear();
        }
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

/// The part of the run that is done, from 0 to 1.
fn share(limit: RunLimit, progress: Progress) -> f64 {
    let share = match limit {
        RunLimit::Requests { requests } => progress.requests as f64 / requests as f64,
        RunLimit::Duration { duration_ns } => {
            progress.elapsed.as_nanos() as f64 / duration_ns as f64
        }
    };
    share.min(1.0)
}

/// Exact of a run that is limited by time; of the others what the rate so far promises.
fn left(limit: RunLimit, progress: Progress, share: f64) -> Duration {
    match limit {
        RunLimit::Duration { duration_ns } => {
            Duration::from_nanos(duration_ns).saturating_sub(progress.elapsed)
        }
        RunLimit::Requests { .. } => progress.elapsed.mul_f64((1.0 - share) / share.max(1e-9)),
    }
}

/// `1 204 331 requests, 120 433/s, 5 s left`.
fn words(progress: Progress, left: Duration) -> String {
    let rate = progress.requests as f64 / progress.elapsed.as_secs_f64().max(1e-9);
    let left = match left.as_secs_f64() {
        seconds if seconds < 99.5 => format!("{seconds:.0} s"),
        seconds => format!("{:.0} min", seconds / 60.0),
    };
    format!(
        "{} requests, {}/s, {left} left",
        count(progress.requests),
        number(rate)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRESS: Progress = Progress {
        requests: 250,
        elapsed: Duration::from_secs(4),
    };

    #[test]
    fn the_time_left_is_the_truth_for_a_time_and_a_promise_for_a_number() {
        let seconds = |limit| left(limit, PROGRESS, share(limit, PROGRESS)).as_secs();
        assert_eq!(
            seconds(RunLimit::Duration {
                duration_ns: 10_000_000_000,
            }),
            6
        );
        assert_eq!(seconds(RunLimit::Requests { requests: 1_000 }), 12);
    }

    #[test]
    fn times_are_written_for_people() {
        let text = |seconds| words(PROGRESS, Duration::from_secs(seconds));
        assert_eq!(text(12), "250 requests, 62.5/s, 12 s left");
        assert!(text(600).ends_with("10 min left"));
    }
}
