//! Honest and hostile clients against one server, for a given time: does it lose an increment, leak, or crash?
//!
//! ```text
//!  honest clients ── check every reply ──▶┐            ┌── /proc: memory, descriptors, threads
//!                                         ├─▶ server ──┤
//!  hostile clients ── run attacks ───────▶┘            └── final report: the counters
//!         └── pause while the server is measured at rest
//! ```
//!
//! The server is stopped under load. Every acknowledged increment must be in the final counter, and none that nobody sent. At
//! rest the server must hold no more than after its warm-up.

mod attackers;
mod attacks;
mod honest;
mod run;
mod totals;
mod usage;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

/// Honest and hostile clients against one server.
#[derive(Debug, Parser)]
struct Flags {
    /// The server's program
    program: String,
    /// Further flags of the server
    #[arg(last = true)]
    flags: Vec<String>,
    /// How long to run. Memory may not grow after the warm-up: one minute, or half of a shorter run
    #[arg(long, value_name = "TIME", default_value = "20m", value_parser = units::parse_duration)]
    duration: Duration,
    /// Number of lines in the table
    #[arg(long, default_value = "20")]
    lines: u32,
    /// Seed of the random numbers
    #[arg(long, default_value = "1")]
    seed: u64,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    let broken = run::run(&run::Plan {
        program: &flags.program,
        flags: &flags.flags,
        duration: flags.duration.max(Duration::from_secs(12)),
        lines: flags.lines.max(1),
        seed: flags.seed,
    });
    for what in &broken {
        println!("broken: {what}");
    }
    if broken.is_empty() {
        println!("{}: holds", flags.program);
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
