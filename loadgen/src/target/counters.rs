//! The counters' initial and final values, and whether the server restarted in between.

use std::thread;
use std::time::{Duration, Instant};

use results::FailureReason;

use super::control::Control;
use super::info::Info;
use super::ready::ReadyTarget;
use crate::config::Config;
use crate::protocol::encode::Encoder;
use crate::protocol::exchange::ConnectionError;

/// The counters' values before or after the run.
#[derive(Debug)]
pub(crate) enum CounterValues {
    /// All of them, by number.
    Known(Vec<i64>),
    /// Why they are unknown.
    Unknown(String),
    /// The run used no counter.
    NotAsked,
}

impl CounterValues {
    /// Returns the counter's value, if known.
    pub(crate) fn of(&self, key: usize) -> Option<i64> {
        match self {
            Self::Known(values) => values.get(key).copied(),
            Self::Unknown(_) | Self::NotAsked => None,
        }
    }

    /// Returns why the values are unknown, if the run uses counters.
    pub(crate) fn why_unknown(&self) -> Option<String> {
        match self {
            Self::Unknown(why) => Some(why.clone()),
            Self::Known(_) | Self::NotAsked => None,
        }
    }
}

/// The values after the run.
#[derive(Debug)]
pub(crate) enum FinalValues {
    /// The server did not restart.
    SameServer(CounterValues),
    /// The server restarted during the run: why the final values are unavailable.
    Restarted(String),
}

/// Time between two attempts to connect to a lost server.
const RETRY: Duration = Duration::from_millis(20);

/// Reads the final values over a new connection, because the run's connections may have wrong replies. If connections were
/// lost, it retries until the timeout or until the run is stopped: the server may be restarting.
pub(crate) fn read_final_values(
    config: &Config,
    encoder: &Encoder,
    target: &ReadyTarget,
    was_lost: bool,
    is_stopped: impl Fn() -> bool,
) -> FinalValues {
    let deadline = Instant::now() + config.timeout;
    loop {
        match read_once(config, encoder, target) {
            Ok(values) => return values,
            Err(error)
                if was_lost
                    && error.reason == FailureReason::ConnectRefused
                    && Instant::now() < deadline
                    && !is_stopped() =>
            {
                thread::sleep(RETRY);
            }
            Err(error) => {
                let why = format!("the counters could not be read at the end: {error}");
                return FinalValues::SameServer(CounterValues::Unknown(why));
            }
        }
    }
}

fn read_once(
    config: &Config,
    encoder: &Encoder,
    target: &ReadyTarget,
) -> Result<FinalValues, ConnectionError> {
    let mut control = Control::connect(&target.endpoint, config.timeout)?;
    let before = target.run_id();
    let now = match before {
        Some(_) => control
            .info()?
            .as_ref()
            .and_then(Info::run_id)
            .map(str::to_owned),
        None => None,
    };
    let values = control.counters(encoder)?;
    if let (Some(before), Some(now)) = (before, &now)
        && before != now
    {
        let sum = |values: Vec<i64>| values.into_iter().map(i128::from).sum::<i128>().to_string();
        let sum = values.map_or("n/a".to_owned(), sum);
        return Ok(FinalValues::Restarted(format!(
            "the server restarted during the run (run_id {before}, now {now}); final values are unavailable, and the new counters \
             hold {sum}"
        )));
    }
    Ok(FinalValues::SameServer(match values {
        Some(values) => CounterValues::Known(values),
        None => CounterValues::Unknown(
            "the target no longer answers GET with a value: what the counters hold is unknown"
                .to_owned(),
        ),
    }))
}
