"""The API Usage view, live: selectors, graph and tables, the report's sections, and ways to save, export and hand on.

One state at a time (`reports/usage_view/state.py`). Every act makes the next state, the figures follow, and the widgets are
brought to it. An act that cannot be done leaves all as it is and says why. On a served page nobody writes files, unless
`APIUSAGE_APP_SAVE=1`; in JupyterLab the state stays until it is reset.
"""

import gc
import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import ipywidgets as widgets

from apiusage_helpers.errors import ApiUsageError, StoreError
from apiusage_helpers.interval import utc_today
from apiusage_helpers.live.controls.download import Courier
from apiusage_helpers.live.controls.selectors import selectors
from apiusage_helpers.live.explorer import Explorer
from apiusage_helpers.live.exports import exported
from apiusage_helpers.live.sections import SECTION_CHOICES, Sections
from apiusage_helpers.live.toolbar import Acts, Toolbar
from apiusage_helpers.reports.api_usage.panels import PANELS
from apiusage_helpers.reports.usage_report import UsageReport, shown_report
from apiusage_helpers.reports.usage_view import saved
from apiusage_helpers.reports.usage_view.state import ViewState, as_of, chosen, clicked, reset, view_state
from apiusage_helpers.reports.usage_view.view import UsageView, by_id, moved, usage_view
from apiusage_helpers.store import organizations, scan
from apiusage_helpers.tables.client_directory import known_clients


def explore(parameters: Mapping[str, Any], *, today: str = "") -> widgets.Widget:
    """The live view of the parameters of its notebook, or of the state that was kept from the last session."""
    given = view_state(parameters, today=today)
    kept = None if served() else saved.current_view(today=given.selection.today)
    box = Viewer(given, kept, fixed_today=bool(today)).box
    gc.freeze()  # what is loaded now stays: no click waits while the collector walks over all of it
    return box


def served() -> bool:
    """Whether this kernel serves a visitor of the web page."""
    return "VOILA_BASE_URL" in os.environ


def may_save() -> bool:
    """Whether Save writes into the project's params folder."""
    return not served() or os.environ.get("APIUSAGE_APP_SAVE") == "1"


class Viewer:
    """The widgets of one view, and the state that they show. `kept` is the state of the last session, if any."""

    def __init__(self, given: ViewState, kept: ViewState | None, *, fixed_today: bool = False) -> None:
        self.given, self.state, self.fixed_today = given, kept or given, fixed_today
        self.view: UsageView | None = None
        self.report: UsageReport | None = None
        self.courier, self.explorer = Courier(), Explorer()
        self.explorer.on_msg(lambda _widget, event, _buffers: self.attempt(partial(self.hear, event)))
        self.sections = Sections(self.current_report, self.change, self.courier)
        self.selectors = selectors(self.state, organizations(), [], self.change)
        self.toolbar = Toolbar(self._acts(), may_save=may_save())
        self.selectors.box.add_class("au-choices")
        self.explorer.add_class("au-explorer")
        self.box = widgets.VBox([self.selectors.box, self.explorer, self.toolbar.box, self.sections.box, self.courier])
        self.box.add_class("au-view")
        self.attempt(partial(self.go, self.state))
        if kept is not None and kept != given and self.view:
            self.say("This is the selection of your last session. Reset all brings back the notebook's own.")

    def attempt(self, act: Callable[[], object]) -> None:
        """Do it; where it cannot be done, bring the selectors back to what is shown, and say why."""
        try:
            act()
        except ApiUsageError as fault:
            self.selectors.show(self.state, self.view.methods if self.view else [])
            self.say(str(fault))

    def say(self, message: str) -> None:
        """A message above the figures."""
        self.explorer.tell(message)

    def hear(self, event: Mapping[str, Any]) -> None:
        """What the browser tells: a click, a reset, that somebody opened the page, its width, or that it is still there."""
        if event.get("event") == "click" and event.get("table") in {"clients", "urls"}:
            state = by_id(self.view) if self.view else self.state
            self.go(clicked(state, event["table"], str(event["key"]), several=bool(event.get("several"))))
        elif event.get("event") == "reset":
            self.go(reset(self.state))
        elif event.get("event") == "there":
            self.explorer.send({"event": "here"})
        elif event.get("event") == "opened" and served():
            self.freshen()
        elif event.get("event") == "width" and self.explorer.fit(event.get("pixels")) and self.view:
            self.explorer.redraw(self.view)

    def change(self, changes: dict[str, Any]) -> None:
        """Other choices in the selectors."""
        own_choice = set(changes) <= SECTION_CHOICES
        self.attempt(lambda: self.go(chosen(self.on_this_day(self.state), **changes), own_choice=own_choice))

    def go(self, state: ViewState, *, own_choice: bool = False, keep: bool = True) -> None:
        """Show another state, and keep it for the next session.

        With `own_choice` only the sections' choices are others, and their lists stay as they are.
        """
        before = self.view
        view = moved(before, state) if before else usage_view(state, known_clients(state.selection.organization))
        same_rows = before is not None and before.cube is view.cube
        same_methods = same_rows and self.state.selection.http_methods == state.selection.http_methods
        same_selection = same_rows and self.state.selection == state.selection
        same_statuses = self.state.filter_statuses == state.filter_statuses
        self.view, self.state = view, state
        if not same_selection or not same_statuses:
            self.selectors.show(state, view.methods)
        self.explorer.show(view, relist=not same_methods)
        if not same_selection:
            self.report = None
            self.sections.refresh(choices_too=not own_choice)
        if keep and before and not served():  # what somebody did, not what a notebook starts with
            saved.keep_current(state)

    def freshen(self) -> None:
        """The newest snapshot of the store on the present day and the views saved by now, for a page that was prepared before."""
        self.toolbar.list_saved()
        state = self.on_this_day(self.state)
        if self.view and state == self.state and scan(state.selection).version == self.view.usage.version:
            return
        self.view = None
        self.go(state)

    def on_this_day(self, state: ViewState) -> ViewState:
        """The state as of the present day, for a notebook that has been open since an earlier one."""
        return state if self.fixed_today else as_of(state, utc_today())

    def current_report(self) -> UsageReport | None:
        """The report of the present selection, made once."""
        if self.view and self.report is None:
            self.report = shown_report(self.view.usage, self.state.selection, PANELS, self.view.directory)
        return self.report

    def _acts(self) -> Acts:
        return Acts(
            export=lambda what: self.attempt(partial(self.export, what)),
            save=lambda name: self.attempt(partial(self.save, name)),
            open=lambda name: self.attempt(partial(self.open, name)),
            open_file=lambda content: self.attempt(partial(self.open_file, content)),
            reset_all=lambda: self.attempt(self.reset_all),
            copy_command=lambda: self.copy("The command is", saved.as_command(self.state)),
            copy_parameters=lambda: self.copy("The parameters are", saved.as_parameters(self.state)),
        )

    def export(self, what: str) -> None:
        """Hand over what is shown as a file."""
        if self.view is None:
            raise StoreError("there is nothing to export: no view is shown")
        file = exported(self.view, what)
        self.courier.hand_over(file.name, file.kind, file.content)

    def copy(self, what: str, text: str) -> None:
        """Put a text on the clipboard and say so; where the browser does not, show it."""
        told = {
            True: f"{what} on the clipboard.",
            False: f"This browser does not allow copying. {what}:\n{text}",
        }
        self.courier.copy(text, lambda copied: self.say(told[copied]))

    def save(self, name: str) -> None:
        """Save the state under a name: in the project where that is allowed, else as a download."""
        if may_save():
            before = saved.saved_views()
            path = saved.save_view(name, self.state)
            again = ", in place of the view of that name" if path.stem in before else ""
            self.say(f"Saved as {path.name}{again}. Its report: apiusage report params/views/{path.name}")
        else:
            self.courier.hand_over(
                f"{saved.view_name(name)}.yaml", "application/yaml", saved.view_yaml(self.state).encode()
            )

    def open(self, name: str) -> None:
        """Open a saved view."""
        self.go(saved.open_view(name, today=self.on_this_day(self.state).selection.today))
        self.say(f"Opened {name}.")

    def open_file(self, content: bytes) -> None:
        """Open a view that was downloaded before."""
        self.go(saved.read_view_text(content, today=self.on_this_day(self.state).selection.today))

    def reset_all(self) -> None:
        """Back to the parameters of the notebook; nothing is kept for the next session."""
        saved.forget_current()  # before the page shows it, so that nothing is kept of what is seen to be reset
        self.go(self.on_this_day(self.given), keep=False)
