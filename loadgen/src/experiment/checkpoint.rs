//! A series' completed runs on disk, so that an interrupted series can resume.

use std::io;
use std::path::{Path, PathBuf};

use results::{Run, file};

/// Stores a run.
const INSIGNIFICANT: [&str; 2] = ["--resume", "--allow-invalid"];

/// The folder of one series, whose runs are those of one command line.
#[derive(Debug)]
pub struct Checkpoint {
    folder: PathBuf,
    command: Vec<String>,
    resume: bool,
}

impl Checkpoint {
    /// That of the series that `command` makes, in the folder `out`. Runs that are there are taken where `resume` is set.
    pub fn new(out: &Path, command: &[String], resume: bool) -> Self {
        Self {
            folder: out.join("runs"),
            command: significant(command),
            resume,
        }
    }

    /// The run of that name; `None` where it was not made, or by another command line: then it is another run.
    pub(super) fn take(&self, name: &str) -> Option<Run> {
        if !self.resume {
            return None;
        }
        let run: Run = file::load(&self.path(name)).ok()?;
        (significant(&run.command) == self.command).then_some(run)
    }

    /// Keeps a run.
    pub(super) fn put(&self, name: &str, run: &Run) -> io::Result<()> {
        file::save(&self.path(name), run)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }
}

fn significant(command: &[String]) -> Vec<String> {
    let kept = command
        .iter()
        .filter(|word| !INSIGNIFICANT.contains(&word.as_str()));
    kept.cloned().collect()
}
