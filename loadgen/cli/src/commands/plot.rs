//! `loadgen plot`: reads stored runs and has `report` draw them.

use std::ffi::OsStr;

use report::Format;
use results::file;

use crate::args::PlotArguments;
use crate::exit::Exit;
use crate::stored;

/// Reads the runs, and draws them into one file.
pub(crate) fn run(arguments: &PlotArguments) -> Result<Exit, Exit> {
    let output = arguments.output.display();
    let format = match arguments.output.extension().and_then(OsStr::to_str) {
        Some("html") => None,
        Some("svg") => Some(Format::Svg),
        Some("png") => Some(Format::Png),
        _ => {
            let why = format!("-o {output} has an unknown ending; write .html, .svg or .png");
            return Err(Exit::usage(why));
        }
    };
    let mut comparison = stored::comparison(&arguments.files).map_err(Exit::failed)?;
    if let Some(title) = &arguments.title {
        comparison.title.clone_from(title);
    }
    let bytes = match format {
        None => report::page(&comparison).into_bytes(),
        Some(format) => report::plot(&comparison, &arguments.picture, format, arguments.theme)
            .map_err(Exit::failed)?,
    };
    file::write_atomically(&arguments.output, &bytes).map_err(|error| {
        Exit::failed(format!("cannot write {output}: {error}; choose another -o"))
    })?;
    Ok(match comparison.runs().count() {
        1 => Exit::ok(format!("1 run drawn: {output}")),
        more => Exit::ok(format!("{more} runs drawn: {output}")),
    })
}
