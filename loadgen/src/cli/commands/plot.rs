//! `loadgen plot`: reads stored runs and has `report` draw them.

use std::path::Path;

use report::Format;
use results::{Comparison, file};

use crate::cli::args::PlotArguments;
use crate::cli::ending::Ending;
use crate::cli::stored;

/// Does it.
pub fn run(arguments: &PlotArguments) -> Ending {
    let Some(face) = Face::of(&arguments.output) else {
        return Ending::Usage(format!(
            "-o {} has no known ending; write .html, .svg or .png",
            arguments.output.display()
        ));
    };
    let mut comparison = match stored::comparison(&arguments.files) {
        Ok(comparison) => comparison,
        Err(error) => return Ending::Failed(error.to_string()),
    };
    if let Some(title) = &arguments.title {
        comparison.title.clone_from(title);
    }
    let bytes = match draw(&comparison, face, arguments) {
        Ok(bytes) => bytes,
        Err(why) => return Ending::Failed(why),
    };
    let path = arguments.output.display();
    match file::write_atomically(&arguments.output, &bytes) {
        Ok(()) => match comparison.runs().count() {
            1 => Ending::Good(format!("1 run drawn: {path}")),
            more => Ending::Good(format!("{more} runs drawn: {path}")),
        },
        Err(error) => Ending::Failed(format!("cannot write {path}: {error}; choose another -o")),
    }
}

/// What is written.
#[derive(Debug, Clone, Copy)]
enum Face {
    Page,
    Picture(Format),
}

impl Face {
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "html" => Some(Self::Page),
            "svg" => Some(Self::Picture(Format::Svg)),
            "png" => Some(Self::Picture(Format::Png)),
            _ => None,
        }
    }
}

fn draw(comparison: &Comparison, face: Face, arguments: &PlotArguments) -> Result<Vec<u8>, String> {
    let format = match face {
        Face::Page => return Ok(report::page(comparison).into_bytes()),
        Face::Picture(format) => format,
    };
    report::plot(comparison, &arguments.picture, format, arguments.theme)
        .map_err(|error| error.to_string())
}
