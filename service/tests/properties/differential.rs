//! The session says what a second, naive reading of the protocol says: [`Reference`].

use service::counter::Plain;
use service::keyspace::{Keyspace, Local, Name};
use service::{Ending, Next, Protocol, Service, Session};

use super::environment::{CountingEnvironment, NARROW, wide};
use super::reference::{End, Reference};

/// One byte of switches, then the stream.
///
/// # Panics
/// When the property does not hold.
pub fn hold(data: &[u8]) {
    let Some((&switches, stream)) = data.split_first() else {
        return;
    };
    let limits = if switches & 1 == 0 { wide() } else { NARROW };

    let environment = CountingEnvironment::default();
    let service = Service {
        keyspace: Local::<Plain>::bounded(limits.counters),
        limits,
        protocol: Protocol::Resp,
        environment: &environment,
    };
    let (mut input, mut replies) = (stream.to_vec(), Vec::new());
    let next = Session::new(1).receive(&service, &mut input, &mut replies);

    let mut reference = Reference::new(limits);
    let end = reference.answer(stream);

    assert_eq!(
        replies.escape_ascii().to_string(),
        reference.replies.escape_ascii().to_string(),
        "the replies to {}",
        stream.escape_ascii()
    );
    let expected_next = match end {
        End::Waits => Next::Read,
        End::Quit => Next::Close(Ending::Quit),
        End::Broken => Next::Close(Ending::ProtocolError),
        End::Http => Next::Close(Ending::Http),
    };
    assert_eq!(next, expected_next, "after {}", stream.escape_ascii());
    let counters: Vec<(Name, i64)> = reference
        .counters
        .into_iter()
        .map(|(name, value)| (name.into(), value))
        .collect();
    assert_eq!(service.keyspace.list(), counters);
}
