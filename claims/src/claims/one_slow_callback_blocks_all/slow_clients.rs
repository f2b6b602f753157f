//! Clients that send slow requests on schedule, beside those that are measured.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::Failure;
use testkit::Client;

use crate::client::connect;

/// The clients. Where they are dropped, their thread goes on until it fails.
#[derive(Debug)]
pub(super) struct SlowClients {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<()>>,
}

/// Connections that take turns: under threads, two slow requests may overlap.
const CONNECTIONS: usize = 8;

/// How often they look whether to stop.
const LOOK: Duration = Duration::from_millis(50);

impl SlowClients {
    /// Sends this request this many times per second from now on.
    pub(super) fn start(port: u16, request: String, per_s: f64) -> Result<Self, Failure> {
        let clients: io::Result<Vec<Client>> = (0..CONNECTIONS).map(|_| connect(port)).collect();
        let clients = clients.map_err(Failure::request("the server could not be reached"))?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        Ok(Self {
            stop,
            thread: thread::spawn(move || send(clients, &request, per_s, &stopped)),
        })
    }

    /// Sends no more, and waits for the last reply.
    pub(super) fn stop(self) -> Result<(), Failure> {
        self.stop.store(true, Ordering::Relaxed);
        let panicked = |_| Err(io::Error::other("the thread of the slow clients panicked"));
        let result = self.thread.join().unwrap_or_else(panicked);
        result.map_err(Failure::request("a slow request was not answered"))
    }
}

fn send(mut clients: Vec<Client>, request: &str, per_s: f64, stop: &AtomicBool) -> io::Result<()> {
    if per_s <= 0.0 {
        return Ok(());
    }
    let start = Instant::now();
    let mut sent: u32 = 0;
    while !stop.load(Ordering::Relaxed) {
        let due = Duration::from_secs_f64(f64::from(sent) / per_s);
        thread::sleep(due.saturating_sub(start.elapsed()).min(LOOK));
        if start.elapsed() >= due {
            clients[sent as usize % CONNECTIONS].try_send(format!("{request}\r\n").as_bytes())?;
            sent += 1;
        }
    }
    for number in 0..sent {
        clients[number as usize % CONNECTIONS].try_reply()?;
    }
    Ok(())
}
