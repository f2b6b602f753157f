//! The command line: `list`, `explain`, `plot`, `run`, `agree`.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, Parser, Subcommand};
use loadgen::experiment::Interrupt;
use report::{Colours, Format};
use results::schema::ClaimsSchema;
use results::{Claims, Comparison, Effort, Tool, file};

use crate::agree::Agreement;
use crate::claims::{ALL, find};
use crate::markdown::markdown;
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

/// The exit code of verdicts that differ.
const DIFFERS: u8 = 1;

/// The exit code of a wrong command line.
const USAGE: u8 = 2;

/// The exit code of a run that was interrupted (128 + SIGINT).
const INTERRUPTED: u8 = 130;

/// Executes the command line.
pub fn run(words: &[String]) -> ExitCode {
    let outcome = match Arguments::try_parse_from(words) {
        Ok(Arguments { command }) => match command {
            Command::List => list(),
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
    outcome.unwrap_or_else(|(code, why)| {
        eprintln!("claims: {why}");
        ExitCode::from(code)
    })
}

/// An exit code, and the message of one that is an error.
type Outcome = Result<ExitCode, (u8, String)>;

fn list() -> Outcome {
    let widest = ALL.iter().map(|claim| claim.name.len()).max().unwrap_or(0);
    let text: String = ALL
        .iter()
        .map(|claim| format!("{:widest$}  “{}”\n", claim.name, claim.sentence))
        .collect();
    print(&text)
}

fn explain(names: &[String]) -> Outcome {
    let text: Vec<String> = chosen(names)?
        .iter()
        .map(|claim| claim.explanation())
        .collect();
    print(&text.join("\n"))
}

fn plot(arguments: &PlotArguments) -> Outcome {
    let claims: Claims = file::load(&arguments.file).map_err(|error| (USAGE, error.to_string()))?;
    let format = match arguments.output.extension().and_then(|end| end.to_str()) {
        Some("svg") => Format::Svg,
        Some("png") => Format::Png,
        _ => {
            return Err((
                USAGE,
                format!(
                    "--output {} ends in neither .svg nor .png",
                    arguments.output.display()
                ),
            ));
        }
    };
    let drawn = report::plot_claim(&claims, &arguments.name, format, arguments.theme)
        .map_err(|error| (USAGE, error.to_string()))?;
    file::write_atomically(&arguments.output, &drawn).map_err(|error| {
        (
            1,
            format!(
                "cannot write {}: {error}; choose another --output",
                arguments.output.display()
            ),
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

fn examine(arguments: &RunArguments, words: &[String]) -> Outcome {
    let failed = |why: String| (1, why);
    let chosen = chosen(&arguments.names)?;
    let comparison: Option<Comparison> = match &arguments.comparison {
        Some(path) => Some(file::load(path).map_err(|error| (USAGE, error.to_string()))?),
        None => None,
    };
    let effort = if arguments.full {
        Effort::Full
    } else {
        Effort::Quick
    };
    let interrupt = Interrupt::listen()
        .map_err(|error| failed(format!("cannot listen for Ctrl-C: {error}")))?;
    let programs = match &arguments.programs {
        Some(folder) => folder.clone(),
        None => own_folder().map_err(|error| {
            failed(format!(
                "the folder of this program is unknown: {error}; give --programs"
            ))
        })?,
    };
    let mut experiment = Experiment::new(effort, programs, arguments.out.clone(), &interrupt);
    let mut claims = begun(words, effort);
    for (place, claim) in chosen.iter().enumerate() {
        if interrupt.is_stopped() {
            break;
        }
        eprintln!("claims: {} of {}: {}", place + 1, chosen.len(), claim.name);
        let examined = claim.examine(&mut experiment);
        eprintln!(
            "claims: {}: {}{} ({:.0} s)",
            examined.name,
            examined.verdict.word(),
            examined
                .verdict
                .reason()
                .map_or_else(String::new, |why| format!(": {why}")),
            examined.elapsed_ns as f64 / 1e9
        );
        claims.claims.push(examined);
    }
    write(&claims, comparison.as_ref(), &arguments.out).map_err(|error| {
        failed(format!(
            "cannot write into {}: {error}; choose another --out",
            arguments.out.display()
        ))
    })?;
    eprintln!(
        "claims: report: {}",
        arguments.out.join("report.html").display()
    );
    print(&report::terminal_claims(&claims))?;
    match interrupt.is_stopped() {
        true => Err((INTERRUPTED, "interrupted".to_owned())),
        false => Ok(ExitCode::SUCCESS),
    }
}

fn agree(files: &[PathBuf], as_markdown: bool) -> Outcome {
    let agreements = agree::of_files(files).map_err(|error| (USAGE, error.to_string()))?;
    print(&match as_markdown {
        true => agree::markdown(&agreements),
        false => agree::text(&agreements),
    })?;
    match agreements.iter().all(Agreement::is_one) {
        true => Ok(ExitCode::SUCCESS),
        false => Ok(ExitCode::from(DIFFERS)),
    }
}

fn begun(words: &[String], effort: Effort) -> Claims {
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

fn write(
    claims: &Claims,
    comparison: Option<&Comparison>,
    folder: &std::path::Path,
) -> io::Result<()> {
    file::save(&folder.join("claims.json"), claims)?;
    file::write_atomically(&folder.join("claims.md"), markdown(claims).as_bytes())?;
    let page = report::page_with_claims(comparison, claims);
    file::write_atomically(&folder.join("report.html"), page.as_bytes())
}

/// The claims of these names; all, where none is named.
fn chosen(names: &[String]) -> Result<Vec<&'static Claim>, (u8, String)> {
    if names.is_empty() {
        return Ok(ALL.iter().collect());
    }
    let known = |name: &String| {
        find(name).ok_or_else(|| {
            (
                USAGE,
                format!("there is no claim '{name}'; see claims list"),
            )
        })
    };
    names.iter().map(known).collect()
}

fn own_folder() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    Ok(program
        .parent()
        .map_or_else(PathBuf::new, ToOwned::to_owned))
}

fn print(text: &str) -> Outcome {
    // A closed pipe is no error.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}
