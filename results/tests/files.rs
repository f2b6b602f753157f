//! A run is written whole, reads back as it was, and a file that is no run is refused with a remedy.

use std::error::Error;
use std::fs;
use std::path::Path;

use results::schema::RunSchema;
use results::{Check, Comparison, PercentileInterval, Run, example, file};

type Outcome = Result<(), Box<dyn Error>>;

#[test]
fn a_run_reads_back_as_it_was_written() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("new/folder/run.json");
    for run in [
        example::open_loop("a"),
        example::closed_loop("b"),
        example::empty("c"),
    ] {
        file::save(&path, &run)?;
        assert_eq!(file::load::<Run>(&path)?, run);
    }
    let left: Vec<_> = fs::read_dir(folder.path().join("new/folder"))?.collect();
    assert_eq!(left.len(), 1, "no unfinished file remains");
    Ok(())
}

/// Members that came later have a default: a run that was stored before them is still a run.
#[test]
fn a_run_of_an_older_program_is_read() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("run.json");
    let mut run = example::open_loop("a");
    run.percentile_intervals =
        PercentileInterval::all_of(&run.latency.response, &run.intervals, run.warmup_ns);
    run.client_cost.checker = run.client_cost.threads.first().cloned();
    file::save(&path, &run)?;
    assert_eq!(file::load::<Run>(&path)?, run);

    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&path)?)?;
    let removed = [
        json.as_object_mut()
            .and_then(|run| run.remove("percentile_intervals")),
        json["client_cost"]
            .as_object_mut()
            .and_then(|cost| cost.remove("checker")),
    ];
    assert!(removed.iter().all(Option::is_some), "{removed:?}");
    fs::write(&path, serde_json::to_vec(&json)?)?;
    run.percentile_intervals.clear();
    run.client_cost.checker = None;
    assert_eq!(file::load::<Run>(&path)?, run);
    Ok(())
}

/// Checks and reasons of version 1 are text: they are read as they are, and stay so when they are written again.
#[test]
fn files_of_version_1_are_read_and_keep_their_text() -> Outcome {
    let fixture = |name: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures")
            .join(name)
    };
    let run = file::load::<Run>(&fixture("run-v1.json"))?;
    assert_eq!(run.schema, RunSchema::V1);
    assert_eq!(
        run.validity.reasons_v1,
        [
            "schedule lag p99 12.0\u{a0}ms, which should be at most 1.00\u{a0}ms: requests left late by the load \
             generator's own fault; lower -r or raise -t"
        ]
    );
    let Some(Check::Text(failed)) = run.validity.failed().next() else {
        return Err("a check of version 1 is text".into());
    };
    assert_eq!(
        [&failed.name, &failed.reading, &failed.limit],
        ["schedule lag p99", "12.0\u{a0}ms", "at most 1.00\u{a0}ms"]
    );

    let comparison = file::load::<Comparison>(&fixture("comparison-v1.json"))?;
    assert_eq!(comparison.systems[0].runs(), std::slice::from_ref(&run));
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("run.json");
    file::save(&path, &run)?;
    assert_eq!(file::load::<Run>(&path)?, run);
    Ok(())
}

#[test]
fn a_comparison_reads_back_as_it_was_written() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("comparison.json");
    let comparison = example::comparison(2);
    file::save(&path, &comparison)?;
    assert_eq!(file::load::<Comparison>(&path)?, comparison);
    Ok(())
}

#[test]
fn a_written_file_is_readable_by_others() -> Outcome {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir()?;
    let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
    file::write_atomically(&ours, b"x")?;
    fs::write(&plain, b"x")?;
    let mode = |path| fs::metadata(path).map(|data| data.permissions().mode());
    assert_eq!(mode(&ours)?, mode(&plain)?);
    Ok(())
}

#[test]
fn what_is_no_run_is_refused_with_a_remedy() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("run.json");
    file::save(&path, &example::closed_loop("a"))?;
    let whole = fs::read_to_string(&path)?;
    let cases = [
        (
            whole[..whole.len() / 2].to_owned(),
            "is cut short",
            "repeat the run",
        ),
        (
            whole.replace("baton.run/2", "baton.run/9"),
            "schema 'baton.run/9'",
            "program version",
        ),
        (
            whole.replace("\"p99_ns\": ", "\"p99_ns\": 1"),
            "it was edited",
            "--out",
        ),
        (
            whole.replace("\"label\"", "\"lable\""),
            "missing field `label`",
            "--out",
        ),
        ("hello".to_owned(), "is no baton.run/2 file", "--out"),
    ];
    for (text, complaint, remedy) in cases {
        fs::write(&path, text)?;
        assert_refused(&path, complaint, remedy);
    }
    assert_refused(
        &folder.path().join("absent.json"),
        "No such file",
        "name a file",
    );
    Ok(())
}

#[track_caller]
fn assert_refused(path: &Path, complaint: &str, remedy: &str) {
    let message = match file::load::<Run>(path) {
        Ok(_) => "it was loaded".to_owned(),
        Err(error) => error.to_string(),
    };
    assert!(
        message.contains(&path.display().to_string()),
        "the file is named: {message}"
    );
    assert!(
        message.contains(complaint) && message.contains(remedy),
        "{message}"
    );
    assert_eq!(message.lines().count(), 1);
}
