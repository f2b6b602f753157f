//! One suite of literal bytes over real sockets, for every server. [`mod@fault_injection`] also tests the load generator:
//! it must report every fault that a proxy injects.
//!
//! A server's crate mounts it in one line and names its disciplines, which is a row of the project's table in itself:
//!
//! ```text
//! conformance::suite!(env!("CARGO_BIN_EXE_server-threaded"), exact: ["mutex", "atomic"], lossy: ["racy"]);
//! ```
//!
//! A server that waits in more than one way is mounted once for each, with `flags: ["--runtime", "current"]` behind the program.
//!
//! Each group of cases becomes a `#[test]` with server processes of its own. What the suite asks of a server: the flags
//! `--port 0`, `--protocol resp|echo` and `--counter NAME`; a first line on stdout that says `listening on ADDRESS`; on
//! SIGTERM the final counters on stdout and exit status 0.
//!
//! ```text
//! dialogues/*.txt ─┐
//! scripts/*.rs   ──┴─> script ──> client ══ TCP ══> server (a process)
//!                        │ cut everywhere            ^
//!                        └──> sock_diag: has it read? ┘
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "every line of this crate runs inside a test, and a test stops at the first surprise"
)]

pub mod target;

pub mod dialogue;
pub mod script;
pub mod scripts;

pub mod health_check;
pub mod server;

pub mod fault_injection;
pub mod limits;
pub mod suite;

/// Mounts the suite: one `#[test]` for each group of cases.
#[macro_export]
macro_rules! suite {
    (
        $program:expr, $(flags: [$($flag:literal),* $(,)?],)?
        exact: [$($exact:literal),* $(,)?], lossy: [$($lossy:literal),* $(,)?] $(,)?
    ) => {
        const TARGET: $crate::target::Target = $crate::target::Target {
            program: $program,
            flags: &[$($($flag),*)?],
            exact: &[$($exact),*],
            lossy: &[$($lossy),*],
        };

        $crate::mount! { suite, TARGET:
            tables {
                counters, connection, misuse, inline_commands, frames, protocol_errors, unfinished_requests,
                endless_lines, every_byte_value,
            }
            streams {
                ten_thousand_requests_in_one_write, replies_larger_than_every_buffer, two_hundred_clients_at_once,
                halves_of_requests_are_kept_apart, half_close_answers_everything_first, command_and_fin_in_one_segment,
                nothing_behind_an_error_is_executed,
            }
            described { info_has_its_sections, hello_names_the_server, resp3_differs_in_null_maps_and_text, there_is_no_password, every_connection_has_a_number }
            echo { every_byte_in_every_cut, ten_megabytes, no_byte_has_a_meaning }
            instruments {
                no_debugging_unless_allowed, debugging_where_allowed, dwell_counts_reads,
                a_locked_access_log_has_whole_lines, the_record_holds_the_turns,
            }
            concurrency { one_request_at_a_time, pipelined, lossy_disciplines_never_count_too_much }
            process {
                sigterm_prints_the_final_counters, sigterm_of_an_echo_server, a_bad_flag_is_named,
                a_busy_port_is_named,
            }
            redis_client { a_session, errors_keep_their_meaning, resp3_is_spoken }
        }
    };
}

/// Mounts the limits: `conformance::limits!(env!("CARGO_BIN_EXE_server-threaded"));`
#[macro_export]
macro_rules! limits {
    ($program:expr $(, flags: [$($flag:literal),* $(,)?])? $(,)?) => {
        const TARGET: $crate::target::Target = $crate::target::Target {
            program: $program,
            flags: &[$($($flag),*)?],
            exact: &[],
            lossy: &[],
        };

        $crate::mount! { limits, TARGET:
            admission {
                one_too_many_is_refused, a_place_is_usable_again, one_too_many_at_an_echo_server,
                no_descriptors, the_last_descriptor_is_the_spare, few_descriptors_from_the_start, no_threads, gone_before_they_are_accepted,
            }
            endings { each_reason_is_counted, resets_leave_nothing_behind, writing_to_a_closed_client }
            fairness { a_greedy_pipeliner }
            memory {
                memory_is_reserved_as_bytes_arrive, a_request_has_a_limit_as_a_whole,
                all_clients_together_have_a_limit, an_argument_has_the_limit_that_was_set,
            }
            timeouts {
                idle_clients_are_closed, dripped_requests_are_closed, a_client_that_never_reads_is_closed,
                an_echo_client_that_never_reads_is_closed, zero_is_never,
            }
            refusals {
                http_drives_nothing, other_machines_need_two_flags, counters_have_a_limit,
                a_hundred_thousand_counters, names_have_a_limit,
            }
            stopping {
                acknowledged_increments_are_in_the_final_report, a_stop_has_a_deadline,
                an_ignored_hang_up_stays_ignored, two_signals_at_once_are_one, a_closed_stdout_does_not_change_the_end, useless_limits_are_refused,
                a_second_signal_ends_it_at_once, what_has_arrived_is_answered, stopped_and_continued,
            }
            sockets { the_backlog_is_deep, vanished_clients_are_detected }
            storm { thousands_connect_at_once }
        }
    };
}

/// Mounts fault injection: the load generator tests the server through a proxy that injects faults.
/// `conformance::fault_injection!(env!("CARGO_BIN_EXE_server-threaded"), exact: ["mutex", "atomic"]);`
#[macro_export]
macro_rules! fault_injection {
    ($program:expr, exact: [$($exact:literal),* $(,)?] $(,)?) => {
        const TARGET: $crate::target::Target =
            $crate::target::Target { program: $program, flags: &[], exact: &[$($exact),*], lossy: &[] };

        $crate::mount! { fault_injection, TARGET:
            reported {
                two_replies_exchanged, a_reply_sent_twice, a_reply_sent_twice_to_one_request, a_reply_lost, a_value_changed,
                replies_of_two_connections_exchanged, a_type_changed, two_echoes_exchanged,
                an_echo_sent_twice, an_echo_lost, an_echo_changed, echoes_of_two_connections_exchanged,
            }
            harmless {
                delays, resets_instead_of_a_reply, resets_in_the_middle_of_a_reply,
                resets_instead_of_a_request,
            }
            crashes { killed_and_restarted }
        }
    };
}

/// Makes a `#[test]` of each case, in a module of its group's name.
#[doc(hidden)]
#[macro_export]
macro_rules! mount {
    ($part:ident, $target:ident: $($group:ident { $($case:ident),* $(,)? })*) => {
        $(
            mod $group {
                $(
                    #[test]
                    fn $case() {
                        $crate::$part::$group::$case(&super::$target);
                    }
                )*
            }
        )*
    };
}
