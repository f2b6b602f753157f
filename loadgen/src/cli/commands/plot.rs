//! `loadgen plot`: reads stored runs and has `report` draw them.

use std::path::{Path, PathBuf};

use report::{Colours, Format};
use results::file::{self, LoadError};
use results::{Comparison, Run};

use crate::cli::args::PlotArguments;
use crate::cli::ending::Ending;

/// Does it.
pub fn run(arguments: &PlotArguments) -> Ending {
    let Some(face) = Face::of(&arguments.output) else {
        return Ending::Usage(format!(
            "-o {} has no known ending; write .html, .svg or .png",
            arguments.output.display()
        ));
    };
    let comparison = match read(&arguments.files) {
        Ok(comparison) => comparison,
        Err(error) => return Ending::Failed(error.to_string()),
    };
    let bytes = match draw(&comparison, face, arguments) {
        Ok(bytes) => bytes,
        Err(why) => return Ending::Failed(why),
    };
    let path = arguments.output.display();
    match file::write_atomically(&arguments.output, &bytes) {
        Ok(()) => Ending::Good(format!("{} runs drawn: {path}", comparison.runs().count())),
        Err(error) => Ending::Failed(format!("cannot write {path}: {error}; choose another -o")),
    }
}

/// What is written.
#[derive(Debug, Clone, Copy)]
enum Face {
    Page,
    Picture(Format),
}

impl Face {
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "html" => Some(Self::Page),
            "svg" => Some(Self::Picture(Format::Svg)),
            "png" => Some(Self::Picture(Format::Png)),
            _ => None,
        }
    }
}

fn draw(comparison: &Comparison, face: Face, arguments: &PlotArguments) -> Result<Vec<u8>, String> {
    let format = match face {
        Face::Page => return Ok(report::page(comparison).into_bytes()),
        Face::Picture(format) => format,
    };
    let colours = if arguments.dark {
        Colours::Dark
    } else {
        Colours::Light
    };
    report::plot(comparison, &arguments.picture, format, colours).map_err(|error| error.to_string())
}

/// All runs of all files. Each file is a curve of its own, also where two files call their runs by one name.
fn read(files: &[PathBuf]) -> Result<Comparison, LoadError> {
    let mut runs: Vec<Run> = Vec::new();
    for path in files {
        let mut more = read_one(path)?;
        let taken = |run: &Run| runs.iter().any(|earlier| earlier.label == run.label);
        for run in &mut more {
            if taken(run) {
                run.label = format!("{} ({})", run.label, name(path));
            }
        }
        runs.append(&mut more);
    }
    Ok(Comparison::of_runs("stored runs".to_owned(), runs))
}

fn read_one(path: &Path) -> Result<Vec<Run>, LoadError> {
    let (run, comparison) = (path.join("run.json"), path.join("comparison.json"));
    let path = match path.is_dir() {
        true if comparison.exists() => comparison,
        true => run,
        false => path.to_owned(),
    };
    // A comparison is tried first; whatever is neither is reported as the run that it was taken for.
    match file::load::<Comparison>(&path) {
        Ok(comparison) => Ok(comparison
            .systems
            .into_iter()
            .flat_map(|system| system.runs().to_vec())
            .collect()),
        Err(_) => file::load(&path).map(|run| vec![run]),
    }
}

/// A short name for a file: that of its folder, since all files are called `run.json`.
fn name(path: &Path) -> String {
    let folder = if path.is_dir() {
        Some(path)
    } else {
        path.parent()
    };
    let name = folder.and_then(Path::file_name).or(path.file_stem());
    name.map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}
