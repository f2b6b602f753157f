//! Starts a server and ends it with all its children, whatever becomes of us.
//!
//! ```text
//!  we ── pipe: end, kill ──> guard ── starts, waits for, ends ──> server ──> its children
//!     <── pipe: its pid, its exit status ──┘
//! ```
//!
//! The guard is our own program, executed again: [`run_guard_if_asked`] is the first line of `main`. It is a child
//! subreaper (prctl(2)), so every process that the server leaves behind becomes its child. While the server runs, the guard
//! is blocked in `poll`. When we ask, or when the pipe closes because we ended (by SIGKILL too), it sends SIGTERM to the
//! server, then to each process that the server leaves behind; after [`Command::end_limit`] it kills them. It ends when
//! the kernel says that it has no child left.
//!
//! A program whose `main` does not call [`run_guard_if_asked`], such as a test, cannot start a server: it gets an error.
//!
//! What is absent: shells, restarts, and a server on another machine.

mod command;
mod guard;
mod interrupt;
mod pipes;
mod port;
mod server;

pub use command::{Command, ParseCommandError};
pub use guard::run_guard_if_asked;
pub use interrupt::Interrupt;
pub use server::{Killed, NotStarted, Server};
