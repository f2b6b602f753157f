//! A run: starts the server and the clients, measures it at rest now and then, stops it under load, and checks the result.

use std::io;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use conformance::server::{FinalReport, Server};
use testkit::{Client, Info};

use crate::attackers::{Gate, attack_until_end};
use crate::attacks::HOSTILE;
use crate::honest::{Honest, SHARED};
use crate::totals::{Increments, Totals};
use crate::usage::Usage;

/// The settings of a run.
pub(crate) struct Plan<'a> {
    pub(crate) program: &'a str,
    /// Further flags of the server.
    pub(crate) flags: &'a [String],
    pub(crate) duration: Duration,
    pub(crate) lines: u32,
    pub(crate) seed: u64,
}

/// The limit on connections: low, so that the attacks can reach it.
pub(crate) const MAX_CONNECTIONS: usize = 200;

/// The server's timeout for a client that reads none of its replies.
pub(crate) const STALL: Duration = Duration::from_secs(2);

/// How long a client waits for a reply. Generous: the soak runs at the lowest priority.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The shortest of the server's time limits, as [`FLAGS`] set them.
pub(crate) const SHORTEST_TIMEOUT: Duration = STALL;

const HONEST: u64 = 8;
const ATTACKERS: u64 = 24;

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

/// Opens a connection whose errors are returned.
pub(crate) fn connect(server: SocketAddr) -> io::Result<Client> {
    Client::try_connect(server, TIMEOUT)
}

/// Runs, and returns what is broken, one line each.
pub(crate) fn run(plan: &Plan<'_>) -> Vec<String> {
    let server = Server::spawn(command(plan));
    let (totals, gate) = (Totals::default(), Gate::default());
    let address = server.address();
    thread::scope(|scope| {
        let honest: Vec<_> = (0..HONEST)
            .map(|number| {
                scope.spawn({
                    let totals = &totals;
                    move || Honest::new(number, totals, plan.seed).work(address)
                })
            })
            .collect();
        for number in 0..ATTACKERS {
            let (gate, totals) = (&gate, &totals);
            scope.spawn(move || attack_until_end(address, gate, totals, plan.seed << 16 | number));
        }

        let flatness = watch(plan, &server, &gate, &totals);
        // The attacks run again before the server is stopped.
        thread::sleep(Duration::from_secs(1));
        totals.is_ending.store(true, Ordering::Relaxed);
        let last = server.terminate();

        let honest: Vec<_> = honest
            .into_iter()
            .filter_map(|client| client.join().ok())
            .collect();
        print_attacks(&totals);
        let mut broken = totals.failures();
        broken.extend(
            flatness
                .unwrap_or_else(|error| vec![format!("the server cannot be measured: {error}")]),
        );
        broken.extend(check(&last, &totals, &honest));
        broken
    })
}

/// The server, with an allocator that returns freed memory. Otherwise glibc keeps it, and resident memory may grow for hours
/// without any leak.
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

/// Prints the table. Returns what grew between the first measurement at rest, after the warm-up, and the last.
fn watch(
    plan: &Plan<'_>,
    server: &Server,
    gate: &Gate,
    totals: &Totals,
) -> io::Result<Vec<String>> {
    let start = Instant::now();
    println!(
        "{} under {HONEST} honest clients and {ATTACKERS} hostile ones",
        plan.program
    );
    println!(
        "{:>7} {:>10} {:>9} {:>10} {:>9} | {:>18} | {:>18}",
        "minutes",
        "answered",
        "attacks",
        "acknowl.",
        "in doubt",
        "most: KiB fds thr",
        "rest: KiB fds thr"
    );
    let warm_up = (plan.duration / 2).min(Duration::from_secs(60));
    let first = line(start, warm_up, server, gate, totals)?;
    let mut last = first;
    for number in 1..=plan.lines {
        let until = warm_up + (plan.duration - warm_up) * number / plan.lines;
        last = line(start, until, server, gate, totals)?;
    }
    print_reasons(server, gate);
    let mut grown = Vec::new();
    // Allocators keep some freed memory; a leak grows past any margin.
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

/// Prints one line of the table: the peak under load since the last line, and the usage at rest.
fn line(
    start: Instant,
    until: Duration,
    server: &Server,
    gate: &Gate,
    totals: &Totals,
) -> io::Result<Usage> {
    let mut busy = Usage::of(server.pid())?;
    while start.elapsed() < until {
        thread::sleep(Duration::from_millis(100));
        busy = busy.either(Usage::of(server.pid())?, u64::max);
    }
    let rest = {
        let _no_attacks = gate.close();
        at_rest(server)?
    };
    let attacks: u64 = totals.attacks().values().map(|attacks| attacks.begun).sum();
    let all = [&totals.shared, &totals.hostile];
    let acknowledged: u64 = all.iter().map(|increments| increments.acknowledged()).sum();
    let sent: u64 = all.iter().map(|increments| increments.sent()).sum();
    println!(
        "{:>7.1} {:>10} {attacks:>9} {acknowledged:>10} {:>9} | {:>9} {:>4} {:>3} | {:>9} {:>4} {:>3}",
        start.elapsed().as_secs_f64() / 60.0,
        totals.answered.load(Ordering::Relaxed),
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

/// The lowest usage within two seconds: connections that are closing are gone by then, and an honest client that reconnects
/// counts once.
fn at_rest(server: &Server) -> io::Result<Usage> {
    let mut least = Usage::of(server.pid())?;
    for _ in 0..40 {
        thread::sleep(Duration::from_millis(50));
        least = least.either(Usage::of(server.pid())?, u64::min);
    }
    Ok(least)
}

/// Prints the server's own counts of how connections ended.
fn print_reasons(server: &Server, gate: &Gate) {
    let _no_attacks = gate.close();
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

fn print_attacks(totals: &Totals) {
    for (kind, attacks) in totals.attacks() {
        println!(
            "{:>9} attacks: {kind}; {} cut short by the server",
            attacks.begun, attacks.cut_short
        );
    }
}

/// Checks acknowledged ≤ counter ≤ acknowledged + in doubt for every counter, and exit status 0.
fn check(last: &FinalReport, totals: &Totals, honest: &[Honest<'_>]) -> Vec<String> {
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
                "counter {name} = {value}, expected {least} to {most}"
            ));
        }
    };
    let both =
        |increments: &Increments| (increments.acknowledged() as i64, increments.sent() as i64);
    let (acknowledged, sent) = both(&totals.shared);
    check(SHARED, acknowledged, sent);
    let (acknowledged, sent) = both(&totals.hostile);
    check(HOSTILE, acknowledged, sent);
    for client in honest {
        check(&client.name, client.own, client.own + client.in_doubt);
    }
    broken
}
