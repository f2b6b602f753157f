//! What cannot be done together, with the flag that mends it.

use std::time::Duration;

use results::CheckLevel;

use super::operation::{Kind, Mix};
use super::target::Protocol;
use super::{Arrival, Config, Limit, Load, Warmup, limits};

impl Config {
    pub(super) fn check_load(&self) -> Result<(), String> {
        let open = match self.load {
            Load::Closed { depth } => return within("-P", u64::from(depth), 1, limits::DEPTH),
            Load::Open(open) => open,
        };
        if let Some(depth) = open.depth {
            within("-P", u64::from(depth), 1, limits::DEPTH)?;
        }
        within(
            "--max-in-flight",
            u64::from(open.max_in_flight),
            1,
            limits::IN_FLIGHT,
        )?;
        if !(limits::LEAST_RATE_PER_S..=limits::MOST_RATE_PER_S).contains(&open.rate_per_s) {
            return Err(format!(
                "-r {} is out of range; give 0.001 to 1G requests per second",
                open.rate_per_s
            ));
        }
        match open.arrival {
            Arrival::Bursts { size } => {
                within("--arrival bursts:", u64::from(size), 1, limits::IN_FLIGHT)
            }
            Arrival::Sessions { .. } if open.depth.is_some() => Err(
                "-P does not go with --arrival sessions: a client waits for each reply; leave -P out"
                    .to_owned(),
            ),
            Arrival::Sessions { requests } => within(
                "--arrival sessions:",
                u64::from(requests),
                1,
                limits::IN_FLIGHT,
            ),
            Arrival::Constant | Arrival::Poisson => Ok(()),
        }
    }

    pub(super) fn check_history(&self) -> Result<(), String> {
        match self.history.is_none() || (self.counts() && self.check != CheckLevel::None) {
            true => Ok(()),
            false => Err("--history keeps what INCR and GET were answered; it needs one of them in --op, and --check replies or full".to_owned()),
        }
    }

    pub(super) fn check_time(&self) -> Result<(), String> {
        if self.timeout < Duration::from_millis(1) {
            return Err(
                "--timeout is under 1ms, the shortest wait that can be kept; write --timeout 5s"
                    .to_owned(),
            );
        }
        if let (Limit::Time(time), Warmup::Fixed(warmup)) = (self.limit, self.warmup)
            && warmup >= time
        {
            return Err(format!(
                "--warmup {warmup:?} leaves nothing of -d {time:?}; give less"
            ));
        }
        match self.limit {
            Limit::Requests(0) => Err("-n 0 asks for nothing; write -n 1M".to_owned()),
            Limit::Time(Duration::ZERO) => Err("-d 0 gives no time; write -d 10s".to_owned()),
            Limit::Requests(_) | Limit::Time(_) => Ok(()),
        }
    }

    pub(super) fn check_operations(&self) -> Result<(), String> {
        if self.target.protocol == Protocol::Resp {
            return Ok(());
        }
        if self.mix != Mix::only(Kind::Echo) {
            return Err(format!(
                "plain echo has no '{}'; write --op echo, or resp:// before the address",
                self.mix
            ));
        }
        if self.payload_bytes == 0 {
            return Err("plain echo cannot answer -s 0: no byte, no reply; write -s 64".to_owned());
        }
        Ok(())
    }
}

pub(super) fn within(flag: &str, value: u64, least: u64, most: u32) -> Result<(), String> {
    if (least..=u64::from(most)).contains(&value) {
        return Ok(());
    }
    Err(format!(
        "{flag} {value} is out of range; give {least} to {most}"
    ))
}
