//! Decimal numbers as the protocol writes them.

/// Reads a decimal `i64` as strictly as the protocol does: no plus, no spaces, no leading zeros, no `-0`.
///
/// ```
/// # use service::resp::parse_i64;
/// assert_eq!(parse_i64(b"-42"), Some(-42));
/// assert_eq!(parse_i64(b"042"), None);
/// assert_eq!(parse_i64(b"9223372036854775808"), None, "one over the greatest");
/// ```
#[must_use]
pub fn parse_i64(text: &[u8]) -> Option<i64> {
    let (digits, negative) = match text {
        [b'-', digits @ ..] => (digits, true),
        digits => (digits, false),
    };
    match digits {
        [b'0'] if negative => return None,
        [b'0', _, ..] | [] => return None,
        _ => {}
    }
    // Counts downwards, because i64::MIN has no positive counterpart. Half the time of str::parse after a check for UTF-8.
    let value = digits.iter().try_fold(0i64, |value, &digit| {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value.checked_mul(10)?.checked_sub(i64::from(digit))
    })?;
    if negative {
        Some(value)
    } else {
        value.checked_neg()
    }
}

/// Reads a length of at most seven digits at the front of a header, `12\r\n`; returns it and the bytes it takes.
///
/// `None` means that the fast path does not apply: the end has not come, or the text is not such a number. Then the header is read as a
/// line. Seven digits are enough for every limit except the longest bulk strings.
#[inline]
pub(super) fn short_length(text: &[u8]) -> Option<(u32, usize)> {
    // Almost every header of a counter's request has one digit.
    if let [digit @ b'0'..=b'9', b'\r', b'\n', ..] = text {
        return Some((u32::from(digit - b'0'), 3));
    }
    let mut value = 0;
    for (at, &byte) in text.iter().take(8).enumerate() {
        match byte {
            b'0'..=b'9' => value = value * 10 + u32::from(byte - b'0'),
            b'\r' if at > 0 && text.get(at + 1) == Some(&b'\n') && (text[0] != b'0' || at == 1) => {
                return Some((value, at + 2));
            }
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_decimals() {
        for (text, value) in [
            ("0", 0),
            ("7", 7),
            ("-1", -1),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(parse_i64(text.as_bytes()), Some(value), "{text}");
        }
        for text in [
            "",
            "-",
            "-0",
            "+1",
            "01",
            "-01",
            " 1",
            "1 ",
            "1a",
            "1.0",
            "9223372036854775808",
            "-9223372036854775809",
            "99999999999999999999",
        ] {
            assert_eq!(parse_i64(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn short_lengths() {
        assert_eq!(short_length(b"0\r\nrest"), Some((0, 3)));
        assert_eq!(short_length(b"1234567\r\n"), Some((1_234_567, 9)));
        for text in [
            "",
            "1",
            "1\r",
            "\r\n",
            "01\r\n",
            "-1\r\n",
            "12345678\r\n",
            "1\n",
            "1\rx",
        ] {
            assert_eq!(short_length(text.as_bytes()), None, "{text:?}");
        }
    }
}
