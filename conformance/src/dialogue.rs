//! A dialogue: commands as a person would type them, and the replies. The folder `dialogues` holds them as text.

use testkit::array;

use crate::script::{Script, Then};

/// Commands without quotes or double blanks, each with its reply.
#[derive(Clone, Debug, Default)]
pub struct Dialogue {
    proves: &'static str,
    unlike_redis: Option<&'static str>,
    commands: Vec<&'static str>,
    replies: Vec<u8>,
}

impl Dialogue {
    /// Reads a text of the form that the head of `dialogues/counters.txt` explains.
    pub fn read(text: &'static str) -> Vec<Self> {
        let mut dialogues: Vec<Self> = Vec::new();
        for line in text.lines() {
            let (mark, rest) = (line.get(..1), line.get(2..).unwrap_or_default());
            match (mark, dialogues.last_mut()) {
                (Some("="), _) => dialogues.push(Self {
                    proves: rest,
                    ..Self::default()
                }),
                (Some("!"), Some(dialogue)) => dialogue.unlike_redis = Some(rest),
                (Some(">"), Some(dialogue)) => dialogue.commands.push(rest),
                (Some("<"), Some(dialogue)) => {
                    dialogue.replies.extend([rest.as_bytes(), b"\r\n"].concat());
                }
                (None, _) | (_, None) => {} // blank lines and the head
                _ => panic!("a dialogue has no line like {line:?}"),
            }
        }
        dialogues
    }

    /// As a client library sends it: arrays of bulk strings, all in one pipeline.
    pub fn as_arrays(&self) -> Script {
        self.script(|command| {
            let words: Vec<_> = command.split(' ').map(str::as_bytes).collect();
            array(&words)
        })
    }

    /// As a person with netcat sends it: inline commands.
    pub fn as_lines(&self) -> Script {
        self.script(|command| format!("{command}\r\n").into_bytes())
    }

    fn script(&self, encode: impl Fn(&str) -> Vec<u8>) -> Script {
        let requests: Vec<_> = self.commands.iter().flat_map(|line| encode(line)).collect();
        Script {
            proves: self.proves,
            sends: requests.into(),
            expects: self.replies.clone().into(),
            then: Then::GoesOn,
            unlike_redis: self.unlike_redis,
        }
    }
}
