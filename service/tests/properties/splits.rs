//! However the bytes are cut and the turns are limited, the replies are the same, and memory is bounded.

use service::counter::Atomic;
use service::keyspace::{Keyspace, Local, Name, Shared};
use service::{Limits, Next, Protocol, Service, Session};

use super::environment::{CountingEnvironment, NARROW, wide};

/// A stream of a peer, and how it comes and is served.
///
/// As bytes: one of switches, [`PIECES`] of lengths, the rest is the stream. So a seed can be read and written by hand.
struct Case<'a> {
    /// Limits that decide what is answered: equal on both sides of the comparison.
    limits: Limits,
    protocol: Protocol,
    /// What bounds a turn, and may change nothing.
    turn_requests: u32,
    reply_high_bytes: usize,
    /// The peer takes its replies only when the session stops for them.
    reads_late: bool,
    /// The lengths of the pieces, again and again; 0 is a turn without a new byte.
    pieces: [u8; PIECES],
    stream: &'a [u8],
}

const PIECES: usize = 7;

impl<'a> Case<'a> {
    fn read(data: &'a [u8]) -> Option<Self> {
        let (&switches, rest) = data.split_first()?;
        let (&pieces, stream) = rest.split_first_chunk()?;
        let is_set = |bit: u8| switches & 1 << bit != 0;
        Some(Case {
            protocol: if is_set(0) {
                Protocol::Echo
            } else {
                Protocol::Resp
            },
            limits: if is_set(1) { NARROW } else { wide() },
            reads_late: is_set(2),
            turn_requests: [1, 2, 3, u32::MAX][usize::from(switches >> 3 & 3)],
            reply_high_bytes: [1, 20, 100, usize::MAX][usize::from(switches >> 5 & 3)],
            pieces,
            stream,
        })
    }

    /// The stream in its pieces; what is left when no piece has a length comes at once.
    fn cut(&self) -> Vec<&'a [u8]> {
        let mut rest = self.stream;
        let mut cut: Vec<_> = self
            .pieces
            .iter()
            .cycle()
            .map_while(|&length| {
                let (piece, after) = rest.split_at_checked(length.into())?;
                rest = after;
                (!rest.is_empty() && self.pieces != [0; PIECES]).then_some(piece)
            })
            .collect();
        cut.push(&self.stream[cut.iter().map(|piece| piece.len()).sum::<usize>()..]);
        cut
    }
}

/// The outcome of a stream.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    replies: Vec<u8>,
    next: Next,
    /// The beginning of a request, where more bytes are awaited.
    unfinished: Vec<u8>,
    executed: u64,
    counters: Vec<(Name, i64)>,
}

/// # Panics
/// When the property does not hold.
pub fn hold(data: &[u8]) {
    let Some(case) = Case::read(data) else { return };
    let whole = at_once(&case);
    let split = in_pieces(&case);
    assert_eq!(split, whole, "{}", case.stream.escape_ascii());
    if case.protocol == Protocol::Echo {
        assert_eq!(whole.replies, case.stream);
    }
}

/// All bytes in one turn without an end; the counters are those that threads share, so that both kinds are compared as well.
fn at_once(case: &Case<'_>) -> Outcome {
    let environment = CountingEnvironment::default();
    let service = Service {
        keyspace: Shared::<Atomic>::bounded(case.limits.counters),
        limits: case.limits,
        protocol: case.protocol,
        environment: &environment,
    };
    let (mut input, mut replies) = (case.stream.to_vec(), Vec::new());
    let next = Session::new(1).receive(&service, &mut input, &mut replies);
    Outcome::new(next, input, replies, &environment, &service.keyspace)
}

/// As a server does it: bytes come piece by piece, turns are short, replies leave when they leave.
fn in_pieces(case: &Case<'_>) -> Outcome {
    let environment = CountingEnvironment::default();
    let service = Service {
        keyspace: Local::<Atomic>::bounded(case.limits.counters),
        limits: Limits {
            turn_requests: case.turn_requests,
            reply_high_bytes: case.reply_high_bytes,
            ..case.limits
        },
        protocol: case.protocol,
        environment: &environment,
    };
    let mut session = Session::new(1);
    let (mut input, mut replies, mut taken) = (Vec::new(), Vec::new(), Vec::new());
    let mut next = Next::Read;
    let pieces = case.cut();
    let bounds = Bounds::new(&service.limits, &pieces);
    for piece in pieces {
        input.extend_from_slice(piece);
        loop {
            let waiting = input.len();
            next = session.receive(&service, &mut input, &mut replies);
            if case.protocol == Protocol::Resp {
                bounds.check(&session, &input, &replies, next);
            }
            if next != Next::Again {
                break;
            }
            assert!(
                input.len() < waiting || !replies.is_empty(),
                "a turn that does nothing will never end"
            );
            taken.append(&mut replies);
        }
        if !case.reads_late {
            taken.append(&mut replies);
        }
        if next != Next::Read {
            break;
        }
    }
    taken.append(&mut replies);
    Outcome::new(next, input, taken, &environment, &service.keyspace)
}

/// The longest reply that is no echo: an unknown command with what is repeated of its arguments, `HELLO`, `INFO`, a client's name.
const OTHER_REPLY_BYTES: usize = 1024;

/// The longest name of a client.
const CLIENT_NAME_BYTES: usize = 512;

/// What the limits promise of every buffer's length; its capacity may be twice that, by the way a `Vec` grows.
struct Bounds {
    reply_bytes: usize,
    /// An unfinished request: arguments within their limit, and a header that has not come to its end.
    unfinished_bytes: usize,
    piece_bytes: usize,
}

impl Bounds {
    fn new(limits: &Limits, pieces: &[&[u8]]) -> Self {
        let one_reply_bytes = OTHER_REPLY_BYTES + limits.bulk_bytes as usize;
        Bounds {
            reply_bytes: limits.reply_high_bytes.saturating_add(one_reply_bytes),
            unfinished_bytes: limits.request_bytes as usize + limits.line_bytes as usize + 1,
            piece_bytes: pieces.iter().map(|piece| piece.len()).max().unwrap_or(0),
        }
    }

    fn check(&self, session: &Session, input: &Vec<u8>, replies: &Vec<u8>, next: Next) {
        let within = |what: &str, bytes: usize, bound: usize| {
            assert!(bytes <= bound, "{what}: {bytes} bytes, more than {bound}");
        };
        within("replies", replies.len(), self.reply_bytes);
        within("room for replies", replies.capacity() / 2, self.reply_bytes);
        if next == Next::Read {
            within("an unfinished request", input.len(), self.unfinished_bytes);
        }
        let input_bytes = self.unfinished_bytes + self.piece_bytes;
        within("room for input", input.capacity() / 2, input_bytes);
        // A place of 8 bytes for each argument, of which the shortest takes 6 bytes of input; a little for being unfinished at all; and the
        // name that a client gives itself.
        let session_bytes = 3 * input.len() + 256 + CLIENT_NAME_BYTES;
        within("the session", session.held_bytes(), session_bytes);
    }
}

impl Outcome {
    fn new(
        next: Next,
        input: Vec<u8>,
        replies: Vec<u8>,
        environment: &CountingEnvironment,
        keyspace: &impl Keyspace,
    ) -> Self {
        Outcome {
            replies,
            next,
            unfinished: if next == Next::Read {
                input
            } else {
                Vec::new()
            },
            executed: environment.executed(),
            counters: keyspace.list(),
        }
    }
}
