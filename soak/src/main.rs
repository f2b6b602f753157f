//! Honest and hostile clients against one server, for as long as is asked: does it lose a count, leak, or fall?
//!
//! ```text
//!  honest clients ── check every reply ──▶┐            ┌── /proc: memory, descriptors, threads
//!                                         ├─▶ server ──┤
//!  a crowd of hostile visits ────────────▶┘            └── last words: the counters
//!         └── stands still while the server is measured at rest
//! ```
//!
//! What must hold at the end, under load to the last: every acknowledged increment is in the final counter, nothing is in it
//! that nobody sent, and at rest the server holds what it held after its first minute.

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
    /// How long; the first minute is the warm-up, after which memory may not grow, or the first half when that is shorter
    #[arg(long, value_name = "TIME", default_value = "20m", value_parser = units::parse_duration)]
    duration: Duration,
    /// Lines of the table
    #[arg(long, default_value = "20")]
    lines: u32,
    /// What the crowd does is drawn with this number
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
