//! What cannot be done, and a plan for the tests of other modules.

use super::*;

pub(crate) fn plan() -> Config {
    Config {
        target: "127.0.0.1:7001".parse().unwrap(),
        connections: 50,
        threads: 1,
        load: Load::Closed { depth: 16 },
        limit: Limit::Requests(1_000_000),
        warmup: Warmup::None,
        mix: "mix:incr=8,get=2".parse().unwrap(),
        amount: NonZeroI64::new(1).unwrap(),
        payload_bytes: 64,
        keys: Keys::Fresh(1),
        seed: 1,
        timeout: Duration::from_secs(5),
        server_pid: None,
        server_processors: None,
        label: None,
        check: CheckLevel::Full,
        history: None,
    }
}

#[test]
fn what_cannot_be_done_names_its_flag() {
    let cases: [(&str, Config); 9] = [
        (
            "-c 0",
            Config {
                connections: 0,
                ..plan()
            },
        ),
        (
            "-t 51",
            Config {
                threads: 51,
                ..plan()
            },
        ),
        (
            "-P 0",
            Config {
                load: Load::Closed { depth: 0 },
                ..plan()
            },
        ),
        (
            "-n 0",
            Config {
                limit: Limit::Requests(0),
                ..plan()
            },
        ),
        (
            "-d 0",
            Config {
                limit: Limit::Time(Duration::ZERO),
                ..plan()
            },
        ),
        (
            "--keys 0",
            Config {
                keys: Keys::Fresh(0),
                ..plan()
            },
        ),
        (
            "--key has 0",
            Config {
                keys: Keys::Named(String::new()),
                ..plan()
            },
        ),
        (
            "--timeout",
            Config {
                timeout: Duration::from_micros(1),
                ..plan()
            },
        ),
        (
            "plain echo",
            Config {
                target: "echo://h:7".parse().unwrap(),
                ..plan()
            },
        ),
    ];
    for (expected, plan) in cases {
        let error = plan.checked().unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn threads_share_the_connections_without_rest() {
    let plan = Config {
        connections: 10,
        threads: 3,
        ..plan()
    };
    let shares: Vec<_> = (0..3).map(|thread| plan.connections_of(thread)).collect();
    assert_eq!(shares, [0..3, 3..6, 6..10]);
}
