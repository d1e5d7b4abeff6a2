"""The panels of the report under their selectors: the three sections, and the days behind them, one to open at a time.

A section is made when it is opened, not before: what nobody looks at costs nothing. Each panel is the report's own, set
as one value of one HTML widget (`Panel.html` escapes all text from data).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from apiusage_helpers.live.controls.download import Courier
from apiusage_helpers.live.controls.selectors import Change, calendar_text
from apiusage_helpers.live.controls.tick_list import TickList
from apiusage_helpers.live.exports import CSV
from apiusage_helpers.reports.api_usage import head, panels
from apiusage_helpers.reports.panels import panel
from apiusage_helpers.reports.usage_report import UsageReport
from apiusage_helpers.tables.csv_files import csv_file
from apiusage_helpers.tables.panel_spec import chosen_clients
from apiusage_helpers.text import client_labels, visible

TITLES = (
    "Most Active Requests (section 1)",
    "OAuth Client Settings > Client URL View Selections (section 2)",
    "URL Request Settings > Template URL View Selections (section 3)",
    "Days in the store",
)
PANELS = tuple([spec.name for spec in panels.PANELS if spec.section == section] for section in (1, 2, 3))
SECTION_CHOICES = frozenset({"clients", "client_template_uris", "template_uris"})  # made in the sections' own lists
Source = Callable[[], UsageReport | None]
_STYLE = (Path(__file__).parent / "sections.css").read_text(encoding="utf-8")


class Sections:
    """The sections of one report after another: `source` gives the report as it is now, None when there is none."""

    def __init__(self, source: Source, change: Change, courier: Courier) -> None:
        self.source, self.change, self.courier = source, change, courier
        self.pictures = [widgets.HTML() for _ in PANELS]
        self.parts = [widgets.VBox() for _ in TITLES]
        self.box = widgets.Accordion(children=self.parts, titles=TITLES)
        self.stale = [True] * len(TITLES)
        self.box.observe(lambda _: self.fill(), "selected_index")

    def refresh(self, *, choices_too: bool) -> None:
        """Make the open section again, and the others when they are opened; with `choices_too` their lists as well."""
        for place, part in enumerate(self.parts):
            self.stale[place] = True
            if choices_too:
                part.children = ()
        self.fill()

    def fill(self) -> None:
        """What the open section shows, where it is not up to date."""
        place = self.box.selected_index
        report = self.source() if place is not None and self.stale[place] else None
        if place is None or report is None:
            return
        self.stale[place] = False
        if place == len(PANELS):
            self.parts[place].children = (widgets.HTML(styled(_calendar(report))),)
            return
        if not self.parts[place].children:
            self.parts[place].children = (*self._choices(place, report), self.pictures[place])
        self.pictures[place].value = styled(section_html(report, place + 1))

    def _choices(self, place: int, report: UsageReport) -> Sequence[widgets.Widget]:
        return self._exports() if place == 0 else (self._client_choices, self._url_choices)[place - 1](report)

    def _exports(self) -> Sequence[widgets.Widget]:
        buttons = []
        for name in PANELS[0]:
            button = widgets.Button(description=f"Export {name}.csv", layout=widgets.Layout(width="auto"))
            button.on_click(lambda _, name=name: self._hand_over(name))
            buttons.append(button)
        return (widgets.HBox(buttons, layout=widgets.Layout(flex_flow="row wrap")),)

    def _hand_over(self, name: str) -> None:
        report = self.source()
        if report is not None:
            interval = report.selection.interval
            stem = f"{name}_{report.selection.organization}_{interval.start}_{interval.end}"
            self.courier.hand_over(f"{stem}.csv", CSV, csv_file(report.tables[name]))

    def _client_choices(self, report: UsageReport) -> Sequence[widgets.Widget]:
        requests = report.summary.requests
        pairs = sorted(set(zip(requests["client_name"], requests["client_id"], strict=True)))
        clients = [(one, name) for name, one in pairs]
        options = list(zip(client_labels(clients, 60), [one for one, _ in clients], strict=True))
        by_name, known = report.selection.clients, {text for pair in pairs for text in pair}
        chosen = [*chosen_clients(requests, by_name), *(one for one in by_name if one not in known)] if by_name else []
        return (
            TickList("OAuth clients", options, chosen, lambda clients: self.change({"clients": clients})),
            TickList(
                "URLs", _uris(report), report.selection.client_template_uris,
                lambda chosen: self.change({"client_template_uris": chosen}),
            ),
        )  # fmt: skip

    def _url_choices(self, report: UsageReport) -> Sequence[widgets.Widget]:
        chosen = report.selection.template_uris
        return (TickList("Template URLs", _uris(report), chosen, lambda uris: self.change({"template_uris": uris})),)


def styled(html: str) -> str:
    """The HTML of panels as a widget shows it: a notebook has no style of its own for them."""
    return f'<style>{_STYLE}</style><div class="au-panels">{html}</div>'


def section_html(report: UsageReport, section: int) -> str:
    """The counts and panels of a section (1 to 3) as HTML; all text from data is escaped."""
    shown = [panel(report, name).html() for name in PANELS[section - 1]]
    return head.section_counts(report, section).html + "".join(shown)


def _uris(report: UsageReport) -> list[tuple[str, str]]:
    return [(visible(uri), uri) for uri in sorted(set(report.summary.requests["template_uri"]))]


def _calendar(report: UsageReport) -> str:
    provisional = frozenset(day.date for day in report.usage.days if day.provisional)
    days: Any = report.selection.interval.days
    return calendar_text(days, frozenset(report.usage.missing), provisional)
