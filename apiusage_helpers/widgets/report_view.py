"""The report's sections, live: the selectors of the API Usage view over the panels of the report notebook."""

from typing import Any

import ipywidgets as widgets

from apiusage_helpers.errors import ApiUsageError
from apiusage_helpers.selection import Selection
from apiusage_helpers.sources.clients import known_clients
from apiusage_helpers.store import organizations, scan
from apiusage_helpers.tables.usage_report import UsageReport, shown_report
from apiusage_helpers.view_state import ViewState, chosen
from apiusage_helpers.widgets.courier import Courier
from apiusage_helpers.widgets.sections import Sections
from apiusage_helpers.widgets.selectors import selectors


def explore_report(report: UsageReport) -> widgets.Widget:
    """Selectors over the sections of a report; what is chosen changes nothing but what is shown here."""
    return _ReportViewer(report).box


class _ReportViewer:
    def __init__(self, report: UsageReport) -> None:
        self.report = report
        self.state = _state_of(report.selection)
        self.message = widgets.Label(layout=widgets.Layout(overflow="visible"))
        self.sections = Sections(lambda: self.report, self.change, courier := Courier())
        self.selectors = selectors(self.state, organizations(), _methods(report), self.change)
        self.box = widgets.VBox([self.selectors.box, self.message, self.sections.box, courier])

    def change(self, changes: dict[str, Any]) -> None:
        """Other choices: another report, or a message why there is none."""
        try:
            state = chosen(self.state, **changes)
            directory = known_clients(state.selection.organization)
            self.report = shown_report(scan(state.selection), state.selection, directory)
            self.state, self.message.value = state, ""
            self.sections.refresh(
                choices_too=set(changes) - {"clients", "client_template_uris", "template_uris"} != set()
            )
        except ApiUsageError as fault:
            self.message.value = str(fault)
        self.selectors.show(self.state, _methods(self.report))


def _state_of(selection: Selection) -> ViewState:
    return ViewState(selection=selection, date_range=str(selection.interval))


def _methods(report: UsageReport) -> list[str]:
    return sorted({*report.summary.requests["http_method"]} - {""})
