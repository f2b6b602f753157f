//! The program `server-async`: see the library for how it waits.

use std::process::ExitCode;

use hosting::{Model, Runtime};
use server_async::serve;
use service::counter::{Atomic, Mutex, Racy, Yielding};

fn main() -> ExitCode {
    hosting::run(&Model {
        name: "server-async",
        about: "A counter and an echo server that waits with a task for every connection",
        port: 7003,
        disciplines: &[
            ("mutex", serve::<Mutex>),
            ("atomic", serve::<Atomic>),
            ("racy", serve::<Racy>),
            ("yielding", serve::<Yielding>),
        ],
        runtimes: &[Runtime::Multi, Runtime::Current],
    })
}
