//! Where a run goes when it is made: its files, and stdout.

use std::io::{self, Write as _};
use std::path::Path;

use results::{Comparison, Run, file, hgrm, hlog};

use crate::exit::Exit;

/// Refuses a folder with a comparison for a single run: `diff` and `plot` would read the comparison instead.
pub(crate) fn check_folder(folder: Option<&Path>) -> Result<(), Exit> {
    let taken = folder.filter(|folder| folder.join("comparison.json").exists());
    taken.map_or(Ok(()), |folder| {
        Err(Exit::usage(format!(
            "{} holds many runs (comparison.json), which diff and plot would read instead of this run; choose another --out",
            folder.display()
        )))
    })
}

/// Prints to stdout. A closed pipe is no error: its reader has seen enough.
pub(crate) fn print(text: impl AsRef<[u8]>) -> Result<(), Exit> {
    match io::stdout().write_all(text.as_ref()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Exit::failed(format!("cannot write to stdout: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Prints as JSON, as it is in a file.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<(), Exit> {
    match serde_json::to_string_pretty(value) {
        Ok(text) => print(text + "\n"),
        Err(error) => Err(Exit::failed(format!("cannot write JSON: {error}"))),
    }
}

/// Writes the files of a run, each whole or not at all.
pub(crate) fn keep(run: &Run, folder: &Path) -> Result<(), Exit> {
    let write =
        |name: &str, text: String| file::write_atomically(&folder.join(name), text.as_bytes());
    file::save(&folder.join("run.json"), run)
        .and_then(|()| write("latency.hlog", hlog::text(run)))
        .and_then(|()| write("latency.hgrm", hgrm::text(&run.latency.response)))
        .map_err(|error| cannot_write(folder, &error))
}

/// Writes runs together, as `comparison.json`, which `diff` and `plot` read, and their page.
pub(crate) fn keep_comparison(comparison: &Comparison, folder: &Path) -> Result<(), Exit> {
    let page = folder.join("report.html");
    file::save(&folder.join("comparison.json"), comparison)
        .and_then(|()| file::write_atomically(&page, report::page(comparison).as_bytes()))
        .map_err(|error| cannot_write(folder, &error))?;
    eprintln!("loadgen: report: {}", page.display());
    Ok(())
}

fn cannot_write(folder: &Path, error: &io::Error) -> Exit {
    let folder = folder.display();
    Exit::failed(format!(
        "cannot write into {folder}: {error}; choose another --out"
    ))
}
