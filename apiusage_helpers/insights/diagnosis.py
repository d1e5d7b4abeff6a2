"""All findings on one organization, worst first; those that are acknowledged last. What has ended saves nothing any more."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

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
_ENDED = timedelta(days=3)  # what has not been seen for longer than a weekend


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
        last = history.day(int(history.last_known(1)[-1]))
        found += [_as_of(last, one) for look in LOOKS for one in look(history, limits)]
        silent = {one.client_id for one in found if one.kind == "silent_client"}
        spare = reads(history, limits, polled_pairs(history, limits))
        found += [one for one in spare if _goes_on(last, one) and one.client_id not in silent]
    return worst_first(replace(one, acknowledged=acknowledged(one)) for one in found)


def _goes_on(last: date, found: Finding) -> bool:
    """Whether what was found may go on as of `last`, the last day that is known."""
    return found.end >= last - _ENDED


def _as_of(last: date, found: Finding) -> Finding:
    """The finding, without a saving where it has ended by `last`."""
    if found.saving is None or _goes_on(last, found):
        return found
    evidence = {name: value for name, value in found.evidence.items() if name != "saving_formula"}
    return replace(found, saving=None, evidence=evidence)
