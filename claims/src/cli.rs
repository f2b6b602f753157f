//! The command line: `list`, `explain`, `plot`, `run`, `agree`.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, Parser, Subcommand};
use process::Interrupt;
use report::{Colours, Format};
use results::schema::ClaimsSchema;
use results::{Claims, Comparison, Effort, Tool, file};

use crate::agree::Agreement;
use crate::claims::{ALL, find};
use crate::markdown::{markdown, reason};
use crate::{Claim, Experiment, agree};

/// Tests the article's sentences: each is an experiment over real sockets, with a verdict
#[derive(Debug, Parser)]
#[command(name = "claims", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List every claim with the sentence it tests
    List,
    /// Show what would confirm a claim, what would refute it, and how it is measured
    Explain {
        /// The claims
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
    /// Draw the picture of a claim from claims.json, as SVG or PNG
    Plot(PlotArguments),
    /// Make the experiments and write claims.json, claims.md and report.html
    Run(RunArguments),
    /// Compare the verdicts of several runs; exit 1 if any differs
    Agree {
        /// Two or more claims.json files
        #[arg(required = true, num_args = 2.., value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Print a table in Markdown
        #[arg(long)]
        markdown: bool,
    },
}

#[derive(Debug, Args)]
struct PlotArguments {
    /// A claims.json file
    file: PathBuf,
    /// The claim
    name: String,
    /// The picture: a name that ends in .svg or .png
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Colours of the picture
    #[arg(long, value_name = "light|dark", default_value = "light")]
    theme: Colours,
}

#[derive(Debug, Args)]
struct RunArguments {
    /// The claims to test [default: all]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Few and short runs: all claims take about two minutes (the default)
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// More and longer runs, and more systems: all claims take about 15 minutes
    #[arg(long)]
    full: bool,
    /// Folder for claims.json, claims.md, report.html and the servers' output
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// A comparison.json to show below the claims in report.html
    #[arg(long, value_name = "FILE")]
    comparison: Option<PathBuf>,
    /// Folder of the servers [default: the folder of this program]
    #[arg(long, value_name = "DIR")]
    programs: Option<PathBuf>,
}

/// The exit code of verdicts that differ, or of a file that cannot be written.
const FAILED: u8 = 1;

/// The exit code of a wrong command line.
const USAGE: u8 = 2;

/// The exit code of a run that was interrupted (128 + SIGINT).
const INTERRUPTED: u8 = 130;

/// Why a command ends early: its exit code and its message.
struct Stop(u8, String);

impl Stop {
    fn usage(why: impl ToString) -> Self {
        Self(USAGE, why.to_string())
    }

    /// Says what could not be done, and the flag that helps.
    fn failed(what: impl Display, error: impl Display, remedy: &str) -> Self {
        Self(FAILED, format!("{what}: {error}{remedy}"))
    }
}

/// Executes the command line.
pub fn run(words: &[String]) -> ExitCode {
    let outcome = match Arguments::try_parse_from(words) {
        Ok(Arguments { command }) => match command {
            Command::List => Ok(list()),
            Command::Explain { names } => explain(&names),
            Command::Plot(arguments) => plot(&arguments),
            Command::Run(arguments) => examine(&arguments, words),
            Command::Agree { files, markdown } => agree(&files, markdown),
        },
        Err(error) => {
            // If even this cannot be printed, the exit code still tells.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { USAGE } else { 0 });
        }
    };
    outcome.unwrap_or_else(|Stop(code, why)| {
        eprintln!("claims: {why}");
        ExitCode::from(code)
    })
}

fn list() -> ExitCode {
    let widest = ALL.iter().map(|claim| claim.name.len()).max().unwrap_or(0);
    let line = |claim: &Claim| format!("{:widest$}  “{}”\n", claim.name, claim.sentence);
    print(&ALL.iter().map(line).collect::<String>())
}

fn explain(names: &[String]) -> Result<ExitCode, Stop> {
    let claims = chosen(names)?;
    let texts: Vec<String> = claims.iter().map(|claim| claim.explanation()).collect();
    Ok(print(&texts.join("\n")))
}

fn plot(arguments: &PlotArguments) -> Result<ExitCode, Stop> {
    let PlotArguments { file, output, .. } = arguments;
    let shown = output.display();
    let claims: Claims = file::load(file).map_err(Stop::usage)?;
    let format = match output.extension().and_then(|end| end.to_str()) {
        Some("svg") => Format::Svg,
        Some("png") => Format::Png,
        _ => {
            let why = format!("--output {shown} ends in neither .svg nor .png");
            return Err(Stop::usage(why));
        }
    };
    let drawn = report::plot_claim(&claims, &arguments.name, format, arguments.theme)
        .map_err(Stop::usage)?;
    file::write_atomically(output, &drawn).map_err(|error| {
        Stop::failed(
            format!("cannot write {shown}"),
            error,
            "; choose another --output",
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

fn examine(arguments: &RunArguments, words: &[String]) -> Result<ExitCode, Stop> {
    let chosen = chosen(&arguments.names)?;
    let comparison = arguments.comparison.as_deref();
    let comparison: Option<Comparison> = comparison
        .map(file::load)
        .transpose()
        .map_err(Stop::usage)?;
    let effort = match arguments.full {
        true => Effort::Full,
        false => Effort::Quick,
    };
    let interrupt =
        Interrupt::listen().map_err(|error| Stop::failed("cannot listen for Ctrl-C", error, ""))?;
    let programs = arguments.programs.clone().map_or_else(own_folder, Ok);
    let programs = programs.map_err(|error| {
        Stop::failed(
            "the folder of this program is unknown",
            error,
            "; give --programs",
        )
    })?;
    let out = &arguments.out;
    let mut experiment = Experiment::new(effort, programs, out.clone(), &interrupt);
    let mut claims = no_claims(words, effort);
    for (place, claim) in chosen.iter().enumerate() {
        if interrupt.is_stopped() {
            break;
        }
        eprintln!("claims: {} of {}: {}", place + 1, chosen.len(), claim.name);
        let examined = claim.examine(&mut experiment);
        let seconds = examined.elapsed_ns as f64 / 1e9;
        let (verdict, why) = (examined.verdict.word(), reason(&examined.verdict));
        eprintln!("claims: {}: {verdict}{why} ({seconds:.0} s)", examined.name);
        claims.claims.push(examined);
    }
    write(&claims, comparison.as_ref(), out).map_err(|error| {
        let what = format!("cannot write into {}", out.display());
        Stop::failed(what, error, "; choose another --out")
    })?;
    eprintln!("claims: report: {}", out.join("report.html").display());
    print(&report::terminal_claims(&claims));
    match interrupt.is_stopped() {
        true => Err(Stop(INTERRUPTED, "interrupted".to_owned())),
        false => Ok(ExitCode::SUCCESS),
    }
}

fn agree(files: &[PathBuf], as_markdown: bool) -> Result<ExitCode, Stop> {
    let agreements = agree::of_files(files).map_err(Stop::usage)?;
    let printed = print(&match as_markdown {
        true => agree::markdown(&agreements),
        false => agree::text(&agreements),
    });
    match agreements.iter().all(Agreement::is_one) {
        true => Ok(printed),
        false => Ok(ExitCode::from(FAILED)),
    }
}

fn no_claims(words: &[String], effort: Effort) -> Claims {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Claims {
        schema: ClaimsSchema::V1,
        tool: Tool {
            name: "claims".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        command: words.to_vec(),
        started_unix_ms: since.map_or(0, |since| since.as_millis() as u64),
        host: loadgen::read_host(),
        effort,
        claims: Vec::new(),
    }
}

fn write(claims: &Claims, comparison: Option<&Comparison>, folder: &Path) -> io::Result<()> {
    file::save(&folder.join("claims.json"), claims)?;
    file::write_atomically(&folder.join("claims.md"), markdown(claims).as_bytes())?;
    let page = report::page_with_claims(comparison, claims);
    file::write_atomically(&folder.join("report.html"), page.as_bytes())
}

/// The claims of these names; all, where none is named.
fn chosen(names: &[String]) -> Result<Vec<&'static Claim>, Stop> {
    if names.is_empty() {
        return Ok(ALL.iter().collect());
    }
    let unknown =
        |name: &String| Stop::usage(format!("there is no claim '{name}'; see claims list"));
    let known = |name: &String| find(name).ok_or_else(|| unknown(name));
    names.iter().map(known).collect()
}

fn own_folder() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let folder = program.parent();
    Ok(folder.map_or_else(PathBuf::new, Path::to_owned))
}

fn print(text: &str) -> ExitCode {
    // A closed pipe is no error.
    let _ = io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}
