//! The program: lists the claims, explains them, and tests them.

use std::process::ExitCode;

fn main() -> ExitCode {
    process::run_guard_if_asked();
    claims::cli::run(&std::env::args().collect::<Vec<_>>())
}
