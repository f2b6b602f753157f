//! The published schemas are those of the types.

use std::error::Error;
use std::path::PathBuf;

use schemars::Schema;

#[test]
fn the_schema_of_a_run_is_published() -> Result<(), Box<dyn Error>> {
    assert_published("run.schema.json", &results::schema::run())
}

#[test]
fn the_schema_of_a_comparison_is_published() -> Result<(), Box<dyn Error>> {
    assert_published("comparison.schema.json", &results::schema::comparison())
}

#[test]
fn the_schema_of_the_claims_is_published() -> Result<(), Box<dyn Error>> {
    assert_published("claims.schema.json", &results::schema::claims())
}

/// `UPDATE_SCHEMA=1 cargo test -p results` writes the schemas anew after a change of the types.
fn assert_published(name: &str, schema: &Schema) -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schema");
    let path = folder.join(name);
    let generated = serde_json::to_string_pretty(schema)? + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &generated)?;
    }
    assert!(
        std::fs::read_to_string(&path)? == generated,
        "{} is not what the types generate: run UPDATE_SCHEMA=1 cargo test -p results",
        path.display()
    );
    Ok(())
}
