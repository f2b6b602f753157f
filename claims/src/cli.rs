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

use crate::agree::{self, Agreement};
use crate::bench::Bench;
use crate::claim::Claim;
use crate::claims::{ALL, find};
use crate::markdown::markdown;

/// The article, sentence by sentence: each an experiment over real sockets, with a verdict.
#[derive(Debug, Parser)]
#[command(name = "claims", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Names every claim with the sentence it tests
    List,
    /// Says what would confirm a claim, what would refute it, and how it is measured
    Explain {
        /// The claims
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
    /// Draws the picture of a claim from claims.json, as SVG or PNG
    Plot(PlotArguments),
    /// Makes the experiments and writes claims.json, claims.md and report.html
    Run(RunArguments),
    /// Compares the verdicts of several runs; exit status 1 where one differs
    Agree {
        /// Files that claims run wrote, two or more
        #[arg(required = true, num_args = 2.., value_name = "FILE")]
        files: Vec<PathBuf>,
        /// A table in Markdown
        #[arg(long)]
        markdown: bool,
    },
}

#[derive(Debug, Args)]
struct PlotArguments {
    /// The file that claims run wrote
    file: PathBuf,
    /// The claim
    name: String,
    /// Where to; .svg or .png decides
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// The colours of the picture
    #[arg(long, value_name = "light|dark", default_value = "light")]
    theme: Colours,
}

#[derive(Debug, Args)]
struct RunArguments {
    /// The claims to examine [default: all]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// All claims in about two minutes (the default)
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// More runs, longer ones and more systems: all claims in about a quarter of an hour
    #[arg(long)]
    full: bool,
    /// The folder for claims.json, claims.md, report.html and what the servers print
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// A comparison.json whose report the claims are to stand above
    #[arg(long, value_name = "FILE")]
    comparison: Option<PathBuf>,
    /// The folder of the servers [default: that of this program]
    #[arg(long, value_name = "DIR")]
    programs: Option<PathBuf>,
}

/// The exit code of verdicts that are not the same.
const DIFFERS: u8 = 1;

/// The exit code of a wrong command line.
const USAGE: u8 = 2;

/// The exit code of a run that was interrupted (128 + SIGINT).
const INTERRUPTED: u8 = 130;

/// Does what the command line says.
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
            // Where not even this can be printed, the exit code still says it.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { USAGE } else { 0 });
        }
    };
    outcome.unwrap_or_else(|(code, why)| {
        eprintln!("claims: {why}");
        ExitCode::from(code)
    })
}

type Ending = Result<ExitCode, (u8, String)>;

fn list() -> Ending {
    let widest = ALL.iter().map(|claim| claim.name.len()).max().unwrap_or(0);
    let text: String = ALL
        .iter()
        .map(|claim| format!("{:widest$}  “{}”\n", claim.name, claim.sentence))
        .collect();
    print(&text)
}

fn explain(names: &[String]) -> Ending {
    let text: Vec<String> = chosen(names)?
        .iter()
        .map(|claim| claim.explained())
        .collect();
    print(&text.join("\n"))
}

fn plot(arguments: &PlotArguments) -> Ending {
    let claims: Claims = file::load(&arguments.file).map_err(|error| (USAGE, error.to_string()))?;
    let format = match arguments.output.extension().and_then(|end| end.to_str()) {
        Some("svg") => Format::Svg,
        Some("png") => Format::Png,
        _ => {
            return Err((
                USAGE,
                format!("{} is neither .svg nor .png", arguments.output.display()),
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

fn examine(arguments: &RunArguments, words: &[String]) -> Ending {
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
    let keeper = Interrupt::listen()
        .map_err(|error| failed(format!("cannot listen for Ctrl-C: {error}")))?;
    let programs = match &arguments.programs {
        Some(folder) => folder.clone(),
        None => {
            own_folder().map_err(|error| failed(format!("where am I? {error}; give --programs")))?
        }
    };
    let mut bench = Bench::new(effort, programs, arguments.out.clone(), &keeper);
    let mut claims = begun(words, effort);
    for (place, claim) in chosen.iter().enumerate() {
        if keeper.is_stopped() {
            break;
        }
        eprintln!("claims: {} of {}: {}", place + 1, chosen.len(), claim.name);
        let examined = claim.examine(&mut bench);
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
    match keeper.is_stopped() {
        true => Err((INTERRUPTED, "interrupted".to_owned())),
        false => Ok(ExitCode::SUCCESS),
    }
}

fn agree(files: &[PathBuf], as_markdown: bool) -> Ending {
    let agreements = agree::of_files(files).map_err(|why| (USAGE, why))?;
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
                format!("there is no claim '{name}'; claims list names them"),
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

fn print(text: &str) -> Ending {
    // Whoever closed the pipe has seen enough.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}
