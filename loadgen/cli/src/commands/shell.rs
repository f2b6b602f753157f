//! `loadgen completions` and `loadgen man`: the command line for the shell and for the reader.

use clap::CommandFactory as _;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::Arguments;
use crate::exit::Exit;
use crate::output;

/// Prints the completions for a shell.
pub(crate) fn completions(shell: Shell) -> Result<Exit, Exit> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "loadgen", &mut text);
    output::print(text).map(|()| Exit::ANSWERED)
}

/// Prints the manual page, with those of the subcommands.
pub(crate) fn man() -> Result<Exit, Exit> {
    let mut command = Arguments::command();
    command.build();
    let mut text = Vec::new();
    for command in [&command].into_iter().chain(command.get_subcommands()) {
        // Writing to memory cannot fail.
        let _ = Man::new(command.clone()).render(&mut text);
    }
    output::print(text).map(|()| Exit::ANSWERED)
}
