//! Pictures in files of their own: well-formed, in both themes, and refused with a reason.

use report::{Colours, Format, PICTURES, PlotError};
use results::example;

#[test]
fn every_svg_is_xml_and_every_png_is_one() -> Result<(), PlotError> {
    let mut comparison = example::comparison(2);
    comparison.systems[1].label = "<b> & $x^2$ \"quoted\"".to_owned();
    for name in ["percentiles", "lost-updates", "heat-map"] {
        for colours in [Colours::Light, Colours::Dark] {
            let svg = report::plot(&comparison, name, Format::Svg, colours)?;
            let svg = String::from_utf8_lossy(&svg);
            let parsed = roxmltree::Document::parse(&svg);
            assert!(parsed.is_ok(), "{name}: {parsed:?}");
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}");
        }
    }
    let png = report::plot(&comparison, "percentiles", Format::Png, Colours::Light)?;
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && png.len() > 10_000);
    Ok(())
}

#[test]
fn a_picture_that_cannot_be_drawn_says_what_it_needs() {
    let comparison = example::comparison(1);
    let message = |name| match report::plot(&comparison, name, Format::Svg, Colours::Light) {
        Ok(_) => "drawn".to_owned(),
        Err(error) => error.to_string(),
    };
    assert!(message("load-latency").contains("two or more open-loop rates"));
    let unknown = message("pie");
    assert!(
        PICTURES.iter().all(|name| unknown.contains(name)),
        "{unknown}"
    );
}
