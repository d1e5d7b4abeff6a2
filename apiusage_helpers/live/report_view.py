"""The report's sections, live: the selectors of the API Usage view over the panels of the report notebook."""

from html import escape
from typing import Any

import ipywidgets as widgets

from apiusage_helpers.errors import ApiUsageError
from apiusage_helpers.interval import named
from apiusage_helpers.live.controls.download import Courier
from apiusage_helpers.live.controls.selectors import selectors
from apiusage_helpers.live.sections import SECTION_CHOICES, Sections, styled
from apiusage_helpers.reports.api_usage.panels import PANELS
from apiusage_helpers.reports.panels import panel
from apiusage_helpers.reports.usage_report import UsageReport, shown_report
from apiusage_helpers.reports.usage_view.state import ViewState, chosen
from apiusage_helpers.selection import Selection
from apiusage_helpers.store import organizations, scan
from apiusage_helpers.tables.client_directory import known_clients
from apiusage_helpers.text import visible

_DAYS = next(spec.name for spec in PANELS if spec.chart.compared)  # the days before stand behind them
_ALERT = "border:1px solid #8a3b00; color:#8a3b00; background:#fffffe; padding:4px 8px; line-height:1.4; white-space:pre-line"


def explore_report(report: UsageReport) -> widgets.Widget:
    """Selectors over the sections of a report; what is chosen changes nothing but what is shown here."""
    return _ReportViewer(report).box


class _ReportViewer:
    def __init__(self, report: UsageReport) -> None:
        self.report = report
        self.state = _state_of(report.selection)
        self.message = widgets.HTML(layout=widgets.Layout(display="none"))
        self.days = widgets.HTML(styled(panel(report, _DAYS).html()))
        self.sections = Sections(lambda: self.report, self.change, courier := Courier())
        self.selectors = selectors(self.state, organizations(), _methods(report), self.change, of_view=False)
        self.box = widgets.VBox([self.selectors.box, self.message, self.days, self.sections.box, courier])

    def change(self, changes: dict[str, Any]) -> None:
        """Other choices: another report, or a message why there is none. The fields are brought to it before the figures."""
        try:
            state = chosen(self.state, **changes)
            report = shown_report(
                scan(state.selection), state.selection, PANELS, known_clients(state.selection.organization)
            )
        except ApiUsageError as fault:
            self.selectors.show(self.state, _methods(self.report))
            self.say(str(fault))
            return
        self.state, self.report = state, report
        self.selectors.show(state, _methods(report))
        self.say("")
        self.days.value = styled(panel(report, _DAYS).html())
        self.sections.refresh(choices_too=not set(changes) <= SECTION_CHOICES)

    def say(self, message: str) -> None:
        """A message under the selectors, read out by screen readers; an empty one takes no room."""
        self.message.value = f'<div role="alert" style="{_ALERT}">{escape(visible(message))}</div>' if message else ""
        self.message.layout.display = "" if message else "none"


def _state_of(selection: Selection) -> ViewState:
    return ViewState(selection=selection, date_range=named(selection.interval, selection.today))


def _methods(report: UsageReport) -> list[str]:
    return sorted({*report.summary.requests["http_method"]} - {""})
