//! Each disturbance of a quiet run, and the check that detects it.

use results::{ClientCost, Finite, Histogram, ThreadCost, example};

use super::*;

/// A valid run of one second on one processor.
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
        checker: None,
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
    let validity = check(&run.into());
    (validity.verdict, validity.failed().count())
}

#[test]
fn a_quiet_client_is_valid() {
    assert_eq!(verdict(&open()), (ValidityVerdict::Valid, 0));
}

#[test]
fn each_disturbance_is_detected() {
    type Disturb = fn(&mut Run);
    let cases: [(CheckCode, f64, Disturb, ValidityVerdict); 5] = [
        (
            CheckCode::BusiestClientThread,
            0.96,
            |run| run.client_cost = cost(960_000_000, Some(0)),
            ValidityVerdict::ClientBound,
        ),
        (
            CheckCode::WaitingForProcessor,
            0.15,
            |run| run.client_cost = cost(0, Some(150_000_000)),
            ValidityVerdict::Suspect,
        ),
        (
            CheckCode::StolenTime,
            0.2,
            |run| run.client_cost.stolen_ns = Some(200_000_000),
            ValidityVerdict::Suspect,
        ),
        (
            CheckCode::WorstHiccup,
            5e8,
            |run| run.client_cost.hiccup_max_ns = Some(500_000_000),
            ValidityVerdict::Suspect,
        ),
        (
            CheckCode::ScheduleLagP99,
            5e8,
            |run| run.latency.lag = Some(histogram(&[500_000_000])),
            ValidityVerdict::ClientBound,
        ),
    ];
    for (code, value, disturb, expected) in cases {
        let mut run = open();
        disturb(&mut run);
        let validity = check(&(&run).into());
        assert_eq!(validity.verdict, expected, "{code:?}");
        let failed: Vec<&Check> = validity.failed().collect();
        let [Check::Measured(check)] = failed.as_slice() else {
            panic!("{code:?}: {failed:?}");
        };
        let read = check.value.map_or(0.0, Finite::value);
        // A histogram keeps three digits.
        assert!(
            check.code == code && (read / value - 1.0).abs() < 0.001,
            "{check:?}"
        );
    }
}

/// A slow checker thread blocks the client threads.
#[test]
fn a_busy_checker_thread_is_detected() {
    let mut run = open();
    run.client_cost.checker = Some(cost(300_000_000, None).threads.remove(1));
    assert_eq!(verdict(&run), (ValidityVerdict::Valid, 0));
    run.client_cost.checker = Some(cost(970_000_000, None).threads.remove(1));
    assert_eq!(verdict(&run), (ValidityVerdict::ClientBound, 1));
}

#[test]
fn a_value_that_is_unavailable_neither_fails_nor_passes() {
    let mut run = open();
    run.client_cost = ClientCost {
        threads: Vec::new(),
        checker: None,
        hiccup_max_ns: None,
        stolen_ns: None,
    };
    let validity = check(&(&run).into());
    assert_eq!(validity.verdict, ValidityVerdict::Valid);
    let not_made = validity
        .checks
        .iter()
        .filter(|check| check.outcome() == CheckOutcome::NotMade);
    assert_eq!(not_made.count(), 5);
}

#[test]
fn a_lag_far_below_the_response_time_passes() {
    let mut run = open();
    run.latency.lag = Some(histogram(&[5_000_000]));
    run.latency.response = histogram(&[90_000_000]);
    assert_eq!(verdict(&run).0, ValidityVerdict::Valid);
    run.latency.response = histogram(&[40_000_000]);
    assert_eq!(verdict(&run).0, ValidityVerdict::ClientBound);
}

#[test]
fn an_overloaded_server_does_not_invalidate_the_run() {
    let mut run = open();
    run.totals.requests_per_s = Finite::new(1.0);
    assert_eq!(verdict(&run), (ValidityVerdict::Valid, 0));
}

#[test]
fn idle_connections_of_a_closed_loop_are_detected() {
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
fn counts_that_contradict_the_latencies_are_detected_given_enough_samples() {
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
fn a_run_as_fast_as_its_baseline_is_not_valid() {
    let baseline = example::closed_loop("baseline");
    let with_rate = |rate: f64| {
        let mut run = example::closed_loop("x");
        run.totals.requests_per_s = baseline
            .totals
            .requests_per_s
            .and_then(|baseline| Finite::new(baseline.value() * rate));
        run.validity = Validity::UNCHECKED;
        compare_with_baseline(&mut run, &baseline);
        (run.validity.verdict, run.validity.checks.len())
    };
    assert_eq!(with_rate(0.5), (ValidityVerdict::Valid, 1));
    assert_eq!(with_rate(0.97), (ValidityVerdict::ClientBound, 1));

    let mut run = open();
    compare_with_baseline(&mut run, &open());
    assert_eq!(run.validity.verdict, ValidityVerdict::Suspect);
}

#[test]
fn a_run_of_a_few_milliseconds_checks_no_shares() {
    let mut run = open();
    run.elapsed_ns = 20_000_000;
    run.client_cost = cost(20_000_000, Some(5_000_000));
    run.client_cost.stolen_ns = Some(10_000_000);
    assert_eq!(verdict(&run), (ValidityVerdict::Valid, 0));
    run.client_cost.hiccup_max_ns = Some(21_000_000);
    assert_eq!(verdict(&run), (ValidityVerdict::Suspect, 1));
}

#[test]
fn one_tick_of_the_kernels_clock_does_not_count_as_stolen_time() {
    let mut run = open();
    run.elapsed_ns = 200_000_000;
    run.client_cost = cost(0, Some(0));
    run.client_cost.stolen_ns = Some(10_000_000);
    assert_eq!(verdict(&run), (ValidityVerdict::Valid, 0));
    run.client_cost.stolen_ns = Some(20_000_000);
    assert_eq!(verdict(&run), (ValidityVerdict::Suspect, 1));
}

/// The client limits a baseline by design. A disturbed machine makes the baseline invalid, and the compared run reports it.
#[test]
fn a_busy_baseline_is_valid_and_a_disturbed_one_is_not() {
    let mut baseline = example::closed_loop("baseline");
    (baseline.elapsed_ns, baseline.warmup_ns) = (1_000_000_000, 0);
    baseline.client_cost = cost(990_000_000, Some(0));
    let busy = of_baseline(&baseline);
    assert_eq!(
        check(&(&baseline).into()).verdict,
        ValidityVerdict::ClientBound
    );
    assert_eq!(
        (busy.verdict, busy.failed().count()),
        (ValidityVerdict::Valid, 0)
    );
    let shown = measured(&busy, CheckCode::BusiestClientThread);
    assert!(
        shown.value.map(Finite::value) == Some(0.99) && shown.limit.is_none(),
        "{shown:?}"
    );

    baseline.client_cost.hiccup_max_ns = Some(500_000_000);
    baseline.validity = of_baseline(&baseline);
    assert_eq!(baseline.validity.verdict, ValidityVerdict::Suspect);
    let mut run = example::closed_loop("x");
    run.totals.requests_per_s = Finite::new(1.0);
    compare_with_baseline(&mut run, &baseline);
    assert_eq!(run.validity.verdict, ValidityVerdict::Suspect);
    let failed = measured(&run.validity, CheckCode::BaselineFailedChecks);
    assert_eq!(
        failed.because.iter().map(Check::code).collect::<Vec<_>>(),
        [Some(CheckCode::WorstHiccup)]
    );
}

fn measured(validity: &Validity, code: CheckCode) -> MeasuredCheck {
    let found = validity
        .checks
        .iter()
        .find(|check| check.code() == Some(code));
    match found {
        Some(Check::Measured(check)) => check.clone(),
        other => panic!("{other:?}"),
    }
}

/// 150 ms are 3 % of the measured window, but 1.5 % of the whole run, over which they were counted.
#[test]
fn stolen_time_is_a_share_of_the_whole_run() {
    let mut run = open();
    run.elapsed_ns = 10_000_000_000;
    run.client_cost.stolen_ns = Some(150_000_000);
    run.warmup_ns = 5_000_000_000;
    run.client_cost.threads.clear();
    let stolen = |run: &Run| measured(&check(&run.into()), CheckCode::StolenTime);
    assert_eq!(stolen(&run).outcome, CheckOutcome::Passed);
    run.client_cost.stolen_ns = Some(300_000_000);
    let stolen = stolen(&run);
    assert_eq!(stolen.outcome, CheckOutcome::Failed);
    assert_eq!(stolen.value.map(Finite::value), Some(0.03));
}
