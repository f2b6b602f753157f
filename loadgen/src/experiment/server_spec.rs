//! A server to compare, as the command line names it.

use std::str::FromStr;

use crate::machine::cpus::Cpus;

/// `NAME=COMMAND`, where `{port}` in the command stands for a port to listen on.
///
/// ```
/// use loadgen::experiment::ServerSpec;
/// let spec: ServerSpec = "redis=redis-server --port {port} --save ''".parse().unwrap();
/// assert_eq!(spec.name, "redis");
/// assert_eq!(spec.command(6379), ["redis-server", "--port", "6379", "--save", ""]);
/// assert_eq!(spec.and_arguments(["--appendonly", "no"]).command(1)[5..], ["--appendonly", "no"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSpec {
    /// The name in tables and pictures.
    pub name: String,
    /// The processors that it may use; all where nobody said.
    pub cpus: Option<Cpus>,
    words: Vec<String>,
    missing: Option<(String, String)>,
}

const PORT: &str = "{port}";

impl ServerSpec {
    /// A server by the words of its command, `{port}` among them.
    pub(super) fn of_words(name: &str, words: Vec<String>) -> Self {
        Self {
            name: name.to_owned(),
            cpus: None,
            words,
            missing: None,
        }
    }

    /// A server that is not there: why, and what would mend it.
    pub(super) fn missing(name: &str, reason: String, remedy: String) -> Self {
        Self {
            missing: Some((reason, remedy)),
            ..Self::of_words(name, Vec::new())
        }
    }

    /// The same server, kept to these processors.
    pub(super) fn on(&self, cpus: Cpus) -> Self {
        Self {
            cpus: Some(cpus),
            ..self.clone()
        }
    }

    /// The same server with more arguments behind its own.
    #[must_use]
    pub fn and_arguments<'a>(mut self, more: impl IntoIterator<Item = &'a str>) -> Self {
        self.words.extend(more.into_iter().map(str::to_owned));
        self
    }

    /// Why it is known not to be there, before it is tried, and what would mend it.
    pub fn why_missing(&self) -> Option<(&str, &str)> {
        let (reason, remedy) = self.missing.as_ref()?;
        Some((reason, remedy))
    }

    /// The command for a server on that port: the program, then its arguments.
    pub fn command(&self, port: u16) -> Vec<String> {
        self.words
            .iter()
            .map(|word| word.replace(PORT, &port.to_string()))
            .collect()
    }

    /// The program that the command starts.
    pub fn program(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }
}

/// Why a text names no server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}; write NAME='COMMAND with {{port}}'")]
pub struct ParseServerError(String);

impl FromStr for ServerSpec {
    type Err = ParseServerError;

    fn from_str(text: &str) -> Result<Self, ParseServerError> {
        let refused = |why: String| ParseServerError(why);
        let (name, command) = text
            .split_once('=')
            .ok_or_else(|| refused(format!("'{text}' has no name")))?;
        // The name becomes a file name and a heading.
        if name.is_empty() || name.contains(['/', '\0', '\n']) {
            return Err(refused(format!("'{name}' in '{text}' is no name")));
        }
        let words = shlex::split(command)
            .ok_or_else(|| refused(format!("the quotes in '{command}' do not match")))?;
        if words.is_empty() || !words.iter().any(|word| word.contains(PORT)) {
            return Err(refused(format!(
                "the command '{command}' does not say {PORT}"
            )));
        }
        Ok(Self::of_words(name, words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_started_is_refused() {
        for text in [
            "",
            "redis",
            "=cmd {port}",
            "a/b=cmd {port}",
            "a=cmd",
            "a=cmd '{port}",
            "a=",
        ] {
            let error = text.parse::<ServerSpec>().unwrap_err().to_string();
            assert!(error.contains("write NAME="), "{error}");
        }
    }
}
