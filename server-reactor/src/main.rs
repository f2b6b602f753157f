//! The program `server-reactor`: see the library for how it waits.

use std::process::ExitCode;

use hosting::Model;
use server_reactor::serve;
use service::counter::{Atomic, Mutex, Plain, Racy};

fn main() -> ExitCode {
    hosting::run(&Model {
        name: "server-reactor",
        about: "A counter and an echo server that waits with one poll for all connections",
        port: 7002,
        disciplines: &[
            ("plain", serve::<Plain>),
            ("mutex", serve::<Mutex>),
            ("atomic", serve::<Atomic>),
            ("racy", serve::<Racy>),
        ],
        runtimes: &[],
    })
}
