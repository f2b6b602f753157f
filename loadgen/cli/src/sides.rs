//! The two sides of a `diff`: which runs stand against which, and what their numbers say.

use report::word;
use results::statistics::{Contrast, MIN_RUNS};
use results::{Better, Comparison, Group, Metric, Run, units};

use super::repeats::COMPARED;

/// The runs of one argument.
#[derive(Debug)]
pub(crate) struct Side {
    /// Its name in tables.
    pub(super) name: String,
    runs: Comparison,
}

/// The runs of one system under one load, on both sides.
#[derive(Debug)]
pub(crate) struct Pair<'a> {
    base: Group<'a>,
    new: Group<'a>,
    /// Their names.
    names: [String; 2],
}

impl Side {
    /// A side of these runs.
    pub(crate) fn new(name: String, runs: Vec<Run>) -> Self {
        let runs = Comparison::of_runs(name.clone(), runs);
        Self { name, runs }
    }

    /// All runs.
    pub(crate) fn runs(&self) -> impl Iterator<Item = &Run> {
        self.runs.runs()
    }

    /// Whether its runs are of several systems, which are then told apart by their labels.
    fn is_of_many(&self) -> bool {
        self.runs.systems.len() > 1
    }

    /// A system's name beside those of the other side.
    pub(crate) fn name_of(&self, label: &str) -> String {
        match self.is_of_many() {
            true => format!("{}: {label}", self.name),
            false => self.name.clone(),
        }
    }

    /// Every system and load of `new` that this side has too. The names of the systems do not matter if each side has one; nor do the
    /// loads: `differences` has reported those.
    pub(crate) fn pairs<'a>(&'a self, new: &'a Self) -> Vec<Pair<'a>> {
        let bases = Group::of(&self.runs);
        let same_system = |one: &Group, other: &Group| {
            one.label == other.label || !(self.is_of_many() || new.is_of_many())
        };
        let news = Group::of(&new.runs);
        let has_one_load = |side: &Self, groups: &[Group]| groups.len() == side.runs.systems.len();
        let any_load = has_one_load(self, &bases) && has_one_load(new, &news);
        let pair = |group: Group<'a>| {
            let fits = |base: &&Group| {
                let same_load = base.workload().same_load(group.workload());
                same_system(base, &group) && (same_load || any_load)
            };
            let base = bases.iter().find(fits)?.clone();
            let names = [self.name_of(base.label), new.name_of(group.label)];
            Some(Pair {
                base,
                new: group,
                names,
            })
        };
        news.into_iter().filter_map(pair).collect()
    }
}

impl Pair<'_> {
    /// The changes for the worse that are statistically significant, each in a few words.
    pub(crate) fn regressions(&self) -> Vec<String> {
        let [base, new] = &self.names;
        let of = |metric: Metric| {
            let contrast = self.contrast(metric).filter(Contrast::is_significant)?;
            let ratio = contrast.ratio.value();
            let worse = match metric.better() {
                Better::Higher => ratio < 1.0,
                Better::Lower => ratio > 1.0,
            };
            let times = units::number(ratio);
            worse.then(|| format!("{} of {new} is {times} × that of {base}", metric.title()))
        };
        COMPARED.into_iter().filter_map(of).collect()
    }

    /// What is missing for a verdict: no test can find a difference between so few runs. `None` where nothing is.
    pub(crate) fn too_few(&self) -> Option<String> {
        let [base, new] = [&self.base, &self.new].map(|group| group.runs.len());
        let [base_name, new_name] = &self.names;
        (base.min(new) < MIN_RUNS).then(|| {
            format!(
                "a verdict needs at least {MIN_RUNS} runs of each; {base_name} has {base}, {new_name} has {new}"
            )
        })
    }

    /// The numbers of both sides and their ratios, under a title.
    pub(crate) fn table(&self) -> String {
        let [base, new] = &self.names;
        let load = self.new.workload();
        let mut text = format!("{new} against {base} ({load})\n");
        let head = ["", "base", "new", "ratio", "95 % interval", "p", ""].map(str::to_owned);
        let rows = COMPARED.iter().map(|metric| self.cells(*metric));
        text += &report::text_table([head].into_iter().chain(rows), &[0, 6]);
        match self.too_few() {
            Some(why) => text + &why + "\n",
            None => text + "medians; ~: no difference is established (Mann–Whitney, p ≥ 0.05)\n",
        }
    }

    fn cells(&self, metric: Metric) -> [String; 7] {
        let value = |group: &Group| {
            let value = group.value(metric).map(|value| metric.text(value));
            value.unwrap_or_else(|| units::NOT_MEASURED.to_owned())
        };
        let number = |value: results::Finite| units::number(value.value());
        let mut cells = [""; 7].map(str::to_owned);
        cells[0] = metric.title().to_owned();
        (cells[1], cells[2]) = (value(&self.base), value(&self.new));
        if let Some(contrast) = self.contrast(metric) {
            cells[3] = format!("{}×", number(contrast.ratio));
            if let Some(evidence) = contrast.evidence {
                cells[4] = format!("[{}, {}]", number(evidence.low), number(evidence.high));
                cells[5] = number(evidence.p);
                cells[6] = word(metric, &contrast).to_owned();
            }
        }
        cells
    }

    fn contrast(&self, metric: Metric) -> Option<Contrast> {
        self.new.contrast(&self.base, metric)
    }
}

#[cfg(test)]
mod tests {
    use results::example;

    use super::*;

    /// So many runs of a system at each number of connections, with all latencies multiplied.
    fn side(name: &str, systems: &[&str], connections: &[u32], runs: u64, factor: u64) -> Side {
        let mut all = Vec::new();
        for (label, connections) in systems
            .iter()
            .flat_map(|label| connections.iter().map(move |number| (label, number)))
        {
            for number in 0..runs {
                let mut run = example::closed_loop(label);
                run.workload.connections = *connections;
                run.latency.response = results::Histogram::new();
                (1..1_000).for_each(|n| run.latency.response.record((n + number) * 997 * factor));
                all.push(run);
            }
        }
        Side::new(name.to_owned(), all)
    }

    #[test]
    fn every_metric_has_its_ratio_and_its_interval() {
        let (base, new) = (
            side("a", &["x"], &[1], 4, 10),
            side("b", &["y"], &[1], 4, 20),
        );
        let pairs = base.pairs(&new);
        let [pair] = &pairs[..] else {
            panic!("{pairs:?}")
        };
        let table = pair.table();
        for metric in COMPARED {
            let of_metric = |line: &&str| line.starts_with(metric.title());
            let line = table.lines().find(of_metric).unwrap();
            assert!(line.contains("× ") && line.contains('['), "{table}");
        }
        assert!(
            table.lines().all(|line| line.chars().count() <= 80),
            "{table}"
        );
        assert_eq!(pair.too_few(), None);
        assert_eq!(pair.regressions().len(), 3, "{:?}", pair.regressions());
    }

    #[test]
    fn too_few_runs_say_how_many_a_verdict_needs() {
        let (base, new) = (
            side("a", &["x"], &[1], 1, 10),
            side("b", &["x"], &[1], 1, 90),
        );
        let pairs = base.pairs(&new);
        let table = pairs[0].table();
        let said = "a verdict needs at least 4 runs of each; a has 1, b has 1";
        assert!(table.contains("9.0") && table.contains(said), "{table}");
        assert!(pairs[0].regressions().is_empty());
    }

    #[test]
    fn runs_are_paired_by_system_and_load() {
        let base = side("a", &["x", "y"], &[1, 2], 1, 10);
        let new = side("b", &["y", "z"], &[2, 3], 1, 10);
        let pairs = base.pairs(&new);
        let met: Vec<_> = pairs
            .iter()
            .map(|pair| (pair.names.clone(), pair.base.workload().connections))
            .collect();
        assert_eq!(met, [(["a: y".to_owned(), "b: y".to_owned()], 2)]);
    }
}
