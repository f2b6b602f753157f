//! One client thread: a single-threaded runtime, a task for each of its connections, and a supervisor.

use std::cell::RefCell;
use std::future::poll_fn;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender};
use std::{io, mem};

use tokio::runtime::{Builder, LocalOptions};
use tokio::task::JoinSet;

use crate::books::judge::{Reporter, Told};
use crate::books::period::Timed;
use crate::books::recorder::Recorder;
use crate::books::served::Served;
use crate::drive::allowance::{Allowance, nanoseconds};
use crate::drive::clock::Clock;
use crate::drive::connect::connect;
use crate::drive::connection::Connection;
use crate::drive::endpoint::{Endpoint, Socket};
use crate::drive::orders::{Dues, Orders, Places};
use crate::drive::pacer::Pacer;
use crate::drive::reception::Reception;
use crate::drive::schedule::Schedule;
use crate::drive::supervisor::Supervisor;
use crate::drive::watch::Watch;
use crate::drive::workbench::{READ_BYTES, Workbench};
use crate::plan::{Arrival, Limit, Load, Open, Plan};
use crate::talk::conversation::{Broken, Conversation};
use crate::talk::requests::Requests;

/// What a client thread needs to know.
pub(crate) struct Share {
    pub(crate) thread: u32,
    pub(crate) plan: Arc<Plan>,
    pub(crate) address: Endpoint,
    pub(crate) run: u64,
    pub(crate) requests: Arc<Requests>,
    pub(crate) clock: Clock,
    pub(crate) stop: Arc<AtomicBool>,
    pub(crate) updates: Sender<Update>,
    /// Brings the common start, once all threads have their connections; closes when they may be let go.
    pub(crate) signals: Receiver<u64>,
}

/// What a client thread tells while it works.
#[derive(Debug)]
pub(crate) struct Update {
    pub(crate) thread: u32,
    pub(crate) news: News,
}

/// The news itself.
#[derive(Debug)]
pub(crate) enum News {
    /// The thread waits for the others.
    Reached(Stage),
    /// So many requests have been answered or given up, since the start.
    Progress(u64),
    /// A slice of time is over.
    Slice(Box<Timed>),
}

/// Where threads wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// All connections were made that could be made.
    Connected,
    /// Every request was answered or given up; the connections are still open.
    Finished,
    /// The thread is gone, perhaps before its time.
    Ended,
}

/// What a client thread leaves behind.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) recorder: Recorder,
    pub(crate) told: Told,
    pub(crate) refused: Vec<Broken>,
    pub(crate) lost_connections: u32,
    /// What each connection got; nothing where clients came and left.
    pub(crate) served: Vec<Served>,
    pub(crate) end_ns: u64,
}

/// Does a thread's share of the run.
///
/// # Errors
/// When the runtime cannot be made: no file descriptors are left.
pub(crate) fn work(share: Share, reporter: Reporter) -> io::Result<Done> {
    // Dropped last, also by a panic: nobody waits for a thread that is gone.
    let _farewell = Farewell {
        thread: share.thread,
        updates: share.updates.clone(),
    };
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())?;
    runtime.block_on(work_async(share, reporter))
}

async fn work_async(share: Share, mut reporter: Reporter) -> io::Result<Done> {
    let share = Rc::new(share);
    let numbers = share.plan.connections_of(share.thread);
    // Clients of sessions connect when they come.
    let (sockets, refused) = match share.plan.sessions() {
        None => connect(&share.address, numbers.clone(), share.plan.timeout).await,
        Some(_) => (Vec::new(), Vec::new()),
    };
    share.tell(News::Reached(Stage::Connected));
    let start_ns = share.signals.recv().unwrap_or_default();

    let slots = match share.plan.sessions() {
        None => sockets.len(),
        Some(_) => numbers.len(),
    };
    reporter.start_at(start_ns);
    let recorder = Recorder::new(reporter, !matches!(share.plan.load, Load::Closed { .. }));
    let bench = workbench(&share, recorder, slots, start_ns);
    let bench = Rc::new(RefCell::new(bench));
    let connections = match share.plan.sessions() {
        None => stay(&share, sockets, &bench, start_ns).await?,
        Some(sessions) => come_and_go(&share, &bench, start_ns, sessions).await?,
    };
    let end_ns = share.clock.now_ns();

    bench.borrow_mut().recorder.reporter.rest(end_ns);

    // While the connections are open the server still shows what they cost it.
    share.tell(News::Reached(Stage::Finished));
    let _ = share.signals.recv();
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
        served: connections
            .into_iter()
            .map(Connection::into_served)
            .collect(),
    })
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

/// Drives clients that come and go; none is left at the end.
async fn come_and_go(
    share: &Rc<Share>,
    bench: &Rc<RefCell<Workbench>>,
    start_ns: u64,
    sessions: (Open, u32),
) -> io::Result<Vec<Connection>> {
    let mut tasks = JoinSet::new();
    let reception = Reception::new(share.clone(), bench.clone(), start_ns, sessions)?;
    tasks.spawn_local(reception.receive());
    let received = Supervisor::new(share, bench, start_ns)
        .see_to_the_end(tasks)
        .await;
    received.into_iter().collect::<io::Result<()>>()?;
    Ok(Vec::new())
}

impl Share {
    /// The thread's part of the schedule.
    pub(super) fn schedule(&self, open: Open) -> Schedule {
        let plan = &self.plan;
        let own = plan.connections_of(self.thread);
        Schedule::new(
            open.rate_per_s,
            open.arrival,
            plan.seed,
            plan.connections,
            own,
        )
    }

    /// How many arrivals of so many requests each belong to the thread, and before when.
    pub(super) fn part(&self, requests_each: u32) -> (u64, u64) {
        let plan = &self.plan;
        match plan.limit {
            Limit::Requests(requests) => {
                let arrivals = requests.div_ceil(u64::from(requests_each));
                let own = plan.connections_of(self.thread);
                (
                    own_of(arrivals, u64::from(plan.connections), &own),
                    u64::MAX,
                )
            }
            Limit::Time(time) => (u64::MAX, nanoseconds(time)),
        }
    }

    pub(super) fn tell(&self, news: News) {
        // Nobody listens only if the main thread is gone, and then the whole run is.
        let _ = self.updates.send(Update {
            thread: self.thread,
            news,
        });
    }
}

/// Says that the thread has ended, however it ends.
struct Farewell {
    thread: u32,
    updates: Sender<Update>,
}

impl Drop for Farewell {
    fn drop(&mut self) {
        let _ = self.updates.send(Update {
            thread: self.thread,
            news: News::Reached(Stage::Ended),
        });
    }
}

fn workbench(share: &Share, recorder: Recorder, connections: usize, start_ns: u64) -> Workbench {
    let plan = &share.plan;
    let orders = match plan.load {
        Load::Closed { depth } => {
            let allowance = Allowance::new(plan.limit, share.thread, plan.threads, start_ns);
            Orders::Closed { allowance, depth }
        }
        Load::Open(Open {
            arrival: Arrival::Sessions { .. },
            ..
        }) => Orders::Sessions(Places::new(connections)),
        Load::Open(open) => {
            let in_flight = (open.max_in_flight / plan.threads).max(1);
            Orders::Open(Dues::new(
                connections,
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
        watch: Watch::new(connections, nanoseconds(plan.timeout)),
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

/// How many of the first `requests` arrivals go to the connections `own` of so many.
fn own_of(requests: u64, connections: u64, own: &Range<u32>) -> u64 {
    let (start, end) = (u64::from(own.start), u64::from(own.end));
    let of_the_last_round = (requests % connections).clamp(start, end) - start;
    requests / connections * (end - start) + of_the_last_round
}

/// A connection's task: from its first request to its last reply.
pub(super) async fn drive(mut connection: Connection, bench: Rc<RefCell<Workbench>>) -> Connection {
    poll_fn(|cx| connection.poll(cx, &mut bench.borrow_mut())).await;
    connection
}
