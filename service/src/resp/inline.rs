//! Inline requests: a line of words, as a person types it in a terminal.

use super::{Args, ProtocolError};

/// Splits a line into its words, quotes and escapes as `redis-cli` reads them.
///
/// In double quotes `\n \r \t \b \a \xHH` and a backslash before any other byte; in single quotes only `\'`. A closing quote must be followed
/// by white space or the end.
///
/// # Errors
/// [`ProtocolError::UnbalancedQuotes`]; [`ProtocolError::Http`] when the line is the beginning of an HTTP request.
pub(super) fn split(line: &[u8], args: &mut Args) -> Result<(), ProtocolError> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut rest = skip_space(line);
    while !rest.is_empty() {
        let (word, after) = word(rest)?;
        args.push_unquoted(word.into_iter());
        rest = skip_space(after);
    }
    if is_http(args) {
        Err(ProtocolError::Http)
    } else {
        Ok(())
    }
}

/// A request line (`GET / HTTP/1.1`), or what a browser can be made to send first (`POST`, `Host:`), as Redis knows them.
fn is_http(args: &Args) -> bool {
    let words = args.of(&[]);
    let first_is = |name: &[u8]| {
        words
            .get(0)
            .is_some_and(|first| first.eq_ignore_ascii_case(name))
    };
    first_is(b"post")
        || first_is(b"host:")
        || words
            .get(2)
            .is_some_and(|version| version.starts_with(b"HTTP/"))
}

/// Redis skips between words what C calls white space, which includes vertical tab and form feed. Neither of these two ends a word.
fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

fn ends_word(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn skip_space(line: &[u8]) -> &[u8] {
    let word = line.iter().position(|&byte| !is_space(byte));
    &line[word.unwrap_or(line.len())..]
}

/// The word at the front, unquoted, and what follows it.
fn word(line: &[u8]) -> Result<(Vec<u8>, &[u8]), ProtocolError> {
    let (mut word, mut rest) = (Vec::new(), line);
    loop {
        match rest {
            [] => return Ok((word, rest)),
            [space, ..] if ends_word(*space) => return Ok((word, rest)),
            // A closing quote ends the word.
            [quote @ (b'"' | b'\''), after @ ..] => {
                rest = quoted(*quote, after, &mut word)?;
                return Ok((word, rest));
            }
            [byte, after @ ..] => {
                word.push(*byte);
                rest = after;
            }
        }
    }
}

/// Appends the bytes up to the closing quote, and returns what follows it.
fn quoted<'a>(
    quote: u8,
    mut rest: &'a [u8],
    word: &mut Vec<u8>,
) -> Result<&'a [u8], ProtocolError> {
    let is_double = quote == b'"';
    loop {
        let (byte, after) = match rest {
            [byte, after @ ..] if *byte == quote => return closed(after),
            [b'\\', b'x', high, low, after @ ..]
                if is_double && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                (hex(*high) << 4 | hex(*low), after)
            }
            [b'\\', escaped, after @ ..] if is_double => (unescape(*escaped), after),
            [b'\\', b'\'', after @ ..] => (b'\'', after),
            [byte, after @ ..] => (*byte, after),
            [] => return Err(ProtocolError::UnbalancedQuotes),
        };
        word.push(byte);
        rest = after;
    }
}

/// The bytes after a closing quote, if white space or the end follows it.
fn closed(after: &[u8]) -> Result<&[u8], ProtocolError> {
    match after.first() {
        Some(&byte) if !is_space(byte) => Err(ProtocolError::UnbalancedQuotes),
        _ => Ok(after),
    }
}

fn unescape(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'a' => 7,
        other => other,
    }
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        letter => (letter | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &[u8]) -> Result<Vec<Vec<u8>>, ProtocolError> {
        let mut args = Args::default();
        split(line, &mut args)?;
        Ok(args.of(&[]).from(0).map(<[u8]>::to_vec).collect())
    }

    #[test]
    fn words_quotes_and_escapes() {
        for (line, expected) in [
            (&b"  incr\ta \r"[..], vec![&b"incr"[..], b"a"]),
            (b"", vec![]),
            (b" \t ", vec![]),
            (b"\x0b\x0c a\x0c \x0b b", vec![b"a\x0c", b"b"]),
            (br#"echo "a b""#, vec![b"echo", b"a b"]),
            (br#"echo "\x00\xfF\n\"""#, vec![b"echo", b"\x00\xff\n\""]),
            (br"echo 'it\'s \n'", vec![b"echo", br"it's \n"]),
            (b"\"a\"\x0bb", vec![b"a", b"b"]),
            (br#"echo """#, vec![b"echo", b""]),
            (br#"echo a"b c"d"#, vec![]),
        ] {
            if expected.is_empty() && !line.trim_ascii().is_empty() {
                assert_eq!(
                    words(line),
                    Err(ProtocolError::UnbalancedQuotes),
                    "{}",
                    line.escape_ascii()
                );
            } else {
                assert_eq!(words(line).unwrap(), expected, "{}", line.escape_ascii());
            }
        }
        assert_eq!(words(b"echo 'a"), Err(ProtocolError::UnbalancedQuotes));
        assert_eq!(words(b"echo \"a\\"), Err(ProtocolError::UnbalancedQuotes));
    }
}
