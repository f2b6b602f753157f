//! The parser finds the same requests however the bytes are cut, and refuses the same.

use super::*;

/// The arguments of every request in `bytes`, and the error that ended them, if one did.
fn parse_in_pieces(pieces: &[&[u8]]) -> (Vec<Vec<Vec<u8>>>, Option<ProtocolError>) {
    let (mut parser, mut args, limits) = (Parser::default(), Args::default(), Limits::default());
    let (mut input, mut requests) = (Vec::new(), Vec::new());
    for piece in pieces {
        input.extend_from_slice(piece);
        loop {
            match parser.next(&input, &limits, &mut args) {
                Ok(None) => break,
                Ok(Some(length)) => {
                    let all: Vec<_> = args.of(&input).from(0).map(<[u8]>::to_vec).collect();
                    if !all.is_empty() {
                        requests.push(all);
                    }
                    input.drain(..length);
                }
                Err(error) => return (requests, Some(error)),
            }
        }
    }
    (requests, None)
}

fn whole_split_and_dripped(bytes: &[u8]) -> (Vec<Vec<Vec<u8>>>, Option<ProtocolError>) {
    let whole = parse_in_pieces(&[bytes]);
    for at in 0..=bytes.len() {
        assert_eq!(
            parse_in_pieces(&[&bytes[..at], &bytes[at..]]),
            whole,
            "split at {at} of {}",
            bytes.escape_ascii()
        );
    }
    let dripped: Vec<_> = bytes.chunks(1).collect();
    assert_eq!(
        parse_in_pieces(&dripped),
        whole,
        "a byte at a time: {}",
        bytes.escape_ascii()
    );
    whole
}

#[test]
fn requests_however_they_are_split() {
    let (requests, error) = whole_split_and_dripped(
        b"*2\r\n$4\r\nINCR\r\n$1\r\na\r\n\r\n\n*0\r\n*-1\r\nping \"a b\"\r\n*2\r\n$4\r\nECHO\r\n$0\r\n\r\n*1\r\n$000\r\n",
    );
    assert_eq!(
        requests,
        [
            vec![b"INCR".to_vec(), b"a".to_vec()],
            vec![b"ping".to_vec(), b"a b".to_vec()],
            vec![b"ECHO".to_vec(), b"".to_vec()],
        ]
    );
    assert_eq!(error, Some(ProtocolError::InvalidBulkLength));
}

#[test]
fn broken_lengths_however_they_are_split() {
    use ProtocolError::*;
    for (bytes, expected) in [
        (&b"*3000000000\r\n"[..], InvalidMultibulkLength),
        (b"*1048577\r\n", InvalidMultibulkLength),
        (b"*abc\r\n", InvalidMultibulkLength),
        (b"*+1\r\n", InvalidMultibulkLength),
        (b"*01\r\n", InvalidMultibulkLength),
        (b"* 1\r\n", InvalidMultibulkLength),
        (b"*-0\r\n", InvalidMultibulkLength),
        (b"*\r\n", InvalidMultibulkLength),
        (b"*1\n", InvalidMultibulkLength),
        (b"*99999999999999999999\r\n", InvalidMultibulkLength),
        (b"*1\r\nfoo\r\n", ExpectedDollar(b'f')),
        (b"*1\r\n$-1\r\n", InvalidBulkLength),
        (b"*1\r\n$blabla\r\n", InvalidBulkLength),
        (b"*1\r\n$1048577\r\n", InvalidBulkLength),
        (b"*1\r\n$4\r\nPINGxx", ExpectedLineEnd),
        (b"*1\r\n$4\r\nPING\rx", ExpectedLineEnd),
        (b"echo \"a\r\n", UnbalancedQuotes),
        (b"GET / HTTP/1.1\r\n", Http),
        (b"POST /\r\n", Http),
        (b"Host: localhost\r\n", Http),
    ] {
        assert_eq!(
            whole_split_and_dripped(bytes),
            (vec![], Some(expected)),
            "{}",
            bytes.escape_ascii()
        );
    }
}

#[test]
fn lines_without_an_end() {
    for (first, expected) in [
        (b'*', ProtocolError::TooBigCount),
        (b'x', ProtocolError::TooBigInline),
    ] {
        let mut line = vec![first; 64 << 10];
        assert_eq!(
            parse_in_pieces(&[&line]),
            (vec![], None),
            "64 KiB are allowed"
        );
        line.push(b'1');
        assert_eq!(parse_in_pieces(&[&line]), (vec![], Some(expected)));
        line.push(b'\n');
        assert_eq!(
            parse_in_pieces(&[&line]),
            (vec![], Some(expected)),
            "a line end that comes too late changes nothing"
        );
    }
    let long_bulk_header = [&b"*1\r\n$"[..], &[b'1'; 64 << 10]].concat();
    assert_eq!(
        parse_in_pieces(&[&long_bulk_header]),
        (vec![], Some(ProtocolError::TooBigBulkCount))
    );
}

/// What a large request needed in the same turn is not kept for the beginning of the next one.
#[test]
fn an_unfinished_request_holds_what_it_needs() {
    let many_arguments = [&b"*100000\r\n"[..], &b"$0\r\n\r\n".repeat(100_000)].concat();
    let long_line = [&b"PING "[..], &[b'x'; 60_000], b"\r\n"].concat();
    for large in [many_arguments, long_line] {
        let input = [&large[..], b"*2\r\n$4\r\nINCR\r\n"].concat();
        let (mut parser, mut args, limits) =
            (Parser::default(), Args::default(), Limits::default());
        let whole = parser.next(&input, &limits, &mut args);
        assert_eq!(whole, Ok(Some(large.len())));
        assert_eq!(parser.held_bytes(), 0);
        let unfinished = parser.next(&input[large.len()..], &limits, &mut args);
        assert_eq!(unfinished, Ok(None));
        assert!(
            parser.held_bytes() <= 256,
            "{} bytes for one argument",
            parser.held_bytes()
        );
    }
}

#[test]
fn arguments_that_add_up() {
    let argument = [&b"$1048576\r\n"[..], &vec![b'x'; 1 << 20], b"\r\n"].concat();
    let request = [&b"*17\r\n"[..], &argument.repeat(17)].concat();
    assert_eq!(
        parse_in_pieces(&[&request]).1,
        Some(ProtocolError::TooBigRequest)
    );
}
