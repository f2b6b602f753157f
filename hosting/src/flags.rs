//! The command line of every server.

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::{EnumValueParser, PossibleValuesParser};
use clap::{Arg, Args, Command, FromArgMatches, ValueEnum};
use service::Protocol;
use units::{parse_duration, parse_size};

use crate::{Model, Runtime, Serve};

/// What a server is told.
#[derive(Clone, Debug, Args)]
pub(crate) struct Flags {
    /// Address to listen on; any but a loopback address also needs --expose
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) bind: IpAddr,
    /// Port to listen on; 0 takes a free one and prints it
    #[arg(long, short)]
    pub(crate) port: u16,
    /// Let other machines connect: there is no password and no encryption
    #[arg(long)]
    pub(crate) expose: bool,
    /// What is spoken: the Redis protocol, or every byte comes back
    #[arg(long, value_enum, default_value = "resp")]
    pub(crate) protocol: Wire,
    /// Connections served at once; one more is told so and closed
    #[arg(long, value_name = "N", default_value = "10000")]
    pub(crate) max_connections: usize,
    /// Close a connection that has asked nothing for so long; 0 is never
    #[arg(long, value_name = "TIME", default_value = "300s", value_parser = parse_duration)]
    pub(crate) idle_timeout: Duration,
    /// Close a connection whose request is not complete so long after its first byte; 0 is never
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parse_duration)]
    pub(crate) request_timeout: Duration,
    /// Close a connection that has taken no byte of its replies for so long; 0 is never
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parse_duration)]
    pub(crate) stall_timeout: Duration,
    /// How long a stop may wait for replies to leave
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    pub(crate) shutdown_timeout: Duration,
    /// The longest argument of a request, at most 512 MiB
    #[arg(long, value_name = "BYTES", default_value = "1MiB", value_parser = bulk_bytes)]
    pub(crate) max_bulk: u32,
    /// Bytes buffered for all peers together; at nine tenths new ones are refused, at the whole the biggest is closed
    #[arg(long, value_name = "BYTES", default_value = "1GiB", value_parser = parse_size)]
    pub(crate) max_memory: u64,
    /// Names of counters held at once
    #[arg(long, value_name = "N", default_value = "1000000")]
    pub(crate) max_counters: usize,
    /// Answer DEBUG SLEEP and WORK, with which any peer may hold up the others
    #[arg(long, help_heading = INSTRUMENTS)]
    pub(crate) allow_debug: bool,
    /// Let INFO say how long received bytes lay in the kernel
    #[arg(long, help_heading = INSTRUMENTS)]
    pub(crate) dwell: bool,
    /// Write a line for every turn, each in five parts
    #[arg(long, value_name = "FILE", help_heading = INSTRUMENTS)]
    pub(crate) access_log: Option<PathBuf>,
    /// Delay a lock while a line is written
    #[arg(long, requires = "access_log", help_heading = INSTRUMENTS)]
    pub(crate) access_log_locked: bool,
    /// Write down who had a turn, when, and with which bytes
    #[arg(long, value_name = "FILE", help_heading = INSTRUMENTS)]
    pub(crate) record: Option<PathBuf>,
    /// The function that serves under the discipline asked for
    #[arg(skip = unasked as Serve)]
    pub(crate) serve: Serve,
    /// Who runs the tasks, where the model has a choice
    #[arg(skip)]
    pub(crate) runtime: Option<Runtime>,
}

/// The heading of the flags that only an experiment needs.
const INSTRUMENTS: &str = "Instruments, for experiments";

/// Stands where no discipline has been read yet; [`parse`] puts the real one there.
fn unasked(_: &'static crate::Host) -> std::io::Result<crate::Counters> {
    Err(std::io::Error::other("no discipline was asked for"))
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Wire {
    Resp,
    Echo,
}

impl From<Wire> for Protocol {
    fn from(wire: Wire) -> Self {
        match wire {
            Wire::Resp => Protocol::Resp,
            Wire::Echo => Protocol::Echo,
        }
    }
}

fn bulk_bytes(text: &str) -> Result<u32, String> {
    let bytes = parse_size(text).map_err(|error| error.to_string())?;
    u32::try_from(bytes)
        .ok()
        .filter(|&bytes| bytes <= 512 << 20)
        .ok_or_else(|| format!("the protocol allows at most 512MiB, and this is {bytes} bytes"))
}

/// Reads the process's own command line; `Err` is the exit code after help was printed, or one line about what was wrong.
pub(crate) fn parse(model: &Model) -> Result<Flags, ExitCode> {
    let matches = command(model).try_get_matches();
    let flags = matches.and_then(|matches| {
        let mut flags = Flags::from_arg_matches(&matches)?;
        let asked = matches.get_one::<String>("counter");
        let discipline = model
            .disciplines
            .iter()
            .find(|(name, _)| asked.is_some_and(|asked| asked == name));
        if let Some((_, serve)) = discipline {
            flags.serve = *serve;
        }
        flags.runtime = match model.runtimes {
            [] => None,
            _ => matches.get_one("runtime").copied(),
        };
        Ok(flags)
    });
    flags.map_err(|error| match error.use_stderr() {
        false => {
            // Help and version are what was asked for; a closed pipe is no reason to complain.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        true => {
            eprintln!(
                "{}: {}; see --help",
                model.name,
                one_line(&error.to_string())
            );
            ExitCode::from(2)
        }
    })
}

fn command(model: &Model) -> Command {
    let names: Vec<_> = model.disciplines.iter().map(|(name, _)| *name).collect();
    let default = names.first().copied().unwrap_or_default();
    let counter = Arg::new("counter")
        .long("counter")
        .help("What keeps two increments of one counter apart")
        .value_name("DISCIPLINE")
        .default_value(default)
        .value_parser(PossibleValuesParser::new(names));
    let program = Command::new(model.name).version(env!("CARGO_PKG_VERSION"));
    Flags::augment_args(program.arg(counter).args(runtime(model)))
        .about(model.waits)
        .mut_arg("port", |port| {
            port.required(false).default_value(model.port.to_string())
        })
}

/// The flag of a model whose tasks can be run in more than one way.
fn runtime(model: &Model) -> Option<Arg> {
    let default = model.runtimes.first()?.to_possible_value()?;
    let flag = Arg::new("runtime")
        .long("runtime")
        .help("The threads that run the tasks: as many as there are processors, or the one that is there")
        .default_value(default.get_name().to_owned())
        .value_parser(EnumValueParser::<Runtime>::new());
    Some(flag)
}

/// What clap says over a paragraph, without the usage that `--help` has anyway.
fn one_line(error: &str) -> String {
    let said = error.split("\n\nUsage").next().unwrap_or(error);
    let said = said
        .trim_start_matches("error: ")
        .split("\n\nFor more information")
        .next()
        .unwrap_or(said);
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}
