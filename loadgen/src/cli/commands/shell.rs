//! `loadgen completions` and `loadgen man`: the command line, told to the shell and to the reader.

use std::io::{self, Write as _};

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::args::Arguments;
use crate::cli::ending::Ending;

/// Prints the completions for a shell.
pub fn completions(shell: Shell) -> Ending {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "loadgen", &mut text);
    print(&text)
}

/// Prints the manual page, the subcommands in it.
pub fn man() -> Ending {
    let mut command = Arguments::command();
    command.build();
    let mut text = Vec::new();
    let page = |command: &clap::Command, text: &mut Vec<u8>| {
        clap_mangen::Man::new(command.clone()).render(text)
    };
    // Writing to memory cannot fail.
    let _ = page(&command, &mut text);
    for subcommand in command.get_subcommands() {
        let _ = page(subcommand, &mut text);
    }
    print(&text)
}

fn print(text: &[u8]) -> Ending {
    match io::stdout().write_all(text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Ending::Failed(format!("cannot write to stdout: {error}"))
        }
        Ok(()) | Err(_) => Ending::Answered,
    }
}
