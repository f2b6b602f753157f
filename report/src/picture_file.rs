//! One picture in a file of its own: SVG or PNG.

use std::str::FromStr;

use results::{Claims, Comparison};
use thiserror::Error;

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
    type Err = UnknownColours;

    fn from_str(name: &str) -> Result<Self, UnknownColours> {
        match name {
            "light" => Ok(Self::Light),
            "dark" => Ok(Self::Dark),
            _ => Err(UnknownColours),
        }
    }
}

/// Why there is no picture; its `Display` says what would help.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlotError {
    /// No picture has this name.
    #[error("there is no picture '{0}': choose one of {names}", names = PICTURES.join(", "))]
    UnknownPicture(String),
    /// The data does not suffice for it.
    #[error("these runs hold no data for the picture '{0}': {needs}", needs = pictures::needs(.0))]
    NoData(String),
    /// No claim of this name has a picture.
    #[error(
        "this file holds no picture of a claim '{0}': claims list names them, claims run draws them"
    )]
    NoClaim(String),
    /// The drawing library failed.
    #[error("the picture could not be drawn: {0}")]
    Drawing(String),
}

/// A name that is no theme; its `Display` says which there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a theme is light or dark")]
pub struct UnknownColours;

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
