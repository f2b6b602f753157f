//! `loadgen plot`: reads stored runs and has `report` draw them.

use std::path::Path;

use report::Format;
use results::{Comparison, file};

use crate::args::PlotArguments;
use crate::exit::Exit;
use crate::stored;

/// Runs the command.
pub(crate) fn run(arguments: &PlotArguments) -> Exit {
    let Some(kind) = Kind::of(&arguments.output) else {
        return Exit::usage(format!(
            "-o {} has no known ending; write .html, .svg or .png",
            arguments.output.display()
        ));
    };
    let mut comparison = match stored::comparison(&arguments.files) {
        Ok(comparison) => comparison,
        Err(error) => return Exit::failed(error.to_string()),
    };
    if let Some(title) = &arguments.title {
        comparison.title.clone_from(title);
    }
    let bytes = match draw(&comparison, kind, arguments) {
        Ok(bytes) => bytes,
        Err(why) => return Exit::failed(why),
    };
    let path = arguments.output.display();
    match file::write_atomically(&arguments.output, &bytes) {
        Ok(()) => match comparison.runs().count() {
            1 => Exit::ok(format!("1 run drawn: {path}")),
            more => Exit::ok(format!("{more} runs drawn: {path}")),
        },
        Err(error) => Exit::failed(format!("cannot write {path}: {error}; choose another -o")),
    }
}

/// What is written.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Page,
    Picture(Format),
}

impl Kind {
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "html" => Some(Self::Page),
            "svg" => Some(Self::Picture(Format::Svg)),
            "png" => Some(Self::Picture(Format::Png)),
            _ => None,
        }
    }
}

fn draw(comparison: &Comparison, kind: Kind, arguments: &PlotArguments) -> Result<Vec<u8>, String> {
    let format = match kind {
        Kind::Page => return Ok(report::page(comparison).into_bytes()),
        Kind::Picture(format) => format,
    };
    report::plot(comparison, &arguments.picture, format, arguments.theme)
        .map_err(|error| error.to_string())
}
