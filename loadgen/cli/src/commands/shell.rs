//! `loadgen completions` and `loadgen man`: the command line, told to the shell and to the reader.

use std::io::{self, Write as _};

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::Arguments;
use crate::exit::Exit;

/// Prints the completions for a shell.
pub(crate) fn completions(shell: Shell) -> Exit {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "loadgen", &mut text);
    print(&text)
}

/// Prints the manual page, the subcommands in it.
pub(crate) fn man() -> Exit {
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

fn print(text: &[u8]) -> Exit {
    match io::stdout().write_all(text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Exit::failed(format!("cannot write to stdout: {error}"))
        }
        Ok(()) | Err(_) => Exit::ANSWERED,
    }
}
