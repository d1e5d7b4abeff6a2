"""Selectors: the choices of a report as labelled form fields, by the platform's names, each reachable by keyboard.

`selectors` gives fields for a state and tells every change as parameters (`{"date_range": "last_month"}`). It checks nothing
itself: whoever is told makes a new state, or shows why there is none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import available_timezones

import ipywidgets as widgets

from apiusage_helpers.interval import PRESETS
from apiusage_helpers.live.controls.dates import DateRange
from apiusage_helpers.reports.usage_view.state import STATUSES, ViewState
from apiusage_helpers.selection import MOST_TOP

CUSTOM = "custom"
Change = Callable[[dict[str, Any]], None]
_WIDE = {"description_width": "initial"}
_ROW = {"flex_flow": "row wrap", "align_items": "center"}
_HEAD, _TICK = {"margin": "0 8px 0 0"}, {"width": "auto", "margin": "0 12px 0 0"}
_HEADS = ("Week of", "Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


@dataclass(frozen=True)
class Selectors:
    """The fields, and how to bring them to another state without telling a change."""

    box: widgets.Widget
    show: Callable[[ViewState, Sequence[str]], None]


def selectors(
    state: ViewState, organizations: Sequence[str], methods: Sequence[str], change: Change, *, of_view: bool = True
) -> Selectors:
    """The fields of a state: organization, date range, HTTP methods, display zone, top n; those `of_view` also statuses."""
    quiet = Quiet(change)
    dates, show_dates = date_fields(state, quiet)
    checks, show_checks = method_fields(state, methods, quiet)
    statuses, show_statuses = status_fields(state, quiet)
    names = list(dict.fromkeys([*organizations, state.selection.organization]))
    organization = widgets.Dropdown(
        description="Organization", options=names, value=state.selection.organization, style=_WIDE
    )
    zone = widgets.Combobox(
        description="Display time zone", options=sorted(available_timezones()), value=state.selection.display_timezone,
        continuous_update=False, style=_WIDE,
    )  # fmt: skip
    top = widgets.BoundedIntText(description="Top n", value=state.selection.top, min=1, max=MOST_TOP, style=_WIDE)
    top.layout.width, zone.layout.width = "8em", "18em"
    quiet.watch(organization, "organization")
    quiet.watch(zone, "display_timezone")
    quiet.watch(top, "top")

    def show(other: ViewState, its_methods: Sequence[str]) -> None:
        with quiet:
            organization.value = other.selection.organization
            zone.value, top.value = other.selection.display_timezone, other.selection.top
            show_dates(other)
            show_checks(other, its_methods)
            show_statuses(other)

    wrap = widgets.Layout(
        display="flex", flex_flow="row wrap", align_items="center", grid_gap="2px 14px", overflow="visible"
    )
    return Selectors(
        widgets.Box([organization, *dates, checks, *([statuses] if of_view else []), zone, top], layout=wrap), show
    )


class Quiet:
    """Tells changes of fields, but not those made inside `with`: these come from the state itself."""

    def __init__(self, change: Change) -> None:
        self.change, self.depth = change, 0

    def __enter__(self) -> None:
        self.depth += 1

    def __exit__(self, *_: object) -> None:
        self.depth -= 1

    def tell(self, **changes: Any) -> None:
        """Tell a change, unless quiet."""
        if not self.depth:
            self.change(changes)

    def watch(self, field: widgets.Widget, parameter: str) -> None:
        """Tell each new value of a field as this parameter."""
        field.observe(lambda event: self.tell(**{parameter: event["new"]}), "value")


def date_fields(state: ViewState, quiet: Quiet) -> tuple[list[widgets.Widget], Callable[[ViewState], None]]:
    """Presets, and two dates for a range of one's own."""
    options = [*((name.replace("_", " ").capitalize(), name) for name in PRESETS), ("Custom range", CUSTOM)]
    preset = widgets.Dropdown(description="Date range", options=options, style=_WIDE)
    own = DateRange(lambda date_range: quiet.tell(date_range=date_range))

    def show(other: ViewState) -> None:
        preset.value = other.date_range if other.date_range in PRESETS else CUSTOM
        own.show(other)

    def named(event: dict[str, Any]) -> None:
        days = own.days
        custom = event["new"] == CUSTOM
        quiet.tell(date_range=f"{days['first']}/{days['last']}" if custom else event["new"])

    with quiet:
        show(state)
    preset.observe(named, "value")
    return [preset, own], show


def method_fields(
    state: ViewState, methods: Sequence[str], quiet: Quiet
) -> tuple[widgets.Widget, Callable[[ViewState, Sequence[str]], None]]:
    """One box to tick for each HTTP method of the interval; none ticked means all."""
    box = widgets.HBox(layout=_ROW)
    label = widgets.Label("HTTP methods", layout=_HEAD)

    def ticked(_: object) -> None:
        quiet.tell(http_methods=[check.description for check in box.children[1:] if check.value])

    def show(other: ViewState, its_methods: Sequence[str]) -> None:
        chosen = other.selection.http_methods
        names = list(dict.fromkeys([*its_methods, *chosen]))
        if names != [check.description for check in box.children[1:]]:
            checks = [widgets.Checkbox(description=name, indent=False, layout=_TICK) for name in names]
            for check in checks:
                check.observe(ticked, "value")
            box.children = (label, *checks)
        for check in box.children[1:]:
            check.value = check.description in chosen

    with quiet:
        show(state, methods)
    return box, show


def status_fields(state: ViewState, quiet: Quiet) -> tuple[widgets.Widget, Callable[[ViewState], None]]:
    """One box to tick for each class of status; none ticked means all."""
    ticks = {
        status: widgets.Checkbox(description=word, indent=False, layout=_TICK) for status, word in STATUSES.items()
    }

    def ticked(_: object) -> None:
        quiet.tell(filter_statuses=[status for status, tick in ticks.items() if tick.value])

    def show(other: ViewState) -> None:
        for status, tick in ticks.items():
            tick.value = status in other.filter_statuses

    with quiet:
        show(state)
    for tick in ticks.values():
        tick.observe(ticked, "value")
    return widgets.HBox([widgets.Label("Status", layout=_HEAD), *ticks.values()], layout=_ROW), show


def calendar_text(days: Sequence[date], missing: frozenset[date], provisional: frozenset[date]) -> str:
    """The days of an interval as a small HTML table, a week a row: missing days marked ×, provisional ones ~."""
    first = days[0] - timedelta(days=days[0].weekday())
    weeks = [first + timedelta(days=7 * n) for n in range((days[-1] - first).days // 7 + 1)]
    heads = "".join(f'<th scope="col">{name}</th>' for name in _HEADS)
    inside = frozenset(days)

    def cell(day: date) -> str:
        mark = "×" if day in missing else "~" if day in provisional else "✓"
        word = {"×": "missing", "~": "provisional", "✓": "in the store"}[mark]
        return f'<td title="{day}: {word}">{day.day} {mark}</td>' if day in inside else "<td></td>"

    rows = "".join(
        f'<tr><th scope="row">{week}</th>{"".join(cell(week + timedelta(days=n)) for n in range(7))}</tr>'
        for week in weeks
    )
    told = "UTC days: ✓ in the store, × missing, ~ provisional."
    table = f'<table class="au-days"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    return (
        f'<p>{told}</p><div class="table-box" tabindex="0" role="region" aria-label="Days in the store">{table}</div>'
    )
