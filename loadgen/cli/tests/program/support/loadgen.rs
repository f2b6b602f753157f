//! The real binary, run as a user would.

use std::process::{Child, Command, Output, Stdio};

/// `loadgen` with these words. The machine that runs the tests may be busy, so whatever measures is told to accept that, and `run` to be
/// patient.
pub fn command(words: &str) -> Command {
    const MEASURING: [&str; 5] = ["run", "sweep", "find", "compare", "calibrate"];
    let mut command = strict_command(words);
    let first = words.split_whitespace().next();
    if first.is_some_and(|first| MEASURING.contains(&first)) {
        command.arg("--allow-invalid");
    }
    if first == Some("run") && !words.contains("--timeout") {
        command.args(["--timeout", "1m"]);
    }
    command
}

/// `loadgen` with these words and no others.
pub fn strict_command(words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loadgen"));
    command.args(words.split_whitespace()).stdin(Stdio::null());
    command
}

/// What became of a run of the real binary.
#[derive(Debug)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// What it wrote to stdout.
    pub stdout: String,
    /// The last line of stderr.
    pub last_line: String,
}

/// Runs `loadgen` to its end.
pub fn loadgen(words: &str) -> Ran {
    Ran::of(command(words).output().unwrap())
}

/// Starts `loadgen`, to be ended by a signal.
pub fn start(words: &str) -> Child {
    command(words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

impl Ran {
    /// What a process that ended said.
    pub fn of(output: Output) -> Self {
        let stderr = String::from_utf8(output.stderr).unwrap();
        Self {
            code: output
                .status
                .code()
                .expect("it ends by itself, not by a signal"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            last_line: stderr.lines().last().unwrap_or_default().to_owned(),
        }
    }

    /// The run that `--json` printed.
    pub fn run(&self) -> results::Run {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// Fails the test unless it ended so, and its last line says this.
    pub fn assert(&self, code: i32, said: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.last_line.contains(said), "'{said}' is not in {self:?}");
    }
}
