//! The command line of every server.

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{EnumValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Args, Command, FromArgMatches, ValueEnum};
use service::Protocol;

use crate::{Limits, Model, Runtime, Serve};

/// The flags of every server.
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
    /// Protocol: the Redis protocol, or plain echo
    #[arg(long, default_value = "resp", value_parser = protocol())]
    pub(crate) protocol: Protocol,
    #[command(flatten)]
    pub(crate) limits: Limits,
    /// Execute DEBUG SLEEP and WORK, with which any client can delay the others
    #[arg(long, help_heading = INSTRUMENTS)]
    pub(crate) allow_debug: bool,
    /// Show in INFO how long received bytes wait in the kernel
    #[arg(long, help_heading = INSTRUMENTS)]
    pub(crate) dwell: bool,
    /// Write a line for every turn, in five parts
    #[arg(long, value_name = "FILE", help_heading = INSTRUMENTS)]
    pub(crate) access_log: Option<PathBuf>,
    /// Hold a lock while a line is written
    #[arg(long, requires = "access_log", help_heading = INSTRUMENTS)]
    pub(crate) access_log_locked: bool,
    /// Record every turn: which connection, when, and with which bytes
    #[arg(long, value_name = "FILE", help_heading = INSTRUMENTS)]
    pub(crate) record: Option<PathBuf>,
    /// The `serve` function of the chosen discipline
    #[arg(skip = no_discipline as Serve)]
    pub(crate) serve: Serve,
    /// The runtime of the tasks, where the model has a choice
    #[arg(skip)]
    pub(crate) runtime: Option<Runtime>,
}

/// The heading of the flags that only an experiment needs.
const INSTRUMENTS: &str = "Instruments, for experiments";

/// The value before a discipline is read; [`parse`] replaces it.
fn no_discipline(_: &'static crate::Host) -> std::io::Result<crate::Counters> {
    Err(std::io::Error::other("no discipline was chosen"))
}

fn protocol() -> impl TypedValueParser<Value = Protocol> {
    PossibleValuesParser::new(["resp", "echo"]).map(|name| match &*name {
        "echo" => Protocol::Echo,
        _ => Protocol::Resp,
    })
}

/// Reads the command line. `Err` is the exit code, after the help or one line about the mistake was printed.
pub(crate) fn parse(model: &Model) -> Result<Flags, ExitCode> {
    let matches = command(model).try_get_matches();
    let flags = matches.and_then(|matches| {
        let mut flags = Flags::from_arg_matches(&matches)?;
        let chosen = matches.get_one::<String>("counter");
        let discipline = model
            .disciplines
            .iter()
            .find(|(name, _)| chosen.is_some_and(|chosen| chosen == name));
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
            // Help or version was asked for; a closed pipe is not an error.
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
        .help("Synchronisation of a counter")
        .value_name("DISCIPLINE")
        .default_value(default)
        .value_parser(PossibleValuesParser::new(names));
    let program = Command::new(model.name).version(env!("CARGO_PKG_VERSION"));
    Flags::augment_args(program.arg(counter).args(runtime(model)))
        .about(model.about)
        .mut_arg("port", |port| {
            port.required(false).default_value(model.port.to_string())
        })
}

/// The flag of a model with a choice of runtimes.
fn runtime(model: &Model) -> Option<Arg> {
    let default = model.runtimes.first()?.to_possible_value()?;
    let flag = Arg::new("runtime")
        .long("runtime")
        .value_name("RUNTIME")
        .help("Threads that run the tasks: one for every processor, or one")
        .default_value(default.get_name().to_owned())
        .value_parser(EnumValueParser::<Runtime>::new());
    Some(flag)
}

/// clap's message on one line, without the usage that `--help` shows.
fn one_line(error: &str) -> String {
    let message = error.split("\n\nUsage").next().unwrap_or(error);
    let message = message
        .trim_start_matches("error: ")
        .split("\n\nFor more information")
        .next()
        .unwrap_or(message);
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
