"""All findings on one organization, worst first; those that are acknowledged last."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from apiusage_helpers.insights.finding import Finding, worst_first
from apiusage_helpers.insights.history import History
from apiusage_helpers.insights.troubles.client_errors import client_errors
from apiusage_helpers.insights.troubles.polling import polled_pairs, polling
from apiusage_helpers.insights.troubles.reads import reads
from apiusage_helpers.insights.troubles.server_errors import server_errors
from apiusage_helpers.insights.troubles.throttling import throttling
from apiusage_helpers.insights.troubles.volume import high_volume
from apiusage_helpers.insights.watch_list import watch_list
from apiusage_helpers.settings.thresholds import Thresholds

Look = Callable[[History, Thresholds], Iterator[Finding]]
LOOKS: Sequence[Look] = (throttling, client_errors, server_errors, polling, high_volume, watch_list)


def diagnosis(
    history: History,
    limits: Thresholds | None = None,
    acknowledged: Callable[[Finding], str] = lambda _: "",
    further: Sequence[Finding] = (),
) -> tuple[Finding, ...]:
    """The findings on the interval of `history`, and `further` ones on what its rows do not tell.

    `acknowledged` gives the reason why a finding needs no telling, or nothing.
    """
    limits = limits or Thresholds()
    found = [*further]
    if len(history.cube.day):
        found += [one for look in LOOKS for one in look(history, limits)]
        found += reads(history, limits, polled_pairs(history, limits))
    return worst_first(replace(one, acknowledged=acknowledged(one)) for one in found)
