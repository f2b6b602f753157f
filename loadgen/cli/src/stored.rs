//! Runs that were stored: `run.json`, `comparison.json`, or folders that hold them.

use std::fs;
use std::path::{Path, PathBuf};

use results::file::{self, LoadError};
use results::{Comparison, Run};

/// What the files hold. A single comparison keeps its title, its command and the systems that were missing.
pub(crate) fn comparison(paths: &[PathBuf]) -> Result<Comparison, LoadError> {
    if let [path] = paths
        && let Ok(whole) = file::load(&file(path))
    {
        return Ok(whole);
    }
    all(paths).map(|runs| Comparison::of_runs("stored runs".to_owned(), runs))
}

/// All runs of all files. Each file is a system of its own, even if two files give their runs the same label.
fn all(paths: &[PathBuf]) -> Result<Vec<Run>, LoadError> {
    let mut runs: Vec<Run> = Vec::new();
    for path in paths {
        let mut more = one(path)?;
        for run in &mut more {
            if runs.iter().any(|earlier| earlier.label == run.label) {
                run.label = format!("{} ({})", run.label, name(path));
            }
        }
        runs.append(&mut more);
    }
    Ok(runs)
}

/// The runs of one file, or of one folder: those in it, or else those in the folders in it.
pub(crate) fn one(path: &Path) -> Result<Vec<Run>, LoadError> {
    let file = file(path);
    if !file.is_dir() {
        return of_file(&file);
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.filter_map(|entry| within(&entry.path())).collect();
    if files.is_empty() {
        // The error names the file that is missing.
        files.push(path.join("run.json"));
    }
    files.sort();
    let runs: Result<Vec<_>, _> = files.iter().map(|file| of_file(file)).collect();
    runs.map(|runs| runs.concat())
}

/// The file that is read of a folder, if there is one in it; any other path is itself the file.
pub(crate) fn file(path: &Path) -> PathBuf {
    within(path).unwrap_or_else(|| path.to_owned())
}

/// The names of our files, in the order in which a folder is searched for them.
const OURS: [&str; 2] = ["comparison.json", "run.json"];

fn within(folder: &Path) -> Option<PathBuf> {
    let mut files = OURS.map(|name| folder.join(name)).into_iter();
    files.find(|file| file.exists())
}

/// Tries a comparison first; the error for a file that is neither is that of a run.
fn of_file(path: &Path) -> Result<Vec<Run>, LoadError> {
    match file::load::<Comparison>(path) {
        Ok(comparison) => Ok(comparison.runs().cloned().collect()),
        Err(_) => file::load(path).map(|run| vec![run]),
    }
}

/// A short name for a file: its own, or that of its folder, since loadgen gives all files the same name.
pub(crate) fn name(path: &Path) -> String {
    let is_ours = OURS.iter().any(|name| path.ends_with(name));
    let folder = match path.is_dir() {
        true => Some(path),
        false => path.parent().filter(|_| is_ours),
    };
    let name = folder.and_then(Path::file_name).or(path.file_stem());
    name.map_or(path.as_os_str(), |name| name)
        .to_string_lossy()
        .into_owned()
}
