//! How long received bytes wait in the kernel: from its receive time stamp (SO_TIMESTAMPNS) to the return of the read.

use std::io::{self, IoSliceMut};
use std::net::TcpListener;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use histogram::Layout;
use nix::cmsg_space;
use nix::errno::Errno;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};
use nix::sys::time::TimeSpec;

use crate::byte_stream::{READ_BYTES, Received};

/// Up to 2⁴² ns, more than an hour.
const LAYOUT: Layout = Layout::new(0, 42);

/// Counts of the times between the arrival of bytes and the read that returned them.
#[derive(Debug)]
pub(super) struct Dwell {
    counts: Vec<AtomicU64>,
    /// Reads whose bytes had no time stamp: it takes a moment until the kernel stamps what arrives.
    unstamped: AtomicU64,
}

impl Dwell {
    /// Tells the kernel to stamp what arrives. A connection inherits the option from its listener.
    pub(super) fn on(listener: &TcpListener) -> io::Result<Self> {
        setsockopt(listener, sockopt::ReceiveTimestampns, &true)?;
        Ok(Dwell {
            counts: (0..LAYOUT.buckets())
                .map(|_| AtomicU64::default())
                .collect(),
            unstamped: AtomicU64::default(),
        })
    }

    /// Reads once, as [`crate::byte_stream::receive`] does, and counts how long the last of the bytes had waited.
    pub(super) fn receive(&self, socket: impl AsFd, input: &mut Vec<u8>) -> io::Result<Received> {
        let before = input.len();
        // A safe recvmsg needs memory that was cleared, so a server with --dwell pays for that.
        input.resize(before + READ_BYTES, 0);
        let outcome = self.read(socket, &mut input[before..]);
        input.truncate(before + outcome.as_ref().copied().unwrap_or(0));
        Ok(match outcome? {
            0 => Received::End,
            READ_BYTES => Received::Filled,
            _ => Received::All,
        })
    }

    fn read(&self, socket: impl AsFd, into: &mut [u8]) -> io::Result<usize> {
        let mut space = cmsg_space!(TimeSpec);
        let descriptor = socket.as_fd().as_raw_fd();
        loop {
            let mut slices = [IoSliceMut::new(into)];
            let message =
                match recvmsg::<()>(descriptor, &mut slices, Some(&mut space), MsgFlags::empty()) {
                    Err(Errno::EINTR) => continue,
                    message => message?,
                };
            let stamp = message.cmsgs()?.find_map(|control| match control {
                ControlMessageOwned::ScmTimestampns(stamp) => Some(Duration::from(stamp)),
                _ => None,
            });
            // The stamp is of the wall clock. If that was set back meanwhile, there is no time to count.
            let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
            let waited = stamp
                .zip(now)
                .and_then(|(stamp, now)| now.checked_sub(stamp));
            match waited {
                Some(waited) => self.add(waited),
                None if message.bytes > 0 => drop(self.unstamped.fetch_add(1, Ordering::Relaxed)),
                None => {}
            }
            return Ok(message.bytes);
        }
    }

    fn add(&self, waited: Duration) {
        let ns = u64::try_from(waited.as_nanos()).unwrap_or(u64::MAX);
        self.counts[LAYOUT.bucket(ns)].fetch_add(1, Ordering::Relaxed);
    }

    /// INFO's section: the greatest time and the count of each bucket that is not empty.
    pub(super) fn lines(&self) -> String {
        let counts = self
            .counts
            .iter()
            .enumerate()
            .map(|(place, count)| (place, count.load(Ordering::Relaxed)));
        let lines = counts
            .filter(|(_, count)| *count > 0)
            .map(|(place, count)| {
                let greatest_ns = LAYOUT.upper_bound(place) - 1;
                format!("dwell_ns_to_{greatest_ns}:{count}\r\n")
            });
        format!(
            "# Dwell\r\ndwell_unstamped:{}\r\n{}",
            self.unstamped.load(Ordering::Relaxed),
            lines.collect::<String>()
        )
    }
}
