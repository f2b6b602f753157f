//! What is written is read back, at every cut; any bytes are read without a panic.

use arbitrary::{Arbitrary, Unstructured};
use service::Limits;
use service::resp::{Args, Parser, ProtocolError, Reply, read_reply, write, write_request};

type Request = Vec<Vec<u8>>;

/// What a client writes and what a server writes.
#[derive(Arbitrary)]
struct Case<'a> {
    requests: Vec<Vec<&'a [u8]>>,
    replies: Vec<Written<'a>>,
}

/// A reply to be written.
#[derive(Arbitrary)]
enum Written<'a> {
    Simple,
    Error(&'a [u8]),
    Integer(i64),
    Bulk(&'a [u8]),
    Null,
    Array(u32),
}

/// # Panics
/// When the property does not hold.
pub fn hold(data: &[u8]) {
    any_bytes_as_replies(data);
    any_bytes_as_requests(data);
    if let Ok(case) = Case::arbitrary_take_rest(Unstructured::new(data)) {
        requests_come_back(&case.requests);
        typed_requests_come_back(&case.requests);
        replies_come_back(&case.replies);
    }
}

/// A reply that is there is there alone, too, and no part of it is a reply; what is none stays none.
fn any_bytes_as_replies(data: &[u8]) {
    let mut rest = data;
    while let Ok(Some((reply, length))) = read_reply(rest) {
        assert_eq!(read_reply(&rest[..length]), Ok(Some((reply, length))));
        no_part_is_a_reply(&rest[..length]);
        rest = &rest[length..];
    }
    if read_reply(rest) == Ok(None) {
        no_part_is_a_reply(rest);
    }
}

fn no_part_is_a_reply(reply: &[u8]) {
    for cut in 0..reply.len() {
        assert_eq!(
            read_reply(&reply[..cut]),
            Ok(None),
            "{} of {}",
            cut,
            reply.escape_ascii()
        );
    }
}

/// Whatever form requests came in, encoded they mean the same, and encoded again they are the same bytes.
fn any_bytes_as_requests(data: &[u8]) {
    let (requests, _) = parse([data]);
    let encoded = encode(&requests);
    assert_eq!(parse([&encoded[..]]), (requests, None));
    assert_eq!(encode(&parse([&encoded[..]]).0), encoded);
}

fn requests_come_back(requests: &[Vec<&[u8]>]) {
    let mut encoded = Vec::new();
    requests
        .iter()
        .for_each(|request| write_request(&mut encoded, request));
    let expected = to_owned(requests);
    assert_eq!(parse([&encoded[..]]), (expected.clone(), None));
    assert_eq!(parse(encoded.chunks(1)), (expected.clone(), None));
    let half = encoded.len() / 2;
    assert_eq!(
        parse([&encoded[..half], &encoded[half..]]),
        (expected, None)
    );
}

/// Typed as inline commands, every byte in quotes, requests mean the same as arrays of bulk strings.
fn typed_requests_come_back(requests: &[Vec<&[u8]>]) {
    for request in requests {
        let line = typed(request);
        match parse([&line[..]]) {
            (_, Some(error)) => assert_eq!(error, ProtocolError::Http, "{}", line.escape_ascii()),
            (parsed, None) => assert_eq!(parsed, to_owned(std::slice::from_ref(request))),
        }
    }
}

fn typed(request: &[&[u8]]) -> Vec<u8> {
    let words: Vec<_> = request
        .iter()
        .map(|argument| {
            let escaped: String = argument
                .iter()
                .map(|byte| format!("\\x{byte:02x}"))
                .collect();
            format!("\"{escaped}\"")
        })
        .collect();
    (words.join(" ") + "\r\n").into_bytes()
}

fn replies_come_back(replies: &[Written<'_>]) {
    let mut written = Vec::new();
    for reply in replies {
        let start = written.len();
        reply.write(&mut written);
        let length = written.len() - start;
        let text = reply.text_in_one_line();
        assert_eq!(
            read_reply(&written[start..]),
            Ok(Some((reply.as_read(&text), length)))
        );
        no_part_is_a_reply(&written[start..]);
    }
}

impl Written<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        match *self {
            Written::Simple => write::simple(out, "OK"),
            Written::Error(text) => write::error(out, text),
            Written::Integer(value) => write::integer(out, value),
            Written::Bulk(bytes) => write::bulk(out, bytes),
            Written::Null => write::null(out),
            Written::Array(elements) => write::array(out, elements as usize),
        }
    }

    /// An error's text as it must arrive: a line end in it would be the end of the reply.
    fn text_in_one_line(&self) -> Vec<u8> {
        let Written::Error(text) = *self else {
            return Vec::new();
        };
        let one_line = |&byte: &u8| if b"\r\n".contains(&byte) { b' ' } else { byte };
        text.iter().map(one_line).collect()
    }

    fn as_read<'a>(&'a self, text: &'a [u8]) -> Reply<'a> {
        match *self {
            Written::Simple => Reply::Simple(b"OK"),
            Written::Error(_) => Reply::Error(text),
            Written::Integer(value) => Reply::Integer(value),
            Written::Bulk(bytes) => Reply::Bulk(bytes),
            Written::Null => Reply::Null,
            Written::Array(elements) => Reply::Array(elements as usize),
        }
    }
}

/// The requests in bytes that come in these pieces, and the error that ended them. A request without arguments is none.
fn parse<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Request>, Option<ProtocolError>) {
    let (mut parser, mut args, limits) = (Parser::default(), Args::default(), Limits::default());
    let (mut input, mut requests) = (Vec::new(), Vec::new());
    for piece in pieces {
        input.extend_from_slice(piece);
        loop {
            match parser.next(&input, &limits, &mut args) {
                Ok(None) => break,
                Ok(Some(length)) => {
                    let request: Request = args.of(&input).from(0).map(<[u8]>::to_vec).collect();
                    if !request.is_empty() {
                        requests.push(request);
                    }
                    input.drain(..length);
                }
                Err(error) => return (requests, Some(error)),
            }
        }
    }
    (requests, None)
}

fn encode(requests: &[Request]) -> Vec<u8> {
    let mut encoded = Vec::new();
    for request in requests {
        let arguments: Vec<_> = request.iter().map(Vec::as_slice).collect();
        write_request(&mut encoded, &arguments);
    }
    encoded
}

fn to_owned(requests: &[Vec<&[u8]>]) -> Vec<Request> {
    let some = requests.iter().filter(|request| !request.is_empty());
    some.map(|request| request.iter().map(|argument| argument.to_vec()).collect())
        .collect()
}
