"""The figures of the API Usage view as an independent count gives them, for selections drawn at random."""

import random
from datetime import date, timedelta
from functools import cache

import pandas as pd
import pyarrow.compute as pc
import pytest
from plain_view import expected_view

from apiusage_helpers.interval import Interval
from apiusage_helpers.reports.usage_view.figures import clients_table, days_table, urls_table, view_figures
from apiusage_helpers.reports.usage_view.state import url_text, view_state
from apiusage_helpers.sources.sample import sample_usage
from apiusage_helpers.store.engines import duck
from apiusage_helpers.tables.cube import usage_cube

TODAY = date(2026, 11, 24)


@cache
def sample():
    usage, _ = sample_usage(today=TODAY, days=40)
    return usage, [row | {"date": str(row["date"])} for row in usage.to_pylist()]


def drawn(seed):
    """A random selection: interval, methods, and filters, some of them on what made no request."""
    rng, (_, rows) = random.Random(seed), sample()
    end = TODAY - timedelta(days=rng.randint(1, 10))
    interval = Interval(end - timedelta(days=rng.choice([0, 0, 6, 13, 29])), end)
    row = lambda: rng.choice(rows)  # noqa: E731
    return {
        "interval": interval,
        "http_methods": rng.choice([(), (), ("GET",), ("POST", "PATCH")]),
        "clients": tuple(dict.fromkeys(row()[rng.choice(["client_id", "client_id", "client_name"])] for _ in range(rng.choice([0, 0, 1, 1, 3])))),
        "statuses": rng.choice([(), (), ("429",), ("400", "500"), ("200", "300", "400", "429", "500")]),
        "urls": tuple({(row()["http_method"], row()["template_uri"]), *((r["http_method"], r["template_uri"]) for r in [row()])} if rng.random() < 0.5 else ()),
    }  # fmt: skip


def records(table, key):
    """A table of the view as the independent count writes it; nothing where there is nothing."""
    blank = lambda value: None if pd.isna(value) else value  # noqa: E731
    return [
        (
            key(row),
            row.requests,
            row.failed,
            row.throttled,
            blank(row.share),
            blank(row.filtered_requests),
            blank(row.filtered_share),
        )
        for row in table.itertuples()
    ]


@pytest.mark.parametrize("seed", range(50))
def test_a_random_selection_is_what_plain_python_counts(seed: int) -> None:
    """Both tables with their order and shares, every day by status, and the sums, to the last request."""
    choice, (usage, rows) = drawn(seed), sample()
    interval = choice["interval"]
    inside = usage.filter(
        pc.and_(pc.greater_equal(usage["date"], interval.start), pc.less_equal(usage["date"], interval.end))
    )
    cube = usage_cube(duck.connect().from_arrow(inside), interval)
    state = view_state(
        {
            "organization": "sample", "date_range": str(interval), "http_methods": choice["http_methods"],
            "filter_clients": choice["clients"], "filter_urls": [url_text(*url) for url in choice["urls"]],
            "filter_statuses": choice["statuses"],
        },
        today=TODAY,
    )  # fmt: skip
    known = set(cube.urls)
    expected = expected_view(
        rows,
        str(interval.start),
        str(interval.end),
        http_methods=choice["http_methods"],
        clients=choice["clients"],
        urls=choice["urls"],
        statuses=choice["statuses"],
    )
    expected["urls"] = [
        record for record in expected["urls"] if record[0] in known
    ]  # a URL nobody asked for has no row

    figures = view_figures(cube, state)

    assert records(clients_table(cube, figures), lambda row: row.client_id) == expected["clients"]
    assert records(urls_table(cube, figures), lambda row: (row.http_method, row.template_uri)) == expected["urls"]
    days = {f"{row.date:%Y-%m-%d}": tuple(row)[2:8] for row in days_table(cube, figures).itertuples()}
    assert days == expected["days"]
    assert (figures.total, figures.requests) == (expected["total"], expected["filtered"])
    assert int(figures.by_client[0].sum()) == expected["filtered"]
