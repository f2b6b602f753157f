//! The claims stand first on the page, each in a line of its own; their pictures are drawn; nothing in them is code.

use results::{
    AxisScale, Chart, ChartAxis, ChartPoint, ChartSeries, ClaimVerdict, Claims, Effort, Examined,
    Figure, Joining, Missing, Unit, example,
};

const HOSTILE: &str = "</script><img src=x onerror=alert(1)> {{ 7 * 7 }}";

fn examined(name: &str, verdict: ClaimVerdict, chart: Option<Chart>) -> Examined {
    Examined {
        figures: Figure::new(HOSTILE, "ratio", Unit::Ratio, 3.1)
            .into_iter()
            .collect(),
        missing: vec![Missing {
            system: "Redis".to_owned(),
            reason: "not installed".to_owned(),
        }],
        chart,
        ..example::claims(&[(name, verdict)]).claims.remove(0)
    }
}

fn chart(x: AxisScale, y: AxisScale, joined: Joining) -> Chart {
    let axis = |scale| ChartAxis {
        title: "an axis".to_owned(),
        unit: Unit::Time,
        scale,
    };
    let points = [(0.0, 0.0), (1.0, 1.0), (1.0, 2.0), (2.0, 2.0)];
    Chart {
        finding: format!("found {HOSTILE}"),
        caption: "as it is read".to_owned(),
        x: axis(x),
        y: axis(y),
        series: vec![ChartSeries::new(
            HOSTILE,
            joined,
            points
                .iter()
                .filter_map(|(x, y)| ChartPoint::new(*x, *y, Some((*y, y + 1.0)))),
        )],
    }
}

fn claims() -> Claims {
    let names = || AxisScale::Names {
        names: ["a", "b", "c"].map(str::to_owned).to_vec(),
    };
    let depends = ClaimVerdict::Depends {
        on: "the load".to_owned(),
    };
    Claims {
        command: vec!["claims".to_owned(), "run".to_owned()],
        effort: Effort::Quick,
        claims: vec![
            examined(
                "first",
                ClaimVerdict::Holds,
                Some(chart(names(), AxisScale::Log, Joining::Apart)),
            ),
            examined(
                "second",
                depends,
                Some(chart(AxisScale::Linear, names(), Joining::Pairs)),
            ),
            examined(
                "third",
                ClaimVerdict::Fails,
                Some(chart(AxisScale::Nines, AxisScale::Linear, Joining::Line)),
            ),
        ],
        ..example::claims(&[])
    }
}

#[test]
fn the_claims_are_the_first_section() {
    let comparison = example::comparison(1);
    let page = report::page_with_claims(Some(&comparison), &claims());
    let first = page.find("<section").map(|at| &page[at..at + 40]);
    assert!(first.is_some_and(|section| section.contains("id=\"claims\"")));
    assert!(page.contains("id=\"summary\""));
    for text in [
        "a sentence about second",
        "It depends on the load",
        "claims run third",
        "href=\"#claim-first\"",
        "Redis: not installed",
        "1 hold, 1 fail, 1 depend",
        "Within 3 of them, 3 systems were not measured",
        "third, Redis: not installed",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn without_a_comparison_the_page_holds_the_claims_alone() {
    let page = report::page_with_claims(None, &claims());
    assert!(page.contains("id=\"claim-first\"") && !page.contains("id=\"summary\""));
    for text in [
        "<dt>Command</dt><dd><code>claims run</code></dd>",
        "download=\"claims.json\" href=\"data:application/json",
        "download=\"claims.csv\" href=\"data:text/csv",
        "download=\"claim-first.csv\"",
    ] {
        let squeezed = page.replace("\n    ", "");
        assert!(squeezed.contains(text), "{text}");
    }
    assert!(
        page.contains("data-value=\"1.0\">1</td>"),
        "a count is whole"
    );
    assert!(!page.contains("<img src=x"), "a label is text");
    assert!(page.contains("{{ 7 * 7 }}"), "a label is not a template");
}

#[test]
fn every_picture_of_a_claim_is_xml() {
    for name in ["first", "second", "third"] {
        let svg = report::plot_claim(&claims(), name, report::Format::Svg, report::Colours::Dark)
            .unwrap();
        let text = String::from_utf8(svg).unwrap();
        assert!(roxmltree::Document::parse(&text).is_ok(), "{name}");
    }
    let error = report::plot_claim(
        &claims(),
        "fourth",
        report::Format::Svg,
        report::Colours::Light,
    )
    .unwrap_err();
    assert!(error.to_string().contains("no picture of a claim 'fourth'"));
}

/// A drawing for each panel, the longest with a row of its own, and a bound that nobody measured with none.
#[test]
fn panels_last_points_and_bounds_are_drawn() {
    let mut claims = claims();
    let mut chart = chart(AxisScale::Nines, AxisScale::Log, Joining::Line);
    let [first] = &mut chart.series[..] else {
        panic!("one series");
    };
    first.label = "a".to_owned();
    first.last = ChartPoint::new(3.0, 9.0, None);
    let bound = ChartSeries::new("a bound", Joining::Bound, first.points.clone());
    let right = first.clone().in_panel("on the right");
    chart.series.extend([bound, right]);
    claims.claims[0].chart = Some(chart);
    let page = report::page_with_claims(None, &claims);
    assert!(page.contains("class=\"panels panels-2\""));
    assert!(page.contains("on the right"));
    assert_eq!(page.matches("the longest").count(), 2);
    assert!(!page.contains("<td>a bound</td>") && !page.contains("<th scope=\"row\">a bound"));
    let svg = report::plot_claim(&claims, "first", report::Format::Svg, Default::default());
    assert!(
        String::from_utf8(svg.unwrap())
            .unwrap()
            .contains("on the right")
    );
}
