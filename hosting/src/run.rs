//! A server from start to end: reads the flags, listens, serves, prints the counters.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::ValueEnum;
use service::keyspace::Name;

use crate::{Host, flags};

/// Every counter with its final value.
pub type Counters = Vec<(Name, i64)>;

/// Serves until the signal to stop, under one discipline of the counter. The host is `'static` because a task may borrow only what
/// outlives it.
pub type Serve = fn(&'static Host) -> io::Result<Counters>;

/// The threads that run the tasks of a model that has tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Runtime {
    /// A thread for every processor; a task may run on any of them
    Multi,
    /// One thread
    Current,
}

/// A concurrency model as a program.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// The program's name; also INFO's `model`.
    pub name: &'static str,
    /// What the server is and how it waits: one sentence for `--help`.
    pub about: &'static str,
    /// The default port.
    pub port: u16,
    /// The disciplines that a counter can have under this model, the default first.
    pub disciplines: &'static [(&'static str, Serve)],
    /// The runtimes to choose from, the default first; none where the model has no tasks.
    pub runtimes: &'static [Runtime],
}

/// Runs the program. The exit code is 0 after a clean stop, 1 when the server could not serve, 2 for a wrong command line.
pub fn run(model: &Model) -> ExitCode {
    let flags = match flags::parse(model) {
        Ok(flags) => flags,
        Err(exit) => return exit,
    };
    let host: &'static Host = match Host::new(model, &flags) {
        // The host is needed until the process ends, so its memory is never freed.
        Ok(host) => Box::leak(Box::new(host)),
        Err(error) => return fail(model, &error),
    };
    // A reader of stdout that has gone does not change how the server ends.
    let _ = announce(host);
    let outcome = (flags.serve)(host).and_then(|counters| {
        if let Err(error) = print_counters(&mut io::stdout().lock(), &counters) {
            eprintln!("{}: cannot write to stdout: {error}", model.name);
            // Both may be closed; nothing is left to print to then.
            let _ = print_counters(&mut io::stderr().lock(), &counters);
        }
        host.instruments.finish()
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(model, &error),
    }
}

fn fail(model: &Model, error: &dyn Display) -> ExitCode {
    eprintln!("{}: {error}", model.name);
    ExitCode::FAILURE
}

/// Prints the first line: the address with the real port, also for `--port 0`.
fn announce(host: &Host) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{host}")?;
    out.flush()
}

/// How many counters are printed one by one; a million lines would hide the sum.
const PRINTED: usize = 1000;

fn print_counters(out: &mut impl Write, counters: &Counters) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    for (name, value) in counters.iter().take(PRINTED) {
        writeln!(out, "counter {} = {value}", Quoted(name))?;
    }
    if counters.len() > PRINTED {
        writeln!(out, "and {} more", counters.len() - PRINTED)?;
    }
    let sum: i128 = counters.iter().map(|(_, value)| i128::from(*value)).sum();
    writeln!(out, "{} counters, sum {sum}", counters.len())?;
    out.flush()
}

/// A name as it is, or in quotes with escapes when it has a space or a byte that is not printable.
struct Quoted<'a>(&'a [u8]);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plain = !self.0.is_empty()
            && self
                .0
                .iter()
                .all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(byte));
        if plain {
            write!(f, "{}", self.0.escape_ascii())
        } else {
            write!(f, "\"{}\"", self.0.escape_ascii())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_and_the_sum_are_printed() {
        let mut out = Vec::new();
        print_counters(
            &mut out,
            &vec![(Name::from(*b"a b\n"), 3), (Name::from(*b"it's"), -1)],
        )
        .unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "counter \"a b\\n\" = 3\ncounter it\\'s = -1\n2 counters, sum 2\n"
        );
    }

    #[test]
    fn many_counters_are_summed_and_only_some_are_listed() {
        let mut out = Vec::new();
        let counters = (0..1002u32)
            .map(|n| (Name::from(n.to_string().into_bytes()), i64::MAX))
            .collect();
        print_counters(&mut out, &counters).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 1002);
        assert!(
            text.ends_with(&format!(
                "and 2 more\n1002 counters, sum {}\n",
                i128::from(i64::MAX) * 1002
            )),
            "{text}"
        );
    }
}
