//! What the load cost: the client, the server, and the connections that were served last.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Finite;

/// What the load cost the load generator itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClientCost {
    /// One entry for each thread that sent requests.
    pub threads: Vec<ThreadCost>,
    /// The checker thread, which checks the replies to several client threads, over the whole run, warm-up included; `None` of a
    /// single client thread, which checks its own. Version 1 calls it `judge`.
    #[serde(default, alias = "judge")]
    pub checker: Option<ThreadCost>,
    /// The worst oversleep of a thread that only sleeps: how long this machine left runnable work waiting.
    pub hiccup_max_ns: Option<u64>,
    /// Processor time that the hypervisor gave to others meanwhile.
    pub stolen_ns: Option<u64>,
}

impl ClientCost {
    /// Processor time of all threads that sent requests.
    pub fn cpu_ns(&self) -> u64 {
        self.threads.iter().map(ThreadCost::cpu_ns).sum()
    }
}

/// What one client thread took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThreadCost {
    /// Processor time in the program.
    pub cpu_user_ns: u64,
    /// Processor time in the kernel.
    pub cpu_system_ns: u64,
    /// Time spent runnable without a processor.
    pub run_queue_wait_ns: Option<u64>,
}

impl ThreadCost {
    /// Processor time, user and system.
    pub fn cpu_ns(&self) -> u64 {
        self.cpu_user_ns + self.cpu_system_ns
    }
}

/// What the load cost the server. Times and switches are sums over a window; the others are levels at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServerCost {
    /// Processor time in the program, over all threads.
    pub cpu_user_ns: Option<u64>,
    /// Processor time in the kernel, over all threads.
    pub cpu_system_ns: Option<u64>,
    /// Times that a thread gave up its processor to wait.
    pub voluntary_switches: Option<u64>,
    /// Times that a thread was made to give it up.
    pub involuntary_switches: Option<u64>,
    /// Time spent runnable without a processor, over all threads.
    pub run_queue_wait_ns: Option<u64>,
    /// Resident memory before the first connection.
    pub rss_idle_bytes: Option<u64>,
    /// Resident memory.
    pub rss_bytes: Option<u64>,
    /// Resident memory, with shared pages divided among those who share them.
    pub pss_bytes: Option<u64>,
    /// Threads.
    pub threads: Option<u64>,
    /// Open file descriptors.
    pub open_files: Option<u64>,
}

impl ServerCost {
    /// Processor time, user and system, over all threads.
    pub fn cpu_ns(&self) -> Option<u64> {
        Some(self.cpu_user_ns? + self.cpu_system_ns?)
    }

    /// Context switches of both kinds.
    pub fn switches(&self) -> Option<u64> {
        Some(self.voluntary_switches? + self.involuntary_switches?)
    }

    /// What each connection added to the resident memory.
    pub fn rss_per_connection_bytes(&self, connections: u32) -> Option<u64> {
        self.rss_bytes?
            .saturating_sub(self.rss_idle_bytes?)
            .checked_div(u64::from(connections))
    }
}

/// How evenly the connections were served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fairness {
    /// Connections that took part.
    pub connections: u32,
    /// Jain's index of the completions per connection: 1 is even, 1/connections is one that got all. `None` of no completions.
    pub jain_index: Option<Finite>,
    /// Completions of the connection that got least.
    pub completed_min: u64,
    /// Completions of the connection that got most.
    pub completed_max: u64,
    /// Connections that sent requests and got no replies, or less than a tenth of the average.
    pub starved: u32,
    /// The numbers of the first ten of them.
    #[serde(default)]
    pub starved_first: Vec<u32>,
    /// The greatest p99 response time of any connection, rounded up by an eighth at most.
    pub worst_p99_ns: Option<u64>,
}
