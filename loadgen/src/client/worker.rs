//! One client thread: a single-threaded runtime, a task for each of its connections, and a supervisor.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::{io, mem};

use tokio::runtime::{Builder, LocalOptions};
use tokio::task::JoinSet;

use crate::check::event_sink::HistoryFeed;
use crate::client::arrivals::Arrivals;
use crate::client::connect::connect;
use crate::client::connection::Connection;
use crate::client::drain::drain;
use crate::client::pacer::Pacer;
use crate::client::request_budget::{RequestBudget, nanoseconds};
use crate::client::send_source::{DueQueue, SendSource};
use crate::client::slots::Slots;
use crate::client::ticker::Ticker;
use crate::client::timeouts::Timeouts;
use crate::client::worker_input::{EndNotice, Share, Stage, WorkerMessage, WorkerOutput};
use crate::client::worker_state::{READ_BYTES, WorkerState};
use crate::config::{Load, Open};
use crate::metrics::recorder::Recorder;
use crate::protocol::exchange::{ConnectionError, Exchange};
use crate::target::endpoint::Socket;

/// Does a thread's share of the run.
///
/// # Errors
/// When the runtime cannot be made: no file descriptors are left.
pub(crate) fn work(share: Share, reporter: HistoryFeed) -> io::Result<WorkerOutput> {
    // Dropped last, also by a panic: nobody waits for a thread that is gone.
    let _farewell = EndNotice::of(&share);
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())?;
    runtime.block_on(work_async(share, reporter))
}

/// Whom a thread's part of the load comes from.
enum Peers {
    /// Connections that are there from the start to the end.
    Stay(Vec<Socket>),
    /// Clients of so many requests, each of which connects when it comes.
    ComeAndGo(Open, u32),
}

async fn work_async(share: Share, mut reporter: HistoryFeed) -> io::Result<WorkerOutput> {
    let share = Rc::new(share);
    let (peers, refused) = peers(&share).await;
    share.tell(WorkerMessage::ReadyTarget(Stage::Connected));
    let start_ns = share.signals.recv().unwrap_or_default();

    reporter.start_at(start_ns);
    let recorder = Recorder::new(reporter, !matches!(share.plan.load, Load::Closed { .. }));
    let bench = workbench(&share, recorder, &peers, start_ns);
    let bench = Rc::new(RefCell::new(bench));
    let connections = match peers {
        Peers::Stay(sockets) => stay(&share, sockets, &bench, start_ns).await?,
        Peers::ComeAndGo(open, requests) => {
            come_and_go(&share, &bench, start_ns, (open, requests)).await?;
            Vec::new()
        }
    };
    let end_ns = share.clock.now_ns();

    bench.borrow_mut().recorder.reporter.rest(end_ns);

    // While the connections are open the server still shows what they cost it.
    share.tell(WorkerMessage::ReadyTarget(Stage::Finished));
    let _ = share.signals.recv();
    let served = drain(connections, &bench).await;
    // Every task has ended and dropped its hold on the workbench.
    #[expect(clippy::expect_used, reason = "the line above")]
    let bench = Rc::into_inner(bench).expect("no task is left").into_inner();
    let mut recorder = bench.recorder;
    let reporter = mem::replace(&mut recorder.reporter, HistoryFeed::to_nobody());
    Ok(WorkerOutput {
        end_ns,
        told: reporter.finish(share.clock.now_ns()),
        recorder,
        lost_connections: bench.lost_connections,
        refused,
        served,
    })
}

/// Connects those who stay; returns them with the connections that could not be made.
async fn peers(share: &Share) -> (Peers, Vec<ConnectionError>) {
    if let Some((open, requests)) = share.plan.sessions() {
        return (Peers::ComeAndGo(open, requests), Vec::new());
    }
    let numbers = share.plan.connections_of(share.thread);
    let (sockets, refused) = connect(&share.address, numbers, share.plan.timeout).await;
    (Peers::Stay(sockets), refused)
}

/// Drives connections that stay for the whole run.
async fn stay(
    share: &Rc<Share>,
    sockets: Vec<Socket>,
    bench: &Rc<RefCell<WorkerState>>,
    start_ns: u64,
) -> io::Result<Vec<Connection>> {
    let numbers = share.plan.connections_of(share.thread);
    let mut tasks = JoinSet::new();
    for (slot, (socket, number)) in sockets.into_iter().zip(numbers).enumerate() {
        let conversation = Exchange::new(&share.plan, number, number, share.run);
        let connection = Connection::new(slot, socket, conversation);
        tasks.spawn_local(drive(connection, bench.clone()));
    }
    let pacer = pacer(share, bench, start_ns)?.map(|pacer| tokio::task::spawn_local(pacer.pace()));
    let connections = Ticker::new(share, bench, start_ns)
        .run_until_done(tasks)
        .await;
    if let Some(pacer) = pacer {
        // If it has not ended yet, it would wait for a time that no longer matters.
        pacer.abort();
        let _ = pacer.await;
    }
    Ok(connections)
}

/// Drives clients that come and go, until the last has gone.
async fn come_and_go(
    share: &Rc<Share>,
    bench: &Rc<RefCell<WorkerState>>,
    start_ns: u64,
    sessions: (Open, u32),
) -> io::Result<()> {
    let mut tasks = JoinSet::new();
    let reception = Arrivals::new(share.clone(), bench.clone(), start_ns, sessions)?;
    tasks.spawn_local(reception.receive());
    let received = Ticker::new(share, bench, start_ns)
        .run_until_done(tasks)
        .await;
    received.into_iter().collect()
}

fn workbench(share: &Share, recorder: Recorder, peers: &Peers, start_ns: u64) -> WorkerState {
    let plan = &share.plan;
    let slots = match peers {
        Peers::Stay(sockets) => sockets.len(),
        Peers::ComeAndGo(..) => plan.connections_of(share.thread).len(),
    };
    let orders = match (peers, plan.load) {
        (Peers::ComeAndGo(..), _) => SendSource::Sessions(Slots::new(slots)),
        (Peers::Stay(_), Load::Closed { depth }) => {
            let allowance = RequestBudget::new(plan.limit, share.thread, plan.threads, start_ns);
            SendSource::Closed { allowance, depth }
        }
        (Peers::Stay(_), Load::Open(open)) => {
            let in_flight = (open.max_in_flight / plan.threads).max(1);
            SendSource::Open(DueQueue::new(
                slots,
                open.depth.unwrap_or(u32::MAX),
                u64::from(in_flight),
            ))
        }
    };
    WorkerState {
        clock: share.clock,
        requests: share.requests.clone(),
        recorder,
        orders,
        watch: Timeouts::new(slots, nanoseconds(plan.timeout)),
        input: vec![0; READ_BYTES].into_boxed_slice(),
        out: Vec::new(),
        due: Vec::new(),
        lost_connections: 0,
    }
}

/// The pacer of an open loop; a closed loop has none.
fn pacer(
    share: &Share,
    bench: &Rc<RefCell<WorkerState>>,
    start_ns: u64,
) -> io::Result<Option<Pacer>> {
    let plan = &share.plan;
    let Load::Open(open) = plan.load else {
        return Ok(None);
    };
    let (requests, until_ns) = share.part(1);
    let schedule = share.schedule(open);
    Pacer::new(bench.clone(), schedule, start_ns, requests, until_ns).map(Some)
}

/// A connection's task: from its first request to its last reply.
pub(super) async fn drive(
    mut connection: Connection,
    bench: Rc<RefCell<WorkerState>>,
) -> Connection {
    poll_fn(|cx| connection.poll(cx, &mut bench.borrow_mut())).await;
    connection
}
