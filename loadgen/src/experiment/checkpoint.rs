//! The runs of a series on disk, each as soon as it is made: a series that was interrupted goes on where it was.

use std::io;
use std::path::{Path, PathBuf};

use results::{Run, file};

/// Flags that change no run: the one that makes a series look here, and the one that says how it may end. A command line with them goes on
/// with one without them.
const NO_MATTER: [&str; 2] = ["--resume", "--allow-invalid"];

/// The folder of one series, whose runs are those of one command line.
#[derive(Debug)]
pub(super) struct Checkpoint {
    folder: PathBuf,
    command: Vec<String>,
}

impl Checkpoint {
    pub(super) fn new(out: &Path, command: &[String]) -> Self {
        Self {
            folder: out.join("runs"),
            command: what_matters(command),
        }
    }

    /// The run of that name; none where it was not made, or by another command line: then it is another run.
    pub(super) fn take(&self, name: &str) -> Option<Run> {
        let run: Run = file::load(&self.path(name)).ok()?;
        (what_matters(&run.command) == self.command).then_some(run)
    }

    /// Keeps a run.
    pub(super) fn put(&self, name: &str, run: &Run) -> io::Result<()> {
        file::save(&self.path(name), run)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }
}

fn what_matters(command: &[String]) -> Vec<String> {
    let kept = command
        .iter()
        .filter(|word| !NO_MATTER.contains(&word.as_str()));
    kept.cloned().collect()
}
