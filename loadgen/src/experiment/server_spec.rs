//! A server to compare, as given on the command line.

use std::str::FromStr;

use process::{Command, NotStarted, ParseCommandError};

use crate::machine::cpus::Cpus;

/// `NAME=COMMAND`, where `{port}` in the command stands for a port to listen on.
///
/// ```
/// use loadgen::experiment::ServerSpec;
/// let spec: ServerSpec = "redis=redis-server --port {port} --save ''".parse().unwrap();
/// assert_eq!(spec.name, "redis");
/// assert_eq!(spec.command().unwrap().words_on(6379), ["redis-server", "--port", "6379", "--save", ""]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSpec {
    /// The name in tables and charts.
    pub name: String,
    /// The processors that the server may use; `None` for all.
    pub cpus: Option<Cpus>,
    command: Result<Command, NotStarted>,
}

/// Why a text is not a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}; write NAME='COMMAND with {{port}}'")]
pub struct ParseServerError {
    reason: String,
}

impl ServerSpec {
    /// Returns a server with its command, or with why it is missing.
    pub(super) fn new(name: &str, command: Result<Command, NotStarted>) -> Self {
        Self {
            name: name.to_owned(),
            cpus: None,
            command,
        }
    }

    /// Returns the same server, pinned to these processors.
    #[must_use]
    pub fn on(mut self, cpus: Cpus) -> Self {
        self.cpus = Some(cpus);
        self
    }

    /// Returns the same server with more arguments appended.
    #[must_use]
    pub fn and_arguments<'a>(mut self, more: impl IntoIterator<Item = &'a str>) -> Self {
        self.command = self.command.map(|command| command.and_arguments(more));
        self
    }

    /// Returns the command that starts the server, pinned to its processors.
    ///
    /// # Errors
    /// If the server is known to be missing.
    pub fn command(&self) -> Result<Command, NotStarted> {
        let mut command = self.command.clone()?;
        command.cpus = self.cpus.iter().flat_map(Cpus::numbers).collect();
        Ok(command)
    }
}

impl FromStr for ServerSpec {
    type Err = ParseServerError;

    fn from_str(text: &str) -> Result<Self, ParseServerError> {
        let refused = |reason: String| ParseServerError { reason };
        let (name, command) = text
            .split_once('=')
            .ok_or_else(|| refused(format!("'{text}' has no name")))?;
        // The name becomes a file name and a heading.
        if name.is_empty() || name.contains(['/', '\0', '\n']) {
            return Err(refused(format!("'{name}' in '{text}' is no name")));
        }
        let command = command
            .parse()
            .map_err(|error: ParseCommandError| refused(error.to_string()))?;
        Ok(Self::new(name, Ok(command)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_server_is_refused() {
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
