//! Where a run goes when it is made: its files, and stdout.

use std::io::{self, Write as _};
use std::path::Path;

use results::{Comparison, Run, file, hgrm, hlog};

/// Why a run must not be written into a folder: where it holds many runs, `diff` and `plot` would read those instead.
pub(crate) fn hidden(folder: &Path) -> Option<String> {
    folder.join("comparison.json").exists().then(|| {
        let folder = folder.display();
        format!(
            "{folder} holds many runs (comparison.json), which diff and plot would read instead of this one; choose another --out"
        )
    })
}

/// Prints to stdout. A closed pipe is no error: its reader has seen enough.
pub(crate) fn print(text: &str) -> Result<(), String> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to stdout: {error}"))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// A file of ours as text.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, String> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n")
        .map_err(|error| format!("cannot write the runs as JSON: {error}"))
}

/// Writes the files of a run.
pub(crate) fn keep(run: &Run, folder: &Path) -> Result<(), String> {
    write(run, folder).map_err(|error| cannot_write(folder, &error))
}

/// Writes runs together, as `comparison.json`, which `diff` and `plot` read, and their page.
pub(crate) fn keep_comparison(comparison: &Comparison, folder: &Path) -> Result<(), String> {
    let json = file::save(&folder.join("comparison.json"), comparison);
    let page = folder.join("report.html");
    let page_text = report::page(comparison);
    json.and_then(|()| file::write_atomically(&page, page_text.as_bytes()))
        .map_err(|error| cannot_write(folder, &error))?;
    eprintln!("loadgen: report: {}", page.display());
    Ok(())
}

fn cannot_write(folder: &Path, error: &io::Error) -> String {
    format!(
        "cannot write into {}: {error}; choose another --out",
        folder.display()
    )
}

/// Writes the files of a run, each whole or not at all.
fn write(run: &Run, folder: &Path) -> io::Result<()> {
    file::save(&folder.join("run.json"), run)?;
    file::write_atomically(&folder.join("latency.hlog"), hlog::text(run).as_bytes())?;
    file::write_atomically(
        &folder.join("latency.hgrm"),
        hgrm::text(&run.latency.response).as_bytes(),
    )
}
