//! One picture in a file of its own: SVG or PNG.

use std::str::FromStr;

use std::fmt;

use results::{Claims, Comparison};

use crate::claims;
use crate::picture::Picture;
use crate::pictures;
use crate::static_picture;
use crate::style::Systems;
use crate::theme::Theme;

/// What a picture is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines and text, sharp at any size.
    Svg,
    /// Pixels.
    Png,
}

/// Which colours a picture has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colours {
    /// For paper and bright rooms.
    #[default]
    Light,
    /// For screens at night.
    Dark,
}

impl FromStr for Colours {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "light" => Ok(Self::Light),
            "dark" => Ok(Self::Dark),
            _ => Err("a theme is light or dark"),
        }
    }
}

/// Why there is no picture; its `Display` says what would help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlotError {
    /// No picture has this name.
    UnknownPicture(String),
    /// The data does not suffice for it.
    NoData(String),
    /// No claim of this name has a picture.
    NoClaim(String),
    /// The drawing library failed.
    Drawing(String),
}

impl fmt::Display for PlotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownPicture(name) => {
                write!(
                    f,
                    "there is no picture '{name}': choose one of {}",
                    pictures::NAMES.join(", ")
                )
            }
            Self::NoData(name) => write!(
                f,
                "these runs hold no data for the picture '{name}': {}",
                pictures::needs(name)
            ),
            Self::NoClaim(name) => write!(
                f,
                "this file holds no picture of a claim '{name}': claims list names them, claims run draws them"
            ),
            Self::Drawing(reason) => write!(f, "the picture could not be drawn: {reason}"),
        }
    }
}

impl std::error::Error for PlotError {}

/// The names that [`plot`] knows.
pub const PICTURES: [&str; 8] = pictures::NAMES;

/// Draws the picture of this name; each is named in [`PICTURES`].
pub fn plot(
    comparison: &Comparison,
    name: &str,
    format: Format,
    colours: Colours,
) -> Result<Vec<u8>, PlotError> {
    if !PICTURES.contains(&name) {
        return Err(PlotError::UnknownPicture(name.to_owned()));
    }
    let pictures = pictures::all(comparison);
    let picture = pictures.iter().find(|picture| picture.name == name);
    let picture = picture.ok_or_else(|| PlotError::NoData(name.to_owned()))?;
    draw(picture, format, colours)
}

/// Draws the picture of the claim of this name.
pub fn plot_claim(
    claims: &Claims,
    name: &str,
    format: Format,
    colours: Colours,
) -> Result<Vec<u8>, PlotError> {
    let pictures = claims::pictures(claims, &Systems::of(None, Some(claims)));
    let wanted = format!("claim-{name}");
    let picture = pictures.iter().find(|picture| picture.name == wanted);
    let picture = picture.ok_or_else(|| PlotError::NoClaim(name.to_owned()))?;
    draw(picture, format, colours)
}

fn draw(picture: &Picture, format: Format, colours: Colours) -> Result<Vec<u8>, PlotError> {
    let theme = match colours {
        Colours::Light => Theme::LIGHT,
        Colours::Dark => Theme::DARK,
    };
    match format {
        Format::Svg => Ok(static_picture::svg(picture, &theme).into_bytes()),
        Format::Png => static_picture::png(picture, &theme).map_err(PlotError::Drawing),
    }
}
