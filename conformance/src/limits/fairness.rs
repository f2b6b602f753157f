//! A client that never stops sending has its turns, and so have the others.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::health_check::HealthCheck;
use crate::target::Target;
use testkit::Client;

/// Fifty ordinary clients beside a pipeline without end: every ping is answered while it goes on.
pub fn a_greedy_pipeliner(target: &Target) {
    let server = target.start_limited(&[]);
    let health = HealthCheck::start(&server);
    let mut pingers: Vec<Client> = (0..50).map(|_| server.connect()).collect();
    let satisfied = AtomicBool::new(false);
    let mut greedy = server.connect();
    let mut writing = greedy.duplicate();
    let request = "*2\r\n$4\r\nINCR\r\n$6\r\ngreedy\r\n".repeat(1000);

    let (sent, replies) = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut sent = 0;
            // At least once, also where the others are satisfied before this thread has begun.
            while sent == 0 || !satisfied.load(Ordering::Relaxed) {
                writing.send(&request);
                sent += 1000;
            }
            writing.finish();
            sent
        });
        let reader = scope.spawn(|| greedy.receive_to_end());
        for _ in 0..10 {
            pingers
                .iter_mut()
                .for_each(|client| client.send("*1\r\n$4\r\nPING\r\n"));
            pingers
                .iter_mut()
                .for_each(|client| client.expect("+PONG\r\n"));
        }
        satisfied.store(true, Ordering::Relaxed);
        (writer.join().unwrap(), reader.join().unwrap())
    });
    // And the greedy one was cheated of nothing.
    assert!(
        replies.ends_with(format!("\r\n:{sent}\r\n").as_bytes()),
        "{sent} increments are not all answered"
    );
    health.finish(server);
}
