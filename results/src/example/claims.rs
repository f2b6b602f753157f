//! A made-up run of the claims.

use super::machine;
use crate::schema::ClaimsSchema;
use crate::*;

/// A run of the claims with these names and verdicts.
pub fn claims(verdicts: &[(&str, ClaimVerdict)]) -> Claims {
    Claims {
        schema: ClaimsSchema::V1,
        tool: Tool {
            name: "claims".to_owned(),
            version: "1".to_owned(),
        },
        command: vec!["/home/somebody/claims".to_owned(), "run".to_owned()],
        started_unix_ms: 1_000,
        host: machine::host(),
        effort: Effort::Full,
        claims: verdicts.iter().map(examined).collect(),
    }
}

fn examined((name, verdict): &(&str, ClaimVerdict)) -> Examined {
    Examined {
        name: (*name).to_owned(),
        sentence: format!("a sentence about {name}"),
        confirms: "this".to_owned(),
        refutes: "that".to_owned(),
        experiment: "so".to_owned(),
        verdict: verdict.clone(),
        answer: "3.1× as many".to_owned(),
        figures: Vec::new(),
        missing: Vec::new(),
        chart: None,
        repeat: format!("claims run {name}"),
        elapsed_ns: 1,
    }
}
