//! Each disturbance of a quiet run, and what is said of it.

use results::{CheckOutcome, ClientCost, Finite, Histogram, ThreadCost, example};

use super::*;

/// A run of a second on one processor, in which nothing was odd.
fn open() -> Run {
    let mut run = example::open_loop("x");
    (run.elapsed_ns, run.warmup_ns) = (1_000_000_000, 0);
    run.host.cores = 1;
    run.client_cost = cost(300_000_000, Some(10_000_000));
    run.latency.lag = Some(histogram(&[20_000, 40_000]));
    run
}

fn cost(cpu_ns: u64, waited_ns: Option<u64>) -> ClientCost {
    let thread = ThreadCost {
        cpu_user_ns: cpu_ns / 2,
        cpu_system_ns: cpu_ns / 2,
        run_queue_wait_ns: waited_ns,
    };
    let idle = ThreadCost {
        cpu_user_ns: 0,
        cpu_system_ns: 0,
        run_queue_wait_ns: waited_ns.map(|_| 0),
    };
    ClientCost {
        threads: vec![idle, thread],
        judge: None,
        hiccup_max_ns: Some(200_000),
        stolen_ns: Some(0),
    }
}

fn histogram(values_ns: &[u64]) -> Histogram {
    let mut histogram = Histogram::new();
    values_ns.iter().for_each(|ns| histogram.record(*ns));
    histogram
}

fn verdict(run: &Run) -> (ValidityVerdict, usize) {
    let validity = of(run);
    (validity.verdict, validity.reasons.len())
}

#[test]
fn a_quiet_client_is_believed() {
    assert_eq!(verdict(&open()), (ValidityVerdict::Valid, 0));
}

#[test]
fn each_disturbance_is_noticed() {
    type Disturb = fn(&mut Run);
    let cases: [(&str, Disturb, ValidityVerdict); 5] = [
        (
            "busiest client thread 96.0",
            |run| run.client_cost = cost(960_000_000, Some(0)),
            ValidityVerdict::ClientBound,
        ),
        (
            "waiting for a processor 15.0",
            |run| run.client_cost = cost(0, Some(150_000_000)),
            ValidityVerdict::Suspect,
        ),
        (
            "stolen time 20.0",
            |run| run.client_cost.stolen_ns = Some(200_000_000),
            ValidityVerdict::Suspect,
        ),
        (
            "worst hiccup 500",
            |run| run.client_cost.hiccup_max_ns = Some(500_000_000),
            ValidityVerdict::Suspect,
        ),
        (
            "schedule lag p99 500",
            |run| run.latency.lag = Some(histogram(&[500_000_000])),
            ValidityVerdict::ClientBound,
        ),
    ];
    for (reason, disturb, expected) in cases {
        let mut run = open();
        disturb(&mut run);
        let validity = of(&run);
        assert_eq!(validity.verdict, expected, "{reason}");
        assert!(
            validity.reasons.len() == 1 && validity.reasons[0].contains(reason),
            "{:?}",
            validity.reasons
        );
    }
}

/// Who cannot follow holds up those who tell it.
#[test]
fn a_judge_who_has_no_time_left_is_noticed() {
    let mut run = open();
    run.client_cost.judge = Some(cost(300_000_000, None).threads.remove(1));
    assert_eq!(verdict(&run), (ValidityVerdict::Valid, 0));
    run.client_cost.judge = Some(cost(970_000_000, None).threads.remove(1));
    assert_eq!(verdict(&run), (ValidityVerdict::ClientBound, 1));
}

#[test]
fn what_the_machine_does_not_tell_is_no_disturbance_and_no_pass() {
    let mut run = open();
    run.client_cost = ClientCost {
        threads: Vec::new(),
        judge: None,
        hiccup_max_ns: None,
        stolen_ns: None,
    };
    let validity = of(&run);
    assert_eq!(validity.verdict, ValidityVerdict::Valid);
    let not_made = validity
        .checks
        .iter()
        .filter(|check| check.outcome == CheckOutcome::NotMade);
    assert_eq!(not_made.count(), 5);
}

#[test]
fn a_lag_far_under_what_users_wait_is_harmless() {
    let mut run = open();
    run.latency.lag = Some(histogram(&[5_000_000]));
    run.latency.response = histogram(&[90_000_000]);
    assert_eq!(verdict(&run).0, ValidityVerdict::Valid);
    run.latency.response = histogram(&[40_000_000]);
    assert_eq!(verdict(&run).0, ValidityVerdict::ClientBound);
}

#[test]
fn an_overloaded_server_is_no_fault_of_the_client() {
    let mut run = open();
    run.totals.requests_per_s = Finite::new(1.0);
    assert_eq!(verdict(&run), (ValidityVerdict::Valid, 0));
}

#[test]
fn in_a_closed_loop_connections_that_rest_betray_the_client() {
    let mut run = example::closed_loop("x");
    run.warmup_ns = 0;
    (
        run.elapsed_ns,
        run.workload.connections,
        run.workload.pipeline_depth,
    ) = (2_000_000_000, 10, 1);
    run.client_cost = cost(300_000_000, Some(0));
    run.totals.failures.clear();
    run.latency.response = histogram(&[1_000_000]);
    run.totals.requests_per_s = Finite::new(9_900.0);
    assert_eq!(verdict(&run), (ValidityVerdict::Valid, 0));
    run.totals.requests_per_s = Finite::new(5_000.0);
    assert_eq!(verdict(&run), (ValidityVerdict::ClientBound, 1));
}

#[test]
fn books_that_disagree_are_noticed_where_enough_was_seen() {
    let mut run = open();
    run.totals.failures.clear();
    run.totals.requests_per_s = Finite::new(10_000.0);
    run.latency.service = Some(histogram(&[2_000_000]));
    (run.totals.in_flight, run.totals.in_flight_looks) = (Finite::new(21.0), 200);
    assert_eq!(verdict(&run), (ValidityVerdict::Valid, 0));
    run.totals.in_flight = Finite::new(30.0);
    assert_eq!(verdict(&run), (ValidityVerdict::Suspect, 1));
    run.totals.in_flight_looks = 10;
    assert_eq!(
        verdict(&run),
        (ValidityVerdict::Valid, 0),
        "ten looks are too few to say"
    );
}

#[test]
fn a_server_as_fast_as_nothing_was_not_measured() {
    let floor = example::closed_loop("null floor");
    let with_rate = |rate: f64| {
        let mut run = example::closed_loop("x");
        run.totals.requests_per_s = floor
            .totals
            .requests_per_s
            .and_then(|floor| Finite::new(floor.value() * rate));
        run.validity = Validity {
            verdict: ValidityVerdict::Valid,
            reasons: Vec::new(),
            checks: Vec::new(),
        };
        compare_with_floor(&mut run, &floor);
        (run.validity.verdict, run.validity.checks.len())
    };
    assert_eq!(with_rate(0.5), (ValidityVerdict::Valid, 1));
    assert_eq!(with_rate(0.97), (ValidityVerdict::ClientBound, 1));

    let mut run = open();
    compare_with_floor(&mut run, &open());
    assert_eq!(run.validity.verdict, ValidityVerdict::Suspect);
}

#[test]
fn what_a_machine_does_in_a_few_milliseconds_is_no_share_of_anything() {
    let mut run = open();
    run.elapsed_ns = 20_000_000;
    run.client_cost = cost(20_000_000, Some(5_000_000));
    run.client_cost.stolen_ns = Some(10_000_000);
    assert_eq!(verdict(&run), (ValidityVerdict::Valid, 0));
    run.client_cost.hiccup_max_ns = Some(21_000_000);
    assert_eq!(verdict(&run), (ValidityVerdict::Suspect, 1));
}

#[test]
fn one_tick_of_the_kernels_clock_is_no_theft() {
    let mut run = open();
    run.elapsed_ns = 200_000_000;
    run.client_cost = cost(0, Some(0));
    run.client_cost.stolen_ns = Some(10_000_000);
    assert_eq!(verdict(&run), (ValidityVerdict::Valid, 0));
    run.client_cost.stolen_ns = Some(20_000_000);
    assert_eq!(verdict(&run), (ValidityVerdict::Suspect, 1));
}

/// The floor is where the client is the limit; a floor of a disturbed machine is none, and whoever is compared with it is told.
#[test]
fn a_floor_may_be_busy_and_must_not_be_disturbed() {
    let mut floor = example::closed_loop("null floor");
    (floor.elapsed_ns, floor.warmup_ns) = (1_000_000_000, 0);
    floor.client_cost = cost(990_000_000, Some(0));
    let busy = of_floor(&floor);
    assert_eq!(of(&floor).verdict, ValidityVerdict::ClientBound);
    assert_eq!(
        (busy.verdict, busy.reasons.len()),
        (ValidityVerdict::Valid, 0)
    );
    assert!(
        busy.checks
            .iter()
            .any(|check| check.reading.starts_with("99"))
    );

    floor.client_cost.hiccup_max_ns = Some(500_000_000);
    floor.validity = of_floor(&floor);
    assert_eq!(floor.validity.verdict, ValidityVerdict::Suspect);
    let mut run = example::closed_loop("x");
    run.totals.requests_per_s = Finite::new(1.0);
    compare_with_floor(&mut run, &floor);
    let said = &run.validity.reasons[0];
    assert!(
        said.starts_with("the null floor's own measurement in doubt, which should be valid: ")
            && said.contains("(worst hiccup 500"),
        "{said}"
    );
}

/// Three hundredths of the window, and one and a half of the run that they were counted over.
#[test]
fn what_was_stolen_is_a_part_of_the_whole_run() {
    let mut run = open();
    run.elapsed_ns = 10_000_000_000;
    run.client_cost.stolen_ns = Some(150_000_000);
    run.warmup_ns = 5_000_000_000;
    run.client_cost.threads.clear();
    assert!(
        of(&run)
            .checks
            .iter()
            .all(|check| check.name != "stolen time" || check.outcome == CheckOutcome::Passed)
    );
    run.client_cost.stolen_ns = Some(300_000_000);
    assert!(
        of(&run)
            .reasons
            .iter()
            .any(|reason| reason.contains("stolen time 3.00"))
    );
}
