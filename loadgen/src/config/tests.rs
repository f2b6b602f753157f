//! Invalid configurations, and a valid one for the tests of other modules.

use results::parse_mix;

use super::*;

/// Fifty connections, sixteen requests in flight on each, INCR and GET.
pub(crate) fn builder() -> ConfigBuilder {
    Config::builder("127.0.0.1:7001".parse().unwrap())
        .pipeline_depth(16)
        .requests(1_000_000)
        .operations(parse_mix("mix:incr=8,get=2").unwrap())
}

#[test]
fn an_invalid_configuration_names_its_flag() {
    let none = Duration::ZERO;
    let cases = [
        ("-c 0", builder().connections(0)),
        ("-t 51", builder().threads(51)),
        ("-P 0", builder().pipeline_depth(0)),
        ("-n 0", builder().requests(0)),
        ("-d 0", builder().requests(None).duration(none)),
        ("--keys 0", builder().keys(0)),
        ("--key has 0", builder().key(String::new())),
        ("--timeout", builder().timeout(Duration::from_micros(1))),
        (
            "plain echo",
            builder().target("echo://h:7".parse().unwrap()),
        ),
        ("--arrival", builder().arrival(results::Arrival::Poisson)),
        ("-r 0", builder().rate_per_s(0.0)),
        ("-r NaN", builder().rate_per_s(f64::NAN)),
    ];
    for (expected, builder) in cases {
        let error = builder.build().unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn threads_share_all_connections() {
    let builder = builder().connections(10).threads(3);
    let config = builder.build().unwrap();
    let shares: Vec<_> = (0..3).map(|thread| config.connections_of(thread)).collect();
    assert_eq!(shares, [0..3, 3..6, 6..10]);
}

#[test]
fn a_config_describes_its_run() {
    assert_eq!(
        builder()
            .build()
            .unwrap()
            .to_string()
            .replace('\u{a0}', " "),
        "resp://127.0.0.1:7001: closed loop, 50 connections, 16 in flight on each, incr 80.0 %, get 20.0 %, 64 B, \
         1 000 000 requests, 1 fresh key, seed 1, timeout 5s, every reply checked"
    );
}
