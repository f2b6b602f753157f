//! A run: start the server, let everybody loose, measure at rest now and then, end it under load, judge.

use std::io;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use conformance::server::{FinalReport, Server};
use testkit::{Client, Info};

use crate::attackers::{Gate, visit_on};
use crate::attacks::HOSTILE;
use crate::honest::{Honest, SHARED};
use crate::totals::{Increments, Ledger};
use crate::usage::Held;

/// What is to be run.
pub(crate) struct Plan<'a> {
    pub(crate) program: &'a str,
    /// Further flags of the server.
    pub(crate) flags: &'a [String],
    pub(crate) duration: Duration,
    pub(crate) lines: u32,
    pub(crate) seed: u64,
}

/// Places on the server: few, so that the crowd can fill it.
pub(crate) const MAX_CONNECTIONS: usize = 200;

/// The server's timeout with a client that takes none of its replies.
pub(crate) const STALL: Duration = Duration::from_secs(2);

/// A server that is silent for so long has forgotten its client. Generous: the soak runs at the lowest priority.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The shortest of the server's time limits, as [`FLAGS`] set them.
pub(crate) const SHORTEST_TIMEOUT: Duration = STALL;

const HONEST: u64 = 8;
const VISITORS: u64 = 24;

const FLAGS: [&str; 10] = [
    "--max-connections",
    "200",
    "--request-timeout",
    "2s",
    "--stall-timeout",
    "2s",
    "--idle-timeout",
    "4s",
    "--max-memory",
    "64MiB",
];

/// A connection that survives what the server does to it.
pub(crate) fn connect(server: SocketAddr) -> io::Result<Client> {
    Client::try_connect(server, TIMEOUT)
}

/// Runs; what is broken, each in one line.
pub(crate) fn run(plan: &Plan<'_>) -> Vec<String> {
    let server = Server::spawn(command(plan));
    let (ledger, gate) = (Ledger::default(), Gate::default());
    let address = server.address();
    thread::scope(|scope| {
        let honest: Vec<_> = (0..HONEST)
            .map(|number| {
                scope.spawn({
                    let ledger = &ledger;
                    move || Honest::new(number, ledger, plan.seed).work(address)
                })
            })
            .collect();
        for number in 0..VISITORS {
            let (gate, ledger) = (&gate, &ledger);
            scope.spawn(move || visit_on(address, gate, ledger, plan.seed << 16 | number));
        }

        let flatness = watch(plan, &server, &gate, &ledger);
        // Everybody is at it again when the order to stop comes.
        thread::sleep(Duration::from_secs(1));
        ledger.is_ending.store(true, Ordering::Relaxed);
        let last = server.terminate();

        let honest: Vec<_> = honest
            .into_iter()
            .filter_map(|client| client.join().ok())
            .collect();
        print_visits(&ledger);
        let mut broken = ledger.surprises();
        broken.extend(
            flatness
                .unwrap_or_else(|error| vec![format!("the server cannot be measured: {error}")]),
        );
        broken.extend(judge(&last, &ledger, &honest));
        broken
    })
}

/// The server, with an allocator that gives back what is freed: resident memory then shows what the server holds, and not what
/// glibc keeps for next time, which may grow for hours without any leak.
fn command(plan: &Plan<'_>) -> Command {
    let mut command = Command::new(plan.program);
    command
        .args(["--port", "0"])
        .args(FLAGS)
        .args(plan.flags)
        .env("MALLOC_ARENA_MAX", "1")
        .env("MALLOC_MMAP_THRESHOLD_", "65536")
        .env("MALLOC_TRIM_THRESHOLD_", "65536");
    command
}

/// Prints the table; what has grown between the first rest, after the warm-up, and the last.
fn watch(
    plan: &Plan<'_>,
    server: &Server,
    gate: &Gate,
    ledger: &Ledger,
) -> io::Result<Vec<String>> {
    let start = Instant::now();
    println!(
        "{} under {HONEST} honest clients and a crowd of {VISITORS}",
        plan.program
    );
    println!(
        "{:>7} {:>10} {:>9} {:>10} {:>9} | {:>18} | {:>18}",
        "minutes",
        "answered",
        "visits",
        "acknowl.",
        "in doubt",
        "most: KiB fds thr",
        "rest: KiB fds thr"
    );
    let warm_up = (plan.duration / 2).min(Duration::from_secs(60));
    let first = line(start, warm_up, server, gate, ledger)?;
    let mut last = first;
    for number in 1..=plan.lines {
        let until = warm_up + (plan.duration - warm_up) * number / plan.lines;
        last = line(start, until, server, gate, ledger)?;
    }
    print_reasons(server, gate);
    let mut grown = Vec::new();
    // Allocators keep some of what they were given back; a leak goes on growing past any such margin.
    let most_kib = first.memory_kib + first.memory_kib / 4 + 4096;
    if last.memory_kib > most_kib {
        grown.push(format!(
            "memory at rest grew from {} KiB to {} KiB",
            first.memory_kib, last.memory_kib
        ));
    }
    if last.descriptors > first.descriptors {
        grown.push(format!(
            "descriptors at rest grew from {} to {}",
            first.descriptors, last.descriptors
        ));
    }
    if last.threads > first.threads {
        grown.push(format!(
            "threads at rest grew from {} to {}",
            first.threads, last.threads
        ));
    }
    Ok(grown)
}

/// One line of the table: the most that the server was seen to hold under load since the last one, and what it holds at rest.
fn line(
    start: Instant,
    until: Duration,
    server: &Server,
    gate: &Gate,
    ledger: &Ledger,
) -> io::Result<Held> {
    let mut busy = Held::by(server.pid())?;
    while start.elapsed() < until {
        thread::sleep(Duration::from_millis(100));
        busy = busy.either(Held::by(server.pid())?, u64::max);
    }
    let rest = {
        let _nobody_visits = gate.close();
        at_rest(server)?
    };
    let visits: u64 = ledger.visits().values().map(|visits| visits.begun).sum();
    let all = [&ledger.shared, &ledger.hostile];
    let acknowledged: u64 = all.iter().map(|increments| increments.acknowledged()).sum();
    let sent: u64 = all.iter().map(|increments| increments.sent()).sum();
    println!(
        "{:>7.1} {:>10} {visits:>9} {acknowledged:>10} {:>9} | {:>9} {:>4} {:>3} | {:>9} {:>4} {:>3}",
        start.elapsed().as_secs_f64() / 60.0,
        ledger.answered.load(Ordering::Relaxed),
        sent.saturating_sub(acknowledged),
        busy.memory_kib,
        busy.descriptors,
        busy.threads,
        rest.memory_kib,
        rest.descriptors,
        rest.threads,
    );
    Ok(rest)
}

/// The least that is held within two seconds: those who have left are then gone, and an honest client that changes its connection
/// is counted once.
fn at_rest(server: &Server) -> io::Result<Held> {
    let mut least = Held::by(server.pid())?;
    for _ in 0..40 {
        thread::sleep(Duration::from_millis(50));
        least = least.either(Held::by(server.pid())?, u64::min);
    }
    Ok(least)
}

/// The server's own counts of how connections ended.
fn print_reasons(server: &Server, gate: &Gate) {
    let _nobody_visits = gate.close();
    let info = Info::ask(&mut server.connect(), "stats");
    let reasons = [
        "closed_peer",
        "closed_reset",
        "closed_quit",
        "closed_idle",
        "closed_request_deadline",
        "closed_stalled",
        "closed_protocol_error",
        "closed_http",
        "closed_memory",
        "closed_error",
        "refused_max_clients",
        "refused_memory",
        "refused_no_thread",
    ];
    for reason in reasons {
        println!("{:>9} {reason}", info.number(reason));
    }
}

fn print_visits(ledger: &Ledger) {
    for (kind, visits) in ledger.visits() {
        println!(
            "{:>9} visits: {kind}; {} cut short by the server",
            visits.begun, visits.cut_short
        );
    }
}

/// Acknowledged ≤ counter ≤ acknowledged + in doubt, for every counter; and a clean end.
fn judge(last: &FinalReport, ledger: &Ledger, honest: &[Honest<'_>]) -> Vec<String> {
    let mut broken = Vec::new();
    if !last.status.success() {
        broken.push(format!("the server ended with {}", last.status));
    }
    if honest.len() as u64 != HONEST {
        broken.push(format!(
            "{} honest clients are missing",
            HONEST - honest.len() as u64
        ));
    }
    let counter = |name: &str| {
        let start = format!("counter {name} = ");
        let line = last.lines.iter().find_map(|line| line.strip_prefix(&start));
        line.and_then(|value| value.parse::<i64>().ok())
            .unwrap_or(0)
    };
    let mut check = |name: &str, least: i64, most: i64| {
        let value = counter(name);
        println!(
            "counter {name}: acknowledged {least}, in doubt {}, counted {value}",
            most - least
        );
        if !(least..=most).contains(&value) {
            broken.push(format!(
                "counter {name} = {value}, and not from {least} to {most}"
            ));
        }
    };
    let both =
        |increments: &Increments| (increments.acknowledged() as i64, increments.sent() as i64);
    let (acknowledged, sent) = both(&ledger.shared);
    check(SHARED, acknowledged, sent);
    let (acknowledged, sent) = both(&ledger.hostile);
    check(HOSTILE, acknowledged, sent);
    for client in honest {
        check(&client.name, client.own, client.own + client.in_doubt);
    }
    broken
}
