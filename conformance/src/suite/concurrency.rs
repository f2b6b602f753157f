//! Many clients, one counter: N × M increments are N × M, and no value is seen twice.

use crate::server::Server;
use crate::target::Target;
use testkit::Client;
use testkit::array;

const CLIENTS: usize = 8;

/// Each client waits for a reply before it sends the next request.
pub fn one_request_at_a_time(target: &Target) {
    for discipline in target.exact {
        let replies = increments(&target.start_with(discipline), 300, 1);
        assert_exact(replies, discipline);
    }
}

/// Each client sends hundreds of requests at once: whole turns of the server overlap.
pub fn pipelined(target: &Target) {
    for discipline in target.exact {
        let replies = increments(&target.start_with(discipline), 8, 250);
        assert_exact(replies, discipline);
    }
}

/// A lost update makes the counter lag. Whether one is lost in this run is chance; that none is invented is not.
pub fn lossy_disciplines_never_count_too_much(target: &Target) {
    for discipline in target.lossy {
        let replies = increments(&target.start_with(discipline), 8, 250);
        let most = CLIENTS * 8 * 250;
        assert_eq!(replies.len(), most);
        assert!(
            replies.iter().all(|value| (1..=most).contains(value)),
            "--counter {discipline} left 1..={most}"
        );
    }
}

/// The values that `CLIENTS` clients see, each sending `batches` of `depth` increments.
fn increments(server: &Server, batches: usize, depth: usize) -> Vec<usize> {
    let request = array(&[b"INCR", b"k"]).repeat(depth);
    let client = |mut client: Client| {
        let mut values = Vec::with_capacity(batches * depth);
        for _ in 0..batches {
            client.send(&request);
            values.extend((0..depth).map(|_| integer(&client.receive_line())));
        }
        values
    };
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(|| client(server.connect())))
            .collect();
        clients
            .into_iter()
            .flat_map(|client| client.join().unwrap())
            .collect()
    })
}

fn integer(reply: &str) -> usize {
    reply
        .strip_prefix(':')
        .and_then(|value| value.parse().ok())
        .unwrap_or_else(|| panic!("no integer: {reply:?}"))
}

/// Distinct values from 1 to their number: then none was lost, and the last is the sum.
fn assert_exact(mut replies: Vec<usize>, discipline: &str) {
    replies.sort_unstable();
    let expected: Vec<_> = (1..=replies.len()).collect();
    let wrong = replies
        .iter()
        .zip(&expected)
        .find(|(seen, expected)| seen != expected);
    assert!(
        wrong.is_none(),
        "--counter {discipline}: (seen, expected) = {wrong:?} of {}",
        replies.len()
    );
}
