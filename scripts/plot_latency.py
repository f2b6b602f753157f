#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["hdrhistogram", "jsonschema", "matplotlib"]
# ///
"""Reads the files of a run without a line of our code, and redraws its percentile curves with matplotlib.

  plot_latency.py OUT_DIR... -o latency.png    a curve for every run: OUT_DIR is what `loadgen run --out` wrote
  plot_latency.py OUT_DIR... --check           draws nothing: run.json must fit its schema, and latency.hlog, read by
                                               PyPI's hdrhistogram, must hold the latencies that run.json states

Run it with `uv run`, `pipx run`, or any Python that has the packages named above.
"""
import argparse
import json
import math
import sys
from fractions import Fraction
from pathlib import Path

try:
    from hdrh.histogram import HdrHistogram
    from hdrh.log import HistogramLogReader
except ImportError:
    sys.exit("plot_latency.py: the package hdrhistogram is missing: use `uv run`, or pip install hdrhistogram jsonschema matplotlib")

SCHEMA = Path(__file__).resolve().parent.parent / "results" / "schema" / "run.schema.json"
TOP_NS = 60_000_000_000
QUANTILES = {"p50_ns": "0.5", "p90_ns": "0.9", "p99_ns": "0.99", "p99_9_ns": "0.999", "p99_99_ns": "0.9999"}


def load(folder):
    """run.json as it is, and its response times (ns) merged from all intervals of latency.hlog."""
    run = json.loads((folder / "run.json").read_text())
    merged = HdrHistogram(1, TOP_NS, 3)
    reader = HistogramLogReader(str(folder / "latency.hlog"), merged)
    while (interval := reader.get_next_interval_histogram()) is not None:
        if interval.get_tag() == "response":
            merged.add(interval)
    return run, merged


def check(folder):
    """What is wrong with the files of a run, a line each."""
    import jsonschema

    run, read = load(folder)
    schema = json.loads(SCHEMA.read_text())
    wrong = [f"run.json does not fit its schema: {error.message}" for error in jsonschema.Draft202012Validator(schema).iter_errors(run)]
    stated = run["latency"]["response"]
    inside = HdrHistogram.decode(stated["encoded"])
    for name, histogram in {"latency.hlog": read, "the histogram in run.json": inside}.items():
        if histogram.get_total_count() != stated["count"]:
            wrong.append(f"{name} holds {histogram.get_total_count()} latencies, run.json states {stated['count']}")
        wrong += [
            f"{name} does not have {stated[key]} ns at the quantile {quantile}"
            for key, quantile in QUANTILES.items()
            if stated["count"] and not is_quantile(histogram, stated[key], Fraction(quantile))
        ]
    return wrong


def is_quantile(histogram, value, quantile):
    """Whether the latency of that rank, the least that is not under the quantile's share of all, lies in the bucket of `value`."""
    rank = max(1, math.ceil(quantile * histogram.get_total_count()))
    reached = 0
    for item in histogram.get_recorded_iterator():
        reached += item.count_added_in_this_iter_step
        if reached >= rank:
            return histogram.get_lowest_equivalent_value(value) == histogram.get_lowest_equivalent_value(item.value_iterated_to)
    return False


def curve(histogram):
    """Points of a percentile curve: x = log10 of one over the share that is slower, y in ms."""
    total, points = histogram.get_total_count(), []
    below = 0
    for item in histogram.get_recorded_iterator():
        slower = total - below
        points.append((math.log10(total / slower), item.value_iterated_to / 1e6))
        below += item.count_added_in_this_iter_step
    return points


def draw(folders, output):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 5), layout="constrained")
    for folder in folders:
        run, histogram = load(folder)
        axes.plot(*zip(*curve(histogram)), drawstyle="steps-post", label=run["label"])
    nines = range(math.ceil(axes.get_xlim()[1]) + 1)
    axes.set_xticks(list(nines), ["0 %"] + [f"{100 - 100 / 10**n:g} %" for n in nines[1:]])
    axes.set(yscale="log", xlabel="percentile", ylabel="response time (ms)")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(output, dpi=144)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="OUT_DIR")
    parser.add_argument("-o", "--output", type=Path, default=Path("latency.png"))
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    if not arguments.check:
        draw(arguments.folders, arguments.output)
        print(arguments.output)
        return
    wrong = [f"{folder}: {line}" for folder in arguments.folders for line in check(folder)]
    sys.exit("\n".join(wrong)) if wrong else print(f"{len(arguments.folders)} runs read and found as stated")


main()
