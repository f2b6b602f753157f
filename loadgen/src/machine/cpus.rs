//! Pins a server or the load to processors: `sched_setaffinity(2)`, which a new thread or process inherits.

use std::fmt;
use std::str::FromStr;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// Processors by their numbers, such as `0` or `1-3,6`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cpus(CpuSet);

/// `server=0` or `client=1-3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// The servers' processors.
    Server(Cpus),
    /// The load generator's processors.
    Client(Cpus),
}

/// The calling thread.
const SELF: Pid = Pid::from_raw(0);

/// Why the processors cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CpusError {
    /// Too few processors: the number wanted, the number usable, and the usable ones.
    #[error("{0} processors are not available: this program may use {1} ({2})")]
    TooFew(u32, u32, String),
    /// The kernel refuses them: the processors, the reason, and the usable ones.
    #[error("cannot keep to processors {0}: {1}; {2} may be used")]
    Refused(String, nix::Error, String),
    /// The text is not a list of processors.
    #[error("'{0}' is no list of processors; write 0 or 1-3,6")]
    NoList(String),
    /// A processor number above the kernel's limit.
    #[error("there is no processor {0}; see nproc")]
    NoSuchCpu(usize),
    /// The text pins neither the servers nor the load.
    #[error("'{0}' pins nothing; write server=0 or client=1-3")]
    NoPin(String),
}

impl Cpus {
    /// Returns all processors that this program may use.
    pub fn usable() -> Self {
        Self(sched_getaffinity(SELF).unwrap_or_else(|_| CpuSet::new()))
    }

    /// Returns the first `wanted` processors that this program may use.
    ///
    /// # Errors
    /// If there are fewer.
    pub fn first(wanted: u32) -> Result<Self, CpusError> {
        let (cpus, count) = (Self::usable(), Self::usable().count());
        if wanted == 0 || count < wanted {
            return Err(CpusError::TooFew(wanted, count, cpus.to_string()));
        }
        Ok(cpus.numbers().take(wanted as usize).collect())
    }

    /// Returns all processors that this program may use except the first; `None` if there is no other.
    pub fn all_but_first() -> Option<Self> {
        let others: Self = Self::usable().numbers().skip(1).collect();
        (others.count() > 0).then_some(others)
    }

    /// Returns the number of processors.
    pub fn count(self) -> u32 {
        self.numbers().count() as u32
    }

    /// Pins the calling thread, and every thread and process it starts later, to these processors.
    ///
    /// # Errors
    /// If none of them may be used.
    pub fn keep_to(self) -> Result<(), CpusError> {
        let usable = || Self::usable().to_string();
        sched_setaffinity(SELF, &self.0)
            .map_err(|error| CpusError::Refused(self.to_string(), error, usable()))
    }

    /// Calls `work` on these processors, then restores the earlier ones.
    ///
    /// # Errors
    /// As [`Cpus::keep_to`].
    pub fn during<T>(self, work: impl FnOnce() -> T) -> Result<T, CpusError> {
        let before = Self::usable();
        self.keep_to()?;
        let done = work();
        before.keep_to()?;
        Ok(done)
    }

    /// Returns the processors' numbers, in order.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = usize> {
        (0..CpuSet::count()).filter(|cpu| self.0.is_set(*cpu).unwrap_or(false))
    }
}

impl FromIterator<usize> for Cpus {
    fn from_iter<T: IntoIterator<Item = usize>>(numbers: T) -> Self {
        let mut set = CpuSet::new();
        for number in numbers {
            // A number above the kernel's limit is no processor, so it is safe to skip.
            let _ = set.set(number);
        }
        Self(set)
    }
}

impl FromStr for Cpus {
    type Err = CpusError;

    fn from_str(text: &str) -> Result<Self, CpusError> {
        let no_list = || CpusError::NoList(text.to_owned());
        let mut set = CpuSet::new();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let first: usize = first.parse().map_err(|_| no_list())?;
            let last: usize = last.parse().map_err(|_| no_list())?;
            if first > last {
                return Err(no_list());
            }
            for cpu in first..=last {
                set.set(cpu).map_err(|_| CpusError::NoSuchCpu(cpu))?;
            }
        }
        Ok(Self(set))
    }
}

impl fmt::Display for Cpus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<_> = self.numbers().map(|number| number.to_string()).collect();
        f.write_str(&numbers.join(","))
    }
}

impl FromStr for Pin {
    type Err = CpusError;

    fn from_str(text: &str) -> Result<Self, CpusError> {
        match text.split_once('=') {
            Some(("server", list)) => list.parse().map(Self::Server),
            Some(("client", list)) => list.parse().map(Self::Client),
            _ => Err(CpusError::NoPin(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_ranges() {
        let shown = |text: &str| text.parse().map(|cpus: Cpus| cpus.to_string());
        assert_eq!(shown("0").as_deref(), Ok("0"));
        assert_eq!(shown("6,1-3").as_deref(), Ok("1,2,3,6"));
        for wrong in ["", "a", "3-1", "1,", "-1", "99999999"] {
            assert!(shown(wrong).is_err(), "{wrong}");
        }
        assert!("servers=1".parse::<Pin>().is_err());
    }

    #[test]
    fn first_returns_the_wanted_number_or_an_error() {
        assert_eq!(Cpus::first(1).map(Cpus::count), Ok(1));
        for wrong in [0, 100_000] {
            assert!(Cpus::first(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_thread_is_pinned_and_restored() {
        let before = Cpus(sched_getaffinity(SELF).unwrap());
        let one: Cpus = before
            .numbers()
            .next()
            .unwrap()
            .to_string()
            .parse()
            .unwrap();
        let during = one.during(|| Cpus(sched_getaffinity(SELF).unwrap()));
        assert_eq!(during, Ok(one));
        assert_eq!(Cpus(sched_getaffinity(SELF).unwrap()), before);
    }
}
