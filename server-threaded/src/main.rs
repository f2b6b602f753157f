//! The program `server-threaded`: see the library for how it waits.

use std::process::ExitCode;

use hosting::Model;
use server_threaded::serve;
use service::counter::{Atomic, Mutex, Racy};

fn main() -> ExitCode {
    hosting::run(&Model {
        name: "server-threaded",
        about: "A counter and an echo server that waits with a thread for every connection",
        port: 7001,
        disciplines: &[
            ("mutex", serve::<Mutex>),
            ("atomic", serve::<Atomic>),
            ("racy", serve::<Racy>),
        ],
        runtimes: &[],
    })
}
