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

/// A title of several panels is broken into lines, of which none is cut at the edge.
#[test]
fn a_long_title_is_whole() -> Result<(), PlotError> {
    let label = "a system whose name is nearly as long as the longest title that anybody would read in one line";
    let mut comparison = example::comparison(1);
    for system in &mut comparison.systems {
        system.label.insert_str(0, label);
    }
    let svg = report::plot(&comparison, "heat-map", Format::Svg, Colours::Light)?;
    let svg = String::from_utf8_lossy(&svg);
    let parsed =
        roxmltree::Document::parse(&svg).map_err(|error| PlotError::Drawing(error.to_string()))?;
    let texts: Vec<&str> = parsed
        .descendants()
        .filter_map(|node| node.text())
        .collect();
    assert!(
        texts
            .iter()
            .any(|text| text.starts_with("The longest wait was"))
    );
    assert!(
        texts
            .iter()
            .any(|text| text.ends_with("into the run") && !text.starts_with("The longest"))
    );
    assert!(
        !texts
            .iter()
            .any(|text| text.starts_with("The longest") && text.len() > 130)
    );
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
