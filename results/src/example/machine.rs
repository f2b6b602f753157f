//! The made-up machine on which the made-up runs were made.

use std::collections::BTreeMap;

use crate::*;

pub(super) fn host() -> Host {
    Host {
        kernel: "Linux 6.18.0".to_owned(),
        cpu_model: Some("Example CPU @ 2.0 GHz".to_owned()),
        cores: 2,
        memory_bytes: Some(8_000_000_000),
        client_cpus: Some("1".to_owned()),
        server_cpus: Some("0".to_owned()),
        sysctls: BTreeMap::from([("net.core.somaxconn".to_owned(), "4096".to_owned())]),
    }
}

pub(super) fn valid() -> Validity {
    let lag = MeasuredCheck::new(CheckCode::ScheduleLagP99, Some(59_400.0), Some(1e6));
    Validity {
        checks: vec![Check::Measured(lag)],
        ..Validity::UNCHECKED
    }
}

pub(super) fn client_cost(completed: u64) -> ClientCost {
    ClientCost {
        checker: None,
        threads: vec![ThreadCost {
            cpu_user_ns: completed * 400,
            cpu_system_ns: completed * 1_900,
            run_queue_wait_ns: Some(completed * 10),
        }],
        hiccup_max_ns: Some(310_000),
        stolen_ns: Some(0),
    }
}
