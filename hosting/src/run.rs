//! A server's life, in steps: read the flags, listen, serve, say what was counted.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::ValueEnum;
use service::keyspace::Name;

use crate::{Host, flags};

/// Every counter with its value when the last peer had left.
pub type Counters = Vec<(Name, i64)>;

/// Serves until the host is told to stop, under one discipline of the counter. The host outlives whatever the server starts: a task
/// may borrow nothing that could end before it.
pub type Serve = fn(&'static Host) -> io::Result<Counters>;

/// Who runs the tasks of a model that has tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Runtime {
    /// A thread for every processor, and a task runs on any of them.
    Multi,
    /// One thread.
    Current,
}

/// A concurrency model as a program.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// The program's name; also INFO's `model`.
    pub name: &'static str,
    /// What it does while a peer has nothing to say: one sentence for `--help`.
    pub waits: &'static str,
    /// Where it listens unless told otherwise.
    pub port: u16,
    /// The disciplines a counter can have under this model, the default first.
    pub disciplines: &'static [(&'static str, Serve)],
    /// The runtimes to choose from, the default first; none where the model has no tasks.
    pub runtimes: &'static [Runtime],
}

/// Runs the program; the exit code is 0 after a clean stop, 1 when it could not serve, 2 for a wrong command line.
pub fn run(model: &Model) -> ExitCode {
    let flags = match flags::parse(model) {
        Ok(flags) => flags,
        Err(exit) => return exit,
    };
    let host: &'static Host = match Host::new(model, &flags) {
        // The process is the host: it is needed until the end, and then all memory goes at once.
        Ok(host) => Box::leak(Box::new(host)),
        Err(error) => return fail(model, &error),
    };
    let outcome = announce(host)
        .and_then(|()| (flags.serve)(host))
        .and_then(|counters| report(&mut io::stdout().lock(), &counters))
        .and_then(|()| host.instruments.finish());
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(model, &error),
    }
}

fn fail(model: &Model, error: &dyn Display) -> ExitCode {
    eprintln!("{}: {error}", model.name);
    ExitCode::FAILURE
}

/// The first line a server prints: the address is the real one, also when the port was 0.
fn announce(host: &Host) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{host}")?;
    out.flush()
}

/// How many counters are printed one by one; a million names would bury the sum.
const PRINTED: usize = 1000;

fn report(out: &mut impl Write, counters: &Counters) -> io::Result<()> {
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

/// A name as it is, or in quotes with escapes when it has a space or a byte that does not print.
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
    fn the_report_names_every_counter_and_their_sum() {
        let mut out = Vec::new();
        report(
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
    fn a_million_counters_are_summed_and_not_listed() {
        let mut out = Vec::new();
        let counters = (0..1002u32)
            .map(|n| (Name::from(n.to_string().into_bytes()), i64::MAX))
            .collect();
        report(&mut out, &counters).unwrap();
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
