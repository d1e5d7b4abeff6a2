"""The kit's pictures follow no settings but its own."""

import matplotlib as mpl
import pytest

from apiusage_helpers.reports.panels import panel

ROWS = [
    (1, "a", "CRM sync", "GET", "api/v2/users", 5, 0, 3, 1, 2),
    (3, "b", "Bot", "PUT", "api/v2/users/{userId}", 2, 1, 0, 0, 1),
]


@pytest.mark.parametrize(
    "settings",
    [{"text.usetex": True}, {"font.family": ["serif"], "font.size": 30}, {"axes.prop_cycle": mpl.cycler(color=["r"])},
     {"axes.grid": True, "lines.linewidth": 9, "savefig.dpi": 900, "path.simplify": False, "axes.xmargin": 0.4}],
)  # fmt: skip
def test_a_users_own_settings_change_no_picture(report, settings) -> None:
    """Whatever a matplotlibrc says, the bytes are the same, and the user's settings stay as they were."""
    before = [panel(report(*ROWS), name).svg for name in ("requests_per_day", "url_requests")]
    with mpl.rc_context(settings):
        after = [panel(report(*ROWS), name).svg for name in ("requests_per_day", "url_requests")]

        assert all(mpl.rcParams[name] == value for name, value in settings.items())
    assert after == before


def test_a_picture_is_set_in_the_readers_own_fonts(report) -> None:
    """The font that measures is named nowhere; letters stay text."""
    svg = panel(report(*ROWS), "top_clients").svg

    assert "DejaVu" not in svg
    assert "font-family: system-ui" in svg
    assert "<text" in svg
