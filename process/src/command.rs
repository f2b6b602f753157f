//! The command that starts a server, with a place for its port.

use std::str::FromStr;
use std::time::Duration;

/// Stands in a command where the port belongs.
const PORT: &str = "{port}";

/// How long a server may take to end after SIGTERM: ours give their connections ten seconds.
const END_LIMIT: Duration = Duration::from_secs(15);

/// A program and its arguments; `{port}` in them stands for a port to listen on.
///
/// ```
/// let command: process::Command = "redis-server --port {port} --save ''".parse().unwrap();
/// assert_eq!(command.words_on(6379), ["redis-server", "--port", "6379", "--save", ""]);
/// assert_eq!(command.and_arguments(["--appendonly", "no"]).words_on(1)[5..], ["--appendonly", "no"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The numbers of the processors that the server is kept to; all where there is none.
    pub cpus: Vec<usize>,
    /// How long the server may take to end after SIGTERM.
    pub end_limit: Duration,
    words: Vec<String>,
}

/// Why a text is no command for a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseCommandError {
    /// A quote is open at its end.
    #[error("the quotes in '{0}' do not match")]
    Quotes(String),
    /// The server could not know where to listen.
    #[error("the command '{0}' does not say {PORT}")]
    NoPort(String),
}

impl Command {
    /// A command by its words: the program, then its arguments.
    pub fn of_words(words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            cpus: Vec::new(),
            end_limit: END_LIMIT,
            words: words.into_iter().map(Into::into).collect(),
        }
    }

    /// The same command with more arguments behind its own.
    #[must_use]
    pub fn and_arguments<'a>(mut self, more: impl IntoIterator<Item = &'a str>) -> Self {
        self.words.extend(more.into_iter().map(str::to_owned));
        self
    }

    /// The words of the command for a server on that port.
    pub fn words_on(&self, port: u16) -> Vec<String> {
        let port = port.to_string();
        let words = self.words.iter();
        words.map(|word| word.replace(PORT, &port)).collect()
    }

    /// The program that the command starts.
    pub fn program(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }
}

impl FromStr for Command {
    type Err = ParseCommandError;

    /// Splits a text as a shell would.
    fn from_str(text: &str) -> Result<Self, ParseCommandError> {
        let words = shlex::split(text).ok_or_else(|| ParseCommandError::Quotes(text.to_owned()))?;
        match words.iter().any(|word| word.contains(PORT)) {
            true => Ok(Self::of_words(words)),
            false => Err(ParseCommandError::NoPort(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_needs_a_port_and_closed_quotes() {
        for (text, why) in [
            ("cmd '{port}", "do not match"),
            ("cmd", "does not say {port}"),
            ("", "does not say {port}"),
        ] {
            let error = text.parse::<Command>().unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
