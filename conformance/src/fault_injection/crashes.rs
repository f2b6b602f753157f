//! A server is killed under load and restarted with empty counters: the verdict is unknown, and no anomaly is reported.

use std::process::Command;
use std::thread;

use results::Verdict;
use rustix::process::Signal;

use super::run;
use crate::server::Server;
use crate::target::Target;
use testkit::Info;

/// SIGKILL during the load, then a new process at the same address.
pub fn killed_and_restarted(target: &Target) {
    for load in ["-c 8 -P 4", "-c 8 -t 2 -P 16", "-c 8 -r 20k"] {
        let server = target.start();
        let address = server.address();
        let load = thread::spawn(move || run(&format!("{address} {load} -d 60s --timeout 30s")));
        wait_until_executed(&server, 10_000);
        let mut command = Command::new(target.program);
        command.args(["--port", &address.port().to_string()]);
        server.signal(Signal::KILL);
        drop(server);
        let _restarted = Server::spawn(command);

        let correctness = load.join().unwrap().correctness;
        assert_eq!(correctness.verdict, Verdict::Unknown, "{correctness:#?}");
        assert_eq!(correctness.anomalies, [], "{correctness:#?}");
        assert!(correctness.acknowledged() > 0, "{correctness:#?}");
        assert!(correctness.operations_ambiguous > 0, "{correctness:#?}");
        assert_eq!(correctness.lost_updates(), None, "{correctness:#?}");
        let note = &correctness.notes[0];
        assert!(
            note.contains("the server restarted during the run"),
            "{note}"
        );
    }
}

/// Waits until the server has executed this many commands.
fn wait_until_executed(server: &Server, commands: u64) {
    let mut client = server.connect();
    while Info::ask(&mut client, "").number("total_commands_processed") < commands {
        thread::yield_now();
    }
}
