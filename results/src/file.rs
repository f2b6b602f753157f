//! Files: read with errors that say what to do, written whole or not at all.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

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
    let fail = |kind| LoadError {
        path: path.to_owned(),
        expected: T::SCHEMAS[0],
        kind,
    };
    let text = fs::read_to_string(path).map_err(|error| fail(Kind::Unreadable(error)))?;
    // The version comes first: of a later format, every other complaint would mislead.
    let Version { schema } = parse(&text).map_err(fail)?;
    if !T::SCHEMAS.contains(&schema.as_str()) {
        return Err(fail(Kind::OtherSchema(schema)));
    }
    parse(&text).map_err(fail)
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

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Kind> {
    serde_json::from_str(text).map_err(|error| {
        if error.is_eof() {
            Kind::Torn(error)
        } else {
            Kind::Malformed(error)
        }
    })
}

/// Why a file could not be loaded; its `Display` is one line that names the file and the remedy.
#[derive(Debug)]
pub struct LoadError {
    path: PathBuf,
    expected: &'static str,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Unreadable(io::Error),
    Torn(serde_json::Error),
    Malformed(serde_json::Error),
    OtherSchema(String),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        let expected = self.expected;
        match &self.kind {
            Kind::Unreadable(error) => {
                write!(
                    f,
                    "cannot read {path}: {error}; name a file that loadgen wrote with --out"
                )
            }
            Kind::Torn(error) => {
                write!(
                    f,
                    "{path} is cut short ({error}); copy it again or repeat the run"
                )
            }
            Kind::Malformed(error) => write!(
                f,
                "{path} is no {expected} file ({error}); name a file that loadgen wrote with --out"
            ),
            Kind::OtherSchema(schema) => write!(
                f,
                "{path} has schema '{schema}' and this program reads '{expected}'; \
                 use the program version that wrote it, or repeat the run"
            ),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            Kind::Unreadable(error) => Some(error),
            Kind::Torn(error) | Kind::Malformed(error) => Some(error),
            Kind::OtherSchema(_) => None,
        }
    }
}
