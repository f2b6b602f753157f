//! Clients that ask for something slow, on a schedule, beside those that are measured.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::peer::Peer;

/// The clients; dropping them leaves their thread to its end.
#[derive(Debug)]
pub(super) struct Disturber {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<()>>,
}

/// Connections that take turns: under threads two slow requests may overlap.
const CONNECTIONS: usize = 8;

impl Disturber {
    /// Sends this request so many times per second from now on.
    pub(super) fn start(port: u16, request: String, per_s: f64) -> Result<Self, String> {
        let failed = |error: io::Error| format!("the server could not be reached: {error}");
        let peers: io::Result<Vec<Peer>> = (0..CONNECTIONS).map(|_| Peer::connect(port)).collect();
        let peers = peers.map_err(failed)?;
        let stop = Arc::new(AtomicBool::new(false));
        let told = stop.clone();
        Ok(Self {
            stop,
            thread: thread::spawn(move || disturb(peers, &request, per_s, &told)),
        })
    }

    /// Sends no more, and waits for the last answer.
    pub(super) fn stop(self) -> Result<(), String> {
        self.stop.store(true, Ordering::Relaxed);
        let outcome = self
            .thread
            .join()
            .map_err(|_| "the slow clients' thread panicked".to_owned())?;
        outcome.map_err(|error| format!("a slow request was not answered: {error}"))
    }
}

fn disturb(mut peers: Vec<Peer>, request: &str, per_s: f64, stop: &AtomicBool) -> io::Result<()> {
    if per_s <= 0.0 {
        return Ok(());
    }
    let start = Instant::now();
    let mut sent: u32 = 0;
    while !stop.load(Ordering::Relaxed) {
        let due = Duration::from_secs_f64(f64::from(sent) / per_s);
        thread::sleep(
            due.saturating_sub(start.elapsed())
                .min(Duration::from_millis(50)),
        );
        if start.elapsed() >= due {
            peers[sent as usize % CONNECTIONS].send(request)?;
            sent += 1;
        }
    }
    for number in 0..sent {
        peers[number as usize % CONNECTIONS].reply()?;
    }
    Ok(())
}
