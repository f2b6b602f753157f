//! One worker: a thread with a single-threaded runtime, a task for each of its connections, and a ticker.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use results::LoadMode;
use tokio::runtime::{Builder, LocalOptions};
use tokio::task::JoinSet;

use super::arrivals::Arrivals;
use super::connect::connect;
use super::connection::Connection;
use super::drain::drain;
use super::due_queue::DueQueue;
use super::pacer::Pacer;
use super::request_budget::RequestBudget;
use super::request_source::RequestSource;
use super::slots::Slots;
use super::ticker::Ticker;
use super::timeouts::Timeouts;
use super::worker_input::{EndNotice, Stage, WorkerInput, WorkerMessage, WorkerOutput};
use super::worker_state::{READ_BYTES, WorkerState};
use crate::check::HistoryFeed;
use crate::machine::time::nanoseconds;
use crate::metrics::Recorder;
use crate::protocol::exchange::Exchange;
use crate::target::endpoint::Socket;

/// Runs a worker's part of the load.
///
/// # Errors
/// When the runtime cannot be created: no file descriptors are left.
pub(super) fn work(input: WorkerInput, history: HistoryFeed) -> io::Result<WorkerOutput> {
    // Dropped last, also by a panic, so that no worker waits for this one.
    let _notice = EndNotice::of(&input);
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())?;
    runtime.block_on(work_async(Rc::new(input), history))
}

async fn work_async(input: Rc<WorkerInput>, mut history: HistoryFeed) -> io::Result<WorkerOutput> {
    let session_requests = input.config.workload.session_requests();
    let own = input.config.connections_of(input.worker);
    let (sockets, refused) = match session_requests {
        Some(_) => (Vec::new(), Vec::new()),
        None => connect(&input.endpoint, own, input.config.timeout).await,
    };
    input.tell(WorkerMessage::Reached(Stage::Connected));
    let start_ns = input.signals.recv().unwrap_or_default();

    history.start_at(start_ns);
    let state = state(&input, history, sockets.len(), start_ns);
    let state = Rc::new(RefCell::new(state));
    let connections = match session_requests {
        Some(requests) => {
            run_sessions(&input, &state, start_ns, requests).await?;
            Vec::new()
        }
        None => run_connections(&input, sockets, &state, start_ns).await?,
    };
    let end_ns = input.clock.now_ns();
    state.borrow_mut().history.pause(end_ns);

    // While the connections are open the server still shows what they cost it.
    input.tell(WorkerMessage::Reached(Stage::Finished));
    let _ = input.signals.recv();
    let connections = drain(connections, &state).await;
    // Every task has ended and dropped its hold on the state.
    #[expect(clippy::expect_used, reason = "the line above")]
    let state = Rc::into_inner(state).expect("no task is left").into_inner();
    Ok(WorkerOutput {
        end_ns,
        check: state.history.finish(input.clock.now_ns()),
        recorder: state.recorder,
        refused,
        connections,
    })
}

/// Runs connections that stay open for the whole run.
async fn run_connections(
    input: &Rc<WorkerInput>,
    sockets: Vec<Socket>,
    state: &Rc<RefCell<WorkerState>>,
    start_ns: u64,
) -> io::Result<Vec<Connection>> {
    let numbers = input.config.connections_of(input.worker);
    let mut tasks = JoinSet::new();
    for (slot, (socket, number)) in sockets.into_iter().zip(numbers).enumerate() {
        let exchange = Exchange::new(&input.config, number, input.run);
        let connection = Connection::new(slot, socket, exchange, number, number);
        tasks.spawn_local(connection.run(state.clone()));
    }
    let pacer = match input.schedule() {
        Some(schedule) => {
            let pacer = Pacer::new(state.clone(), schedule, start_ns, input.arrivals(1))?;
            Some(tokio::task::spawn_local(pacer.pace()))
        }
        None => None,
    };
    let ticker = Ticker::new(input, state, start_ns);
    let connections = ticker.run_until_done(tasks).await;
    if let Some(pacer) = pacer {
        // If it has not ended yet, it would wait for a time that no longer matters.
        pacer.abort();
        let _ = pacer.await;
    }
    Ok(connections)
}

/// Runs sessions until the last has left.
async fn run_sessions(
    input: &Rc<WorkerInput>,
    state: &Rc<RefCell<WorkerState>>,
    start_ns: u64,
    requests: u32,
) -> io::Result<()> {
    let mut tasks = JoinSet::new();
    if let Some(schedule) = input.schedule() {
        let arrivals = Arrivals::new(input.clone(), state.clone(), schedule, start_ns, requests)?;
        tasks.spawn_local(arrivals.run());
    }
    let ticker = Ticker::new(input, state, start_ns);
    ticker.run_until_done(tasks).await.into_iter().collect()
}

fn state(
    input: &WorkerInput,
    history: HistoryFeed,
    connections: usize,
    start_ns: u64,
) -> WorkerState {
    let workload = &input.config.workload;
    let slots = match workload.session_requests() {
        Some(_) => input.config.connections_of(input.worker).len(),
        None => connections,
    };
    let source = match workload.mode {
        LoadMode::Closed => RequestSource::Closed {
            budget: RequestBudget::new(workload.limit, input.worker, workload.threads, start_ns),
            depth: workload.pipeline_depth,
        },
        LoadMode::Open { .. } if workload.session_requests().is_some() => {
            RequestSource::Sessions(Slots::new(slots))
        }
        LoadMode::Open { max_in_flight, .. } => {
            let in_flight = u64::from((max_in_flight / workload.threads).max(1));
            RequestSource::Open(DueQueue::new(slots, workload.pipeline_depth, in_flight))
        }
    };
    WorkerState {
        clock: input.clock,
        encoder: input.encoder.clone(),
        source,
        recorder: Recorder::new(workload.mode != LoadMode::Closed),
        history,
        timeouts: Timeouts::new(slots, nanoseconds(input.config.timeout)),
        input: vec![0; READ_BYTES].into_boxed_slice(),
        out: Vec::new(),
        due: Vec::new(),
    }
}
