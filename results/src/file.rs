//! Files: read with errors that say what to do, written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Claims, Comparison, Run};

/// A format with a version in its `schema` member.
pub trait Format: Serialize + DeserializeOwned {
    /// The versions that this program reads; it writes the first.
    const SCHEMAS: &'static [&'static str];
}

impl Format for Run {
    const SCHEMAS: &'static [&'static str] = &["baton.run/2", "baton.run/1"];
}

impl Format for Comparison {
    const SCHEMAS: &'static [&'static str] = &["baton.comparison/2", "baton.comparison/1"];
}

impl Format for Claims {
    const SCHEMAS: &'static [&'static str] = &["baton.claims/1"];
}

/// Reads a [`Run`], a [`Comparison`] or [`Claims`].
pub fn load<T: Format>(path: &Path) -> Result<T, LoadError> {
    let name = || path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| LoadError::Unreadable(name(), error))?;
    let malformed = |error: serde_json::Error| match error.is_eof() {
        true => LoadError::Torn(name(), error),
        false => LoadError::Malformed(name(), T::SCHEMAS[0], error),
    };
    // The version comes first: of a later format, every other complaint would mislead.
    let Version { schema } = serde_json::from_str(&text).map_err(malformed)?;
    if !T::SCHEMAS.contains(&schema.as_str()) {
        return Err(LoadError::OtherSchema(name(), schema, T::SCHEMAS[0]));
    }
    serde_json::from_str(&text).map_err(malformed)
}

/// Writes a [`Run`], a [`Comparison`] or [`Claims`] as JSON with line breaks.
pub fn save<T: Format>(path: &Path, value: &T) -> io::Result<()> {
    let mut json = serde_json::to_vec_pretty(value)?;
    json.push(b'\n');
    write_atomically(path, &json)
}

/// Writes a file so that a reader sees the old one or the new one, whole, even if this process is killed meanwhile.
///
/// Missing folders are made. The bytes go to a nameless neighbour first: renaming is atomic within one file system only.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut neighbour = tempfile::Builder::new()
        .prefix(".unfinished-")
        // What any other new file gets; a temporary file would be the owner's alone.
        .permissions(fs::Permissions::from_mode(0o666))
        .tempfile_in(folder)?;
    neighbour.write_all(bytes)?;
    neighbour.as_file().sync_all()?;
    neighbour.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[derive(Deserialize)]
struct Version {
    schema: String,
}

/// Why a file could not be loaded; its `Display` is one line that names the file and the remedy.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read {0}: {1}; name a file that loadgen wrote with --out")]
    Unreadable(String, #[source] io::Error),
    /// The JSON ends too early.
    #[error("{0} is cut short ({1}); copy it again or repeat the run")]
    Torn(String, #[source] serde_json::Error),
    /// The JSON is not of this format.
    #[error("{0} is no {1} file ({2}); name a file that loadgen wrote with --out")]
    Malformed(String, &'static str, #[source] serde_json::Error),
    /// The version is not one of this program's.
    #[error(
        "{0} has schema '{1}' and this program reads '{2}'; use the program version that wrote it, or repeat the run"
    )]
    OtherSchema(String, String, &'static str),
}
