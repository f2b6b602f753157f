//! The subcommands, one file each.

pub mod calibrate;
pub mod check;
pub mod compare;
pub mod diff;
pub mod find;
pub mod plot;
mod repeat;
pub mod run;
pub mod shell;
pub mod sweep;
