//! The program: lists the claims, explains them, and finds out.

use std::process::ExitCode;

fn main() -> ExitCode {
    claims::cli::run(&std::env::args().collect::<Vec<_>>())
}
