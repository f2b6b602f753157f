//! After the load: the counters once more, and whether it is still the same server that holds them.

use std::thread;
use std::time::{Duration, Instant};

use results::FailureReason;

use crate::check::reconciliation::Values;
use crate::config::Config;
use crate::protocol::encode::Requests;
use crate::protocol::exchange::ConnectionError;
use crate::target::control::{Control, Info};
use crate::target::info::InfoText;
use crate::target::ready::ReadyTarget;

/// How often a server that is not there is knocked for.
const KNOCK: Duration = Duration::from_millis(20);

/// What was found.
#[derive(Debug)]
pub(crate) enum FinalValues {
    /// The counters, or why they are not known.
    SameEpoch(Values),
    /// Another process answers, whose counters are others: what was acknowledged belongs to counters that are gone.
    NewEpoch(String),
}

/// Looks over a new connection: the run's own may be the very ones that lie. A server that was lost may be on its way
/// back; while nobody `is_stopped` it is waited for, no longer than for anything else.
pub(crate) fn look(
    plan: &Config,
    requests: &Requests,
    reached: &ReadyTarget,
    was_lost: bool,
    is_stopped: impl Fn() -> bool,
) -> FinalValues {
    let deadline = Instant::now() + plan.timeout;
    loop {
        match look_once(plan, requests, reached) {
            Ok(look) => return look,
            Err(broken)
                if was_lost
                    && broken.reason == FailureReason::ConnectRefused
                    && Instant::now() < deadline
                    && !is_stopped() =>
            {
                thread::sleep(KNOCK);
            }
            Err(broken) => {
                return FinalValues::SameEpoch(Values::Unknown(format!(
                    "the counters could not be read at the end: {}",
                    broken.text
                )));
            }
        }
    }
}

fn look_once(
    plan: &Config,
    requests: &Requests,
    reached: &ReadyTarget,
) -> Result<FinalValues, ConnectionError> {
    let mut control = Control::connect(&reached.address, plan.timeout)?;
    let was = run_id(reached.info.as_ref());
    let is = match was {
        Some(_) => match control.info()? {
            Info::Text(text) => run_id(Some(&InfoText::new(text))),
            Info::Unknown => None,
        },
        None => None,
    };
    let values = control.counters(requests)?;
    if let (Some(was), Some(is)) = (&was, &is)
        && was != is
    {
        let sum = values.map_or("n/a".to_owned(), |values| {
            values
                .iter()
                .map(|value| i128::from(*value))
                .sum::<i128>()
                .to_string()
        });
        return Ok(FinalValues::NewEpoch(format!(
            "the server was started anew during the run (INFO run_id {was}, now {is}): a new epoch, whose counters are others \
             and hold {sum}; what those of the run held in the end cannot be read any more"
        )));
    }
    Ok(FinalValues::SameEpoch(match values {
        Some(values) => Values::Known(values),
        None => Values::Unknown(
            "the target no longer answers GET with a value: what the counters hold is unknown"
                .to_owned(),
        ),
    }))
}

/// Which process answers, as Redis and our servers tell it: forty hexadecimal digits drawn at its start.
fn run_id(info: Option<&InfoText>) -> Option<String> {
    info?.value("run_id").map(str::to_owned)
}
