//! Where a run goes when it is made: its files, and stdout.

use std::io::{self, Write as _};
use std::path::Path;

use results::{Run, file, hgrm, hlog};

/// Why a run must not be kept in a folder: where one holds many runs, `diff` and `plot` would read those instead.
pub(super) fn hidden(folder: &Path) -> Option<String> {
    folder.join("comparison.json").exists().then(|| {
        let folder = folder.display();
        format!(
            "{folder} holds many runs (comparison.json), behind which one more would not be seen; choose another --out"
        )
    })
}

/// What goes to stdout. Whoever closed the pipe has seen enough.
pub(super) fn print(text: &str) -> Result<(), String> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to stdout: {error}"))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// A file of ours as text.
pub(super) fn json(value: &impl file::Format) -> Result<String, String> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n")
        .map_err(|error| format!("cannot write the runs as JSON: {error}"))
}

/// Writes the files of a run.
pub(super) fn keep(run: &Run, folder: &Path) -> Result<(), String> {
    write(run, folder).map_err(|error| cannot_write(folder, &error))
}

pub(super) fn cannot_write(folder: &Path, error: &io::Error) -> String {
    format!(
        "cannot write into {}: {error}; choose another --out",
        folder.display()
    )
}

/// Writes the files of a run, each whole or not at all.
fn write(run: &Run, folder: &Path) -> io::Result<()> {
    file::save(&folder.join("run.json"), run)?;
    file::write_atomically(&folder.join("intervals.ndjson"), &intervals(run)?)?;
    file::write_atomically(&folder.join("latency.hlog"), hlog::text(run).as_bytes())?;
    file::write_atomically(
        &folder.join("latency.hgrm"),
        hgrm::text(&run.latency.response).as_bytes(),
    )
}

/// The intervals of `run.json` once more, one on each line, for tools that read lines.
fn intervals(run: &Run) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for interval in &run.intervals {
        serde_json::to_writer(&mut lines, interval)?;
        lines.push(b'\n');
    }
    Ok(lines)
}
