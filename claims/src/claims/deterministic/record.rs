//! Reads what a server wrote with `--record`; `hosting/src/instruments/turns.rs` describes the format.

use std::collections::{BTreeMap, BTreeSet};

/// One client's turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) client: u64,
    pub(super) began_ns: u64,
    /// `None` where the record ends before the turn.
    pub(super) ended_ns: Option<u64>,
    pub(super) bytes: Vec<u8>,
}

/// The turns, in their order; `None` of a record that is torn.
pub(super) fn read(mut rest: &[u8]) -> Option<Vec<Turn>> {
    let mut turns: Vec<Turn> = Vec::new();
    let mut latest: BTreeMap<u64, usize> = BTreeMap::new();
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let line = str::from_utf8(&rest[..end]).ok()?;
        rest = &rest[end + 1..];
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["turn", client, began_ns, length] => {
                let (bytes, behind) = rest.split_at_checked(length.parse().ok()?)?;
                rest = behind.strip_prefix(b"\n")?;
                let client = client.parse().ok()?;
                latest.insert(client, turns.len());
                turns.push(Turn {
                    client,
                    began_ns: began_ns.parse().ok()?,
                    ended_ns: None,
                    bytes: bytes.to_vec(),
                });
            }
            ["end", client, ended_ns] => {
                let turn = latest
                    .get(&client.parse().ok()?)
                    .and_then(|place| turns.get_mut(*place));
                if let Some(turn) = turn {
                    turn.ended_ns = Some(ended_ns.parse().ok()?);
                }
            }
            _ => return None,
        }
    }
    Some(turns)
}

/// The clients that had turns.
pub(super) fn clients(turns: &[Turn]) -> BTreeSet<u64> {
    turns.iter().map(|turn| turn.client).collect()
}

/// The turns that began in this time from the middle of the record on: client, begin and end, counted from the first.
pub(super) fn moment(turns: &[Turn], length_ns: u64) -> Vec<(u64, u64, u64)> {
    let Some(middle) = turns.get(turns.len() / 2) else {
        return Vec::new();
    };
    let since = |turn: &Turn| {
        let began_ns = turn.began_ns.checked_sub(middle.began_ns)?;
        let ended_ns = turn.ended_ns?.checked_sub(middle.began_ns)?;
        (began_ns < length_ns).then_some((turn.client, began_ns, ended_ns.min(length_ns)))
    };
    turns.iter().filter_map(since).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_with_whatever_bytes_it_holds() {
        let turns = read(
            b"turn 1 10 8\nINCR a\r\n\nend 1 15\nturn 2 20 6\nend 1\n\nturn 2 30 0\n\nend 2 35\n",
        )
        .unwrap();
        assert_eq!(turns.len(), 3);
        assert_eq!(
            (turns[0].client, turns[0].ended_ns, &turns[0].bytes[..]),
            (1, Some(15), &b"INCR a\r\n"[..])
        );
        assert_eq!((turns[1].ended_ns, turns[2].ended_ns), (None, Some(35)));
        assert_eq!(moment(&turns, 100), [(2, 10, 15)]);
    }

    #[test]
    fn a_torn_record_is_none() {
        for torn in [&b"turn 1 10 8\nINCR"[..], b"turn 1 10", b"wat\n"] {
            assert_eq!(read(torn), None);
        }
    }
}
