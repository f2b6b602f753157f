//! RESP, read from a buffer that holds all there will ever be.

use service::Limits;

/// What stands at the front of the bytes.
pub(super) enum Found {
    /// Not yet a whole request.
    Nothing,
    Request {
        words: Vec<Vec<u8>>,
        length: usize,
    },
    Broken(String),
    Http,
}

/// Why there is no line, no length, no argument.
enum Stop {
    Unfinished,
    Broken(String),
}

fn broken<T>(why: &str) -> Result<T, Stop> {
    Err(Stop::Broken(why.to_owned()))
}

pub(super) fn first_request(bytes: &[u8], limits: &Limits) -> Found {
    let words_and_length = match bytes.first() {
        None => Err(Stop::Unfinished),
        Some(b'*') => array(bytes, limits),
        Some(_) => inline(bytes, limits),
    };
    match words_and_length {
        Err(Stop::Unfinished) => Found::Nothing,
        Err(Stop::Broken(why)) => Found::Broken(why),
        Ok((words, _)) if bytes[0] != b'*' && is_http(&words) => Found::Http,
        Ok((words, length)) => Found::Request { words, length },
    }
}

type Request = (Vec<Vec<u8>>, usize);

fn array(bytes: &[u8], limits: &Limits) -> Result<Request, Stop> {
    let (line, mut at) = line(bytes, 0, limits, "too big mbulk count string")?;
    let count = match plain_number(line) {
        Some(count) if count <= i64::from(limits.arguments) => count,
        _ => return broken("invalid multibulk length"),
    };
    let mut words = Vec::new();
    for _ in 0..count {
        let (start, end) = argument(bytes, at, limits)?;
        words.push(bytes[start..end].to_vec());
        at = end + 2;
    }
    Ok((words, at))
}

/// Where the argument whose header is at `at` starts and ends.
fn argument(bytes: &[u8], at: usize, limits: &Limits) -> Result<(usize, usize), Stop> {
    match bytes.get(at) {
        None => return Err(Stop::Unfinished),
        Some(b'$') => {}
        Some(other) => return broken(&format!("expected '$', got '{}'", other.escape_ascii())),
    }
    let (line, start) = line(bytes, at, limits, "too big bulk count string")?;
    let length = match plain_number(line) {
        Some(length) if (0..=i64::from(limits.bulk_bytes)).contains(&length) => length as usize,
        _ => return broken("invalid bulk length"),
    };
    let end = start + length;
    if end + 2 > limits.request_bytes as usize {
        return broken("too big request");
    }
    if bytes.len() < end + 2 {
        return Err(Stop::Unfinished);
    }
    if &bytes[end..end + 2] != b"\r\n" {
        return broken("expected CRLF after bulk");
    }
    Ok((start, end))
}

/// The line at `at` up to its line feed, and where the next one starts.
fn line<'a>(
    bytes: &'a [u8],
    at: usize,
    limits: &Limits,
    too_big: &str,
) -> Result<(&'a [u8], usize), Stop> {
    let rest = &bytes[at..];
    let end = rest.iter().position(|&byte| byte == b'\n');
    if end.unwrap_or(rest.len()) > limits.line_bytes as usize {
        return broken(too_big);
    }
    let end = end.ok_or(Stop::Unfinished)?;
    Ok((&rest[..end], at + end + 1))
}

/// The number behind a header's first byte. A plain decimal is one that would be printed exactly so.
fn plain_number(line: &[u8]) -> Option<i64> {
    let text = line[1..].strip_suffix(b"\r")?;
    plain_decimal(text)
}

pub(super) fn plain_decimal(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn inline(bytes: &[u8], limits: &Limits) -> Result<Request, Stop> {
    let (line, length) = line(bytes, 0, limits, "too big inline request")?;
    match words(line.strip_suffix(b"\r").unwrap_or(line)) {
        Some(words) => Ok((words, length)),
        None => broken("unbalanced quotes in request"),
    }
}

fn is_http(words: &[Vec<u8>]) -> bool {
    let first = words.first().map(|first| first.to_ascii_lowercase());
    first.as_deref() == Some(b"post")
        || first.as_deref() == Some(b"host:")
        || words
            .get(2)
            .is_some_and(|third| third.starts_with(b"HTTP/"))
}

/// The words of a typed line, one byte at a time; `None` for bad quotes.
fn words(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (mut words, mut word, mut at) = (Vec::new(), None, 0);
    while at < line.len() {
        let byte = line[at];
        at += 1;
        let is_between = word.is_none() && is_space(byte);
        if is_between || b" \t\r".contains(&byte) {
            words.extend(word.take());
        } else if byte == b'"' || byte == b'\'' {
            at = quoted(line, at, byte, word.get_or_insert_with(Vec::new))?;
            if line.get(at).is_some_and(|&next| !is_space(next)) {
                return None;
            }
            words.extend(word.take());
        } else {
            word.get_or_insert_with(Vec::new).push(byte);
        }
    }
    words.extend(word);
    Some(words)
}

/// As C's `isspace`.
fn is_space(byte: u8) -> bool {
    b" \t\n\x0b\x0c\r".contains(&byte)
}

/// Appends what stands between `at` and the closing quote to `word`; the place behind that quote, or `None` where there is none.
fn quoted(line: &[u8], mut at: usize, quote: u8, word: &mut Vec<u8>) -> Option<usize> {
    loop {
        let rest = line.get(at..).filter(|rest| !rest.is_empty())?;
        let (byte, length) = match rest {
            _ if rest[0] == quote => return Some(at + 1),
            [b'\\', b'\'', ..] if quote == b'\'' => (b'\'', 2),
            _ if quote == b'\'' => (rest[0], 1),
            [b'\\', b'x', digits @ ..] if hexadecimal(digits).is_some() => {
                (hexadecimal(digits)?, 4)
            }
            [b'\\', b'n', ..] => (b'\n', 2),
            [b'\\', b'r', ..] => (b'\r', 2),
            [b'\\', b't', ..] => (b'\t', 2),
            [b'\\', b'a', ..] => (b'\x07', 2),
            [b'\\', b'b', ..] => (b'\x08', 2),
            [b'\\', escaped, ..] => (*escaped, 2),
            _ => (rest[0], 1),
        };
        word.push(byte);
        at += length;
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let two = digits
        .get(..2)
        .filter(|two| two.iter().all(u8::is_ascii_hexdigit))?;
    u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok()
}
