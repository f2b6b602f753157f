//! How the claims were examined: machine, effort, command, and what could not be measured.

use results::{ClaimVerdict, Claims, Effort, Examined};

use super::{Entry, hardware, in_a_shell, sysctls};

/// The line under the heading of the claims: the machine, the effort, the command.
pub(crate) fn claims_subtitle(claims: &Claims) -> String {
    format!(
        "{}; {}; {}",
        hardware(&claims.host),
        effort(claims.effort),
        in_a_shell(&claims.command)
    )
}

/// Everything that is known of how the claims were examined, beside what each says of its own experiment.
pub(crate) fn claims_entries(claims: &Claims) -> Vec<Entry> {
    let mut entries = vec![
        Entry::words("Rule", vec![RULE.to_owned()]),
        Entry::words("Effort", vec![effort(claims.effort).to_owned()]),
        Entry::words("Machine", vec![hardware(&claims.host)]),
        Entry::words("Kernel settings", sysctls(&claims.host)),
        Entry::words(
            "Program",
            vec![format!("{} {}", claims.tool.name, claims.tool.version)],
        ),
        Entry::code("Command", vec![in_a_shell(&claims.command)]),
        Entry::words(
            "Not measured",
            claims.claims.iter().flat_map(not_measured).collect(),
        ),
    ];
    entries.retain(|entry| !entry.lines.is_empty());
    entries
}

const RULE: &str = "What would confirm a claim and what would refute it was written before the run, and stands with it; systems take \
    turns, so that a slow minute of the machine meets all of them. Each claim names its own experiment and the command that repeats it.";

fn effort(effort: Effort) -> &'static str {
    match effort {
        Effort::Quick => "--quick: few and short runs",
        Effort::Full => "--full: more runs, longer ones, and more systems",
    }
}

/// The claim itself, where nothing decides it, and each system that it had to do without.
fn not_measured(claim: &Examined) -> Vec<String> {
    let own = match &claim.verdict {
        ClaimVerdict::NotMeasured { why } => Some(format!("{}: {why}", claim.name)),
        _ => None,
    };
    let missing = claim.missing.iter();
    let missing = missing.map(|one| format!("{}, {}: {}", claim.name, one.system, one.reason));
    own.into_iter().chain(missing).collect()
}
