//! One client thread: a single-threaded runtime, a task for each of its connections, and a supervisor.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::{io, mem};

use tokio::runtime::{Builder, LocalOptions};
use tokio::task::JoinSet;

use crate::books::recorder::Recorder;
use crate::books::reporter::Reporter;
use crate::drive::allowance::{Allowance, nanoseconds};
use crate::drive::connect::connect;
use crate::drive::connection::Connection;
use crate::drive::endpoint::Socket;
use crate::drive::farewell::take_leave;
use crate::drive::orders::{Dues, Orders};
use crate::drive::pacer::Pacer;
use crate::drive::places::Places;
use crate::drive::reception::Reception;
use crate::drive::share::{Done, Farewell, News, Share, Stage};
use crate::drive::supervisor::Supervisor;
use crate::drive::watch::Watch;
use crate::drive::workbench::{READ_BYTES, Workbench};
use crate::plan::{Load, Open};
use crate::talk::conversation::{Broken, Conversation};

/// Does a thread's share of the run.
///
/// # Errors
/// When the runtime cannot be made: no file descriptors are left.
pub(crate) fn work(share: Share, reporter: Reporter) -> io::Result<Done> {
    // Dropped last, also by a panic: nobody waits for a thread that is gone.
    let _farewell = Farewell::of(&share);
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

async fn work_async(share: Share, mut reporter: Reporter) -> io::Result<Done> {
    let share = Rc::new(share);
    let (peers, refused) = peers(&share).await;
    share.tell(News::Reached(Stage::Connected));
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
    share.tell(News::Reached(Stage::Finished));
    let _ = share.signals.recv();
    let served = take_leave(connections, &bench).await;
    // Every task has ended and dropped its hold on the workbench.
    #[expect(clippy::expect_used, reason = "the line above")]
    let bench = Rc::into_inner(bench).expect("no task is left").into_inner();
    let mut recorder = bench.recorder;
    let reporter = mem::replace(&mut recorder.reporter, Reporter::to_nobody());
    Ok(Done {
        end_ns,
        told: reporter.finish(share.clock.now_ns()),
        recorder,
        lost_connections: bench.lost_connections,
        refused,
        served,
    })
}

/// Connects those who stay; returns them with the connections that could not be made.
async fn peers(share: &Share) -> (Peers, Vec<Broken>) {
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
    bench: &Rc<RefCell<Workbench>>,
    start_ns: u64,
) -> io::Result<Vec<Connection>> {
    let numbers = share.plan.connections_of(share.thread);
    let mut tasks = JoinSet::new();
    for (slot, (socket, number)) in sockets.into_iter().zip(numbers).enumerate() {
        let conversation = Conversation::new(&share.plan, number, number, share.run);
        let connection = Connection::new(slot, socket, conversation);
        tasks.spawn_local(drive(connection, bench.clone()));
    }
    let pacer = pacer(share, bench, start_ns)?.map(|pacer| tokio::task::spawn_local(pacer.pace()));
    let connections = Supervisor::new(share, bench, start_ns)
        .see_to_the_end(tasks)
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
    bench: &Rc<RefCell<Workbench>>,
    start_ns: u64,
    sessions: (Open, u32),
) -> io::Result<()> {
    let mut tasks = JoinSet::new();
    let reception = Reception::new(share.clone(), bench.clone(), start_ns, sessions)?;
    tasks.spawn_local(reception.receive());
    let received = Supervisor::new(share, bench, start_ns)
        .see_to_the_end(tasks)
        .await;
    received.into_iter().collect()
}

fn workbench(share: &Share, recorder: Recorder, peers: &Peers, start_ns: u64) -> Workbench {
    let plan = &share.plan;
    let slots = match peers {
        Peers::Stay(sockets) => sockets.len(),
        Peers::ComeAndGo(..) => plan.connections_of(share.thread).len(),
    };
    let orders = match (peers, plan.load) {
        (Peers::ComeAndGo(..), _) => Orders::Sessions(Places::new(slots)),
        (Peers::Stay(_), Load::Closed { depth }) => {
            let allowance = Allowance::new(plan.limit, share.thread, plan.threads, start_ns);
            Orders::Closed { allowance, depth }
        }
        (Peers::Stay(_), Load::Open(open)) => {
            let in_flight = (open.max_in_flight / plan.threads).max(1);
            Orders::Open(Dues::new(
                slots,
                open.depth.unwrap_or(u32::MAX),
                u64::from(in_flight),
            ))
        }
    };
    Workbench {
        clock: share.clock,
        requests: share.requests.clone(),
        recorder,
        orders,
        watch: Watch::new(slots, nanoseconds(plan.timeout)),
        input: vec![0; READ_BYTES].into_boxed_slice(),
        out: Vec::new(),
        due: Vec::new(),
        lost_connections: 0,
    }
}

/// The pacer of an open loop; a closed loop has none.
fn pacer(
    share: &Share,
    bench: &Rc<RefCell<Workbench>>,
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
pub(super) async fn drive(mut connection: Connection, bench: Rc<RefCell<Workbench>>) -> Connection {
    poll_fn(|cx| connection.poll(cx, &mut bench.borrow_mut())).await;
    connection
}
