//! Claims for tests: names and verdicts, and nothing else of interest.

use results::schema::ClaimsSchema;
use results::{ClaimVerdict, Claims, Effort, Examined, Host, Tool};

/// A run that came to these verdicts.
pub(crate) fn claims(verdicts: &[(&str, ClaimVerdict)]) -> Claims {
    Claims {
        schema: ClaimsSchema::V1,
        tool: Tool {
            name: "claims".to_owned(),
            version: String::new(),
        },
        command: vec!["/home/somebody/claims".to_owned()],
        started_unix_ms: 1_000,
        host: Host {
            kernel: "Linux".to_owned(),
            cpu_model: None,
            cores: 2,
            memory_bytes: None,
            client_cpus: None,
            server_cpus: None,
            sysctls: Default::default(),
        },
        effort: Effort::Full,
        claims: verdicts.iter().map(examined).collect(),
    }
}

fn examined((name, verdict): &(&str, ClaimVerdict)) -> Examined {
    Examined {
        name: (*name).to_owned(),
        sentence: String::new(),
        confirms: String::new(),
        refutes: String::new(),
        experiment: String::new(),
        verdict: verdict.clone(),
        answer: String::new(),
        figures: Vec::new(),
        missing: Vec::new(),
        chart: None,
        repeat: format!("claims run {name}"),
        elapsed_ns: 0,
    }
}
