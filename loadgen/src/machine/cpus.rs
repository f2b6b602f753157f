//! Which processors a server and the load may use: `sched_setaffinity(2)`, which a new process or thread takes over from who starts it.

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
    /// Where the servers run.
    Server(Cpus),
    /// Where the load is made.
    Client(Cpus),
}

/// The calling thread.
const SELF: Pid = Pid::from_raw(0);

impl Cpus {
    /// The first processors that this program may use, so many of them.
    ///
    /// # Errors
    /// A sentence, when there are not so many.
    pub fn first(many: u32) -> Result<Self, String> {
        let own = Self(sched_getaffinity(SELF).unwrap_or_else(|_| CpuSet::new()));
        if many == 0 || own.count() < many {
            return Err(format!(
                "a server on {many} processors is none that can be started: this program may use {} ({own})",
                own.count()
            ));
        }
        let mut set = CpuSet::new();
        for cpu in own.numbers().take(many as usize) {
            // It was in a set of the same size.
            let _ = set.set(cpu);
        }
        Ok(Self(set))
    }

    /// All processors that this program may use but the first; `None` where there is no other.
    pub fn all_but_first() -> Option<Self> {
        let mut others = sched_getaffinity(SELF).ok()?;
        let first = Self(others).numbers().next()?;
        others.unset(first).ok()?;
        (Self(others).count() > 0).then_some(Self(others))
    }

    /// How many they are.
    pub fn count(self) -> u32 {
        self.numbers().count() as u32
    }

    /// Keeps the calling thread to these processors, and what it starts from now on.
    ///
    /// # Errors
    /// A sentence, when none of them may be used.
    pub fn keep_to(self) -> Result<(), String> {
        sched_setaffinity(SELF, &self.0).map_err(|error| {
            let own = sched_getaffinity(SELF).map(|own| Self(own).to_string());
            format!(
                "cannot keep to processors {self}: {error}; {} may be used",
                own.as_deref().unwrap_or("others")
            )
        })
    }

    /// Does something on these processors, and comes back.
    ///
    /// # Errors
    /// As [`Cpus::keep_to`].
    pub fn during<T>(self, work: impl FnOnce() -> T) -> Result<T, String> {
        let before = sched_getaffinity(SELF).ok();
        self.keep_to()?;
        let done = work();
        if let Some(before) = before {
            Self(before).keep_to()?;
        }
        Ok(done)
    }

    fn numbers(&self) -> impl Iterator<Item = usize> {
        (0..CpuSet::count()).filter(|cpu| self.0.is_set(*cpu).unwrap_or(false))
    }
}

impl FromStr for Cpus {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let no_list = || format!("'{text}' is no list of processors; write 0 or 1-3,6");
        let mut set = CpuSet::new();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let first: usize = first.parse().map_err(|_| no_list())?;
            let last: usize = last.parse().map_err(|_| no_list())?;
            if first > last {
                return Err(no_list());
            }
            for cpu in first..=last {
                set.set(cpu)
                    .map_err(|_| format!("there is no processor {cpu}; see nproc"))?;
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
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some(("server", list)) => list.parse().map(Self::Server),
            Some(("client", list)) => list.parse().map(Self::Client),
            _ => Err(format!(
                "'{text}' pins nothing; write server=0 or client=1-3"
            )),
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
    fn the_first_are_so_many_or_none() {
        assert_eq!(Cpus::first(1).map(Cpus::count), Ok(1));
        for wrong in [0, 100_000] {
            assert!(Cpus::first(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_thread_keeps_to_its_processors_and_comes_back() {
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
