//! Describes unexpected bytes for a message: mostly, that the server speaks another protocol.

use service::resp::Reply;

/// The most bytes of a peer that a message shows.
const SHOWN_BYTES: usize = 64;

/// The beginning of some bytes as one line of printable characters.
pub(crate) fn shown(bytes: &[u8]) -> String {
    let cut = &bytes[..bytes.len().min(SHOWN_BYTES)];
    let dots = if cut.len() < bytes.len() { "…" } else { "" };
    format!("{}{dots}", cut.escape_ascii())
}

/// Describes bytes that are not a RESP reply.
pub(crate) fn not_resp(bytes: &[u8]) -> String {
    let guess = match bytes {
        [0x15, 0x03, ..] => "a TLS alert: the port wants TLS, which loadgen does not speak",
        [0x16, 0x03, ..] => "a TLS handshake: the port speaks TLS, which loadgen does not",
        _ if bytes.starts_with(b"HTTP/") || bytes.starts_with(b"<") => {
            "HTTP, not RESP; name the port of a RESP server"
        }
        _ if bytes.starts_with(b"SSH-") => "SSH, not RESP; name the port of a RESP server",
        _ => "not RESP; write echo:// before the address of a plain-echo server",
    };
    format!("the reply '{}' is {guess}", shown(bytes))
}

/// The kind of a reply, with its value if that is short.
pub(crate) fn named(reply: &Reply<'_>) -> String {
    match reply {
        Reply::Simple(text) => format!("the line '+{}'", shown(text)),
        Reply::Error(text) => format!("the error '-{}'", shown(text)),
        Reply::Integer(value) => format!("the integer {value}"),
        Reply::Bulk(bytes) => format!("the bulk string '{}'", shown(bytes)),
        Reply::Null => "null".to_owned(),
        Reply::Array(length) => format!("an array of {length}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_protocols_are_called_by_their_names() {
        assert!(not_resp(b"\x15\x03\x01\x00\x02\x02\x16").contains("wants TLS"));
        assert!(not_resp(b"HTTP/1.1 400 Bad Request\r\n").contains("is HTTP"));
        assert!(not_resp(b"<html>").contains("is HTTP"));
        assert!(not_resp(b"220 smtp ready\r\n").contains("not RESP"));
    }

    #[test]
    fn what_is_shown_is_one_short_line() {
        assert_eq!(shown(b"a\r\n\x00"), "a\\r\\n\\x00");
        assert_eq!(shown(&[b'x'; 1_000]), format!("{}…", "x".repeat(64)));
    }
}
