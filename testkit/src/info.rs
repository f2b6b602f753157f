//! INFO as a client reads it: sections, and fields by name.

use std::collections::BTreeMap;

use crate::client::Client;

/// What a server says about itself.
#[derive(Debug)]
pub struct Info {
    /// The titles in their order, without `# `.
    pub sections: Vec<String>,
    fields: BTreeMap<String, String>,
}

impl Info {
    /// Asks on this connection for some sections, or for all when there is none.
    pub fn ask(client: &mut Client, sections: &str) -> Self {
        client.send(format!("INFO {sections}\r\n"));
        Self::read(&String::from_utf8(client.receive_bulk()).unwrap())
    }

    fn read(text: &str) -> Self {
        assert!(
            text.split_inclusive('\n')
                .all(|line| line.ends_with("\r\n")),
            "INFO's lines end with CRLF: {text:?}"
        );
        let (titles, fields): (Vec<&str>, Vec<&str>) = text
            .lines()
            .filter(|line| !line.is_empty())
            .partition(|line| line.starts_with("# "));
        let field = |line: &&str| {
            line.split_once(':')
                .map(|(name, value)| (name.into(), value.into()))
        };
        Self {
            sections: titles.iter().map(|title| title[2..].to_owned()).collect(),
            fields: fields
                .iter()
                .map(|line| field(line).unwrap_or_else(|| panic!("no field of INFO: {line:?}")))
                .collect(),
        }
    }

    /// A field's text.
    pub fn text(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .unwrap_or_else(|| panic!("INFO has no field {name:?}: {self:?}"))
    }

    /// A field's number.
    pub fn number(&self, name: &str) -> u64 {
        let text = self.text(name);
        text.parse()
            .unwrap_or_else(|_| panic!("INFO's {name} is no number: {text:?}"))
    }

    /// The numbers of all fields whose names begin so, together.
    pub fn sum_of(&self, prefix: &str) -> u64 {
        let names = self.fields.keys().filter(|name| name.starts_with(prefix));
        names.map(|name| self.number(name)).sum()
    }
}
