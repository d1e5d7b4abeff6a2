"""The rooms: how many modules stand in one, what the maps say of them, and where each module is tested."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "apiusage_helpers"
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if not path.name.startswith("__"))
ROOMS = sorted({path.parent for path in PACKAGE.rglob("*.py")})

TESTED_THROUGH = {  # modules without a test file of their own, and the tests that hold them
    "charts/alt_text.py": "reports/api_usage/test_panels.py",
    "charts/areas.py": "reports/usage_view/test_panels.py",
    "charts/bars.py": "reports/api_usage/test_panels.py",
    "charts/declared_panel.py": "reports/api_usage/test_panels.py",
    "charts/panel.py": "reports/api_usage/test_panels.py",
    "charts/takeaways.py": "page/test_script.py",
    "cli/checks.py": "cli/test_fetch_command.py",
    "cli/findings.py": "cli/test_commands.py",
    "cli/days.py": "cli/test_commands.py",
    "cli/reports.py": "cli/test_commands.py",
    "cli/training.py": "reports/training/test_cards.py",
    "fetching/wanted_days.py": "fetching/test_fetch.py",
    "genesys_cloud/error_bodies.py": "genesys_cloud/test_session.py",
    "genesys_cloud/oauth_clients.py": "fetching/test_fetch.py",
    "genesys_cloud/platform_organization.py": "fetching/test_fetch.py",
    "genesys_cloud/rate_limits.py": "genesys_cloud/test_session.py",
    "genesys_cloud/regions.py": "genesys_cloud/test_credentials.py",
    "genesys_cloud/service_differences.py": "fetching/test_fetch.py",
    "insights/analysis.py": "insights/test_insights.py",
    "insights/finding.py": "insights/test_diagnosis.py",
    "insights/history.py": "insights/test_diagnosis.py",
    "insights/rhythm.py": "insights/test_forecast.py",
    "insights/troubles/allowance.py": "reports/troubleshooting/test_report.py",
    "insights/troubles/client_errors.py": "insights/test_diagnosis.py",
    "insights/troubles/polling.py": "insights/test_diagnosis.py",
    "insights/troubles/rates.py": "insights/test_diagnosis.py",
    "insights/troubles/reads.py": "insights/test_diagnosis.py",
    "insights/troubles/server_errors.py": "insights/test_diagnosis.py",
    "reports/training/parameters.py": "reports/training/test_cards.py",
    "reports/training/own_sample.py": "notebooks/test_training_outputs.py",
    "reports/training/report.py": "reports/training/test_cards.py",
    "settings/thresholds.py": "reports/troubleshooting/test_report.py",
    "insights/troubles/throttling.py": "insights/test_diagnosis.py",
    "insights/troubles/volume.py": "insights/test_diagnosis.py",
    "insights/watch_list.py": "insights/test_diagnosis.py",
    "live/controls/download.py": "browser/view/test_page.py",
    "live/controls/selectors.py": "live/test_usage_view.py",
    "live/controls/tick_list.py": "live/test_report_view.py",
    "live/controls/upload.py": "browser/view/test_served.py",
    "live/explorer.py": "browser/view/test_page.py",
    "live/exports.py": "browser/view/test_page.py",
    "live/sections.py": "live/test_report_view.py",
    "live/toolbar.py": "browser/view/test_page.py",
    "names.py": "test_usage.py",
    "page/clipboard.py": "browser/test_report_page.py",
    "page/media.py": "page/test_html.py",
    "page/rows.py": "reports/test_page_rows.py",
    "page/sparkline.py": "runs/catalog/test_index_pages.py",
    "reports/api_usage/checks.py": "reports/api_usage/test_head.py",
    "reports/api_usage/parameters.py": "settings/test_report_file.py",
    "reports/api_usage/report.py": "contract/test_counts.py",
    "reports/checks.py": "reports/api_usage/test_head.py",
    "reports/contract.py": "settings/test_report_file.py",
    "reports/export.py": "contract/test_counts.py",
    "reports/headline.py": "reports/api_usage/test_head.py",
    "reports/findings.py": "reports/troubleshooting/test_report.py",
    "reports/agreement.py": "reports/api_usage/test_head.py",
    "reports/panels.py": "reports/api_usage/test_panels.py",
    "reports/usage_report.py": "contract/test_counts.py",
    "reports/troubleshooting/panels.py": "reports/troubleshooting/test_report.py",
    "reports/troubleshooting/parameters.py": "reports/troubleshooting/test_report.py",
    "reports/fair_use/checks.py": "reports/fair_use/test_report.py",
    "reports/fair_use/head.py": "reports/fair_use/test_report.py",
    "reports/fair_use/panels.py": "reports/fair_use/test_report.py",
    "reports/fair_use/parameters.py": "reports/fair_use/test_report.py",
    "reports/fair_use/sentences.py": "reports/fair_use/test_report.py",
    "reports/fair_use/tables.py": "reports/fair_use/test_report.py",
    "reports/usage_view/figures.py": "contract/test_view_counts.py",
    "reports/usage_view/parameters.py": "reports/usage_view/test_saved.py",
    "runs/catalog/comparability.py": "runs/catalog/test_compare.py",
    "runs/catalog/listing.py": "cli/test_commands.py",
    "runs/doctor/access.py": "cli/test_fetch_command.py",
    "runs/doctor/checkup.py": "cli/test_fetch_command.py",
    "runs/doctor/stumbles.py": "cli/test_commands.py",
    "runs/execution/engine.py": "runs/execution/test_run.py",
    "runs/execution/execute.py": "runs/execution/test_run.py",
    "runs/execution/kernel.py": "runs/execution/test_run.py",
    "runs/execution/preload.py": "runs/execution/test_run_process.py",
    "runs/execution/last_check.py": "runs/execution/test_run.py",
    "runs/notifications/alarms.py": "runs/notifications/test_outbox.py",
    "runs/records/kept_failures.py": "runs/execution/test_run.py",
    "runs/records/store_stamp.py": "cli/test_commands.py",
    "runs/records/work.py": "runs/scheduling/test_due.py",
    "runs/scheduling/daemon.py": "runs/scheduling/test_due_processes.py",
    "runs/scheduling/making.py": "runs/scheduling/test_due.py",
    "runs/scheduling/plans.py": "runs/scheduling/test_due.py",
    "runs/scheduling/ports.py": "runs/scheduling/test_due.py",
    "runs/scheduling/restated.py": "runs/scheduling/test_due.py",
    "selection.py": "settings/test_report_file.py",
    "settings/schedule.py": "runs/scheduling/test_instants.py",
    "settings/strict.py": "settings/test_report_file.py",
    "sources/csv_exports.py": "sources/test_files.py",
    "sources/json_results.py": "sources/test_files.py",
    "sources/rows.py": "sources/test_files.py",
    "sources/utc_days.py": "sources/test_files.py",
    "store/checksums.py": "store/test_faults.py",
    "store/delta.py": "store/test_days.py",
    "fetching/fetch_progress.py": "fetching/test_fetch.py",
    "store/forget.py": "store/test_days.py",
    "store/scan.py": "store/test_days.py",
    "store/identities.py": "fetching/test_fetch.py",
    "store/witness.py": "store/test_repair.py",
    "tables/csv_files.py": "contract/test_counts.py",
    "tables/cube.py": "contract/test_view_counts.py",
    "tables/requests_per_day.py": "tables/test_panel_spec.py",
}


def mirror(module: Path) -> Path:
    return ROOT / "tests" / module.parent / f"test_{module.name}"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.relative_to(ROOT).as_posix())
def test_a_room_is_not_crowded(room: Path) -> None:
    """At most nine modules stand in a room, six in the hall, and the room says what it is for."""
    modules = [path for path in room.glob("*.py") if not path.name.startswith("__")]

    assert len(modules) <= (6 if room == PACKAGE else 9)
    assert (room / "__init__.py").read_text(encoding="utf-8").startswith('"""')


def test_each_module_has_a_test() -> None:
    """A module's test file bears its name and stands in the same room, or the list says which tests hold it."""
    without = {module.as_posix() for module in MODULES if not mirror(module).is_file()}

    assert without == set(TESTED_THROUGH)
    assert [name for name in TESTED_THROUGH.values() if not (ROOT / "tests" / name).is_file()] == []


def test_each_test_file_has_a_module() -> None:
    """A test file in a mirrored room bears the name of a module there, or says of which room it is."""
    rooms = {path.parent for path in MODULES} - {Path()}
    strays = [
        path.relative_to(ROOT / "tests").as_posix()
        for room in rooms
        for path in (ROOT / "tests" / room).glob("test_*.py")
        if not (PACKAGE / room / path.name.removeprefix("test_")).is_file()
    ]

    assert set(strays) <= {
        "cli/test_commands.py",  # the commands of all modules, as a user types them
        "cli/test_fetch_command.py",  # fetch and doctor against the double of the service
        "runs/scheduling/test_due_processes.py",  # due and schedule as processes, and cron
        "store/test_faults.py",  # the store after killed writers and flipped bits
        "store/test_mishaps.py",  # the store beside other writers, full disks and foreign files
        "insights/test_insights.py",  # what an analyst imports, and the report's story, against plain counts
        "runs/scheduling/test_state_mutations.py",  # what the kit keeps, changed
        "sources/test_mutations.py",  # results that were changed on their way, beside a second reader
        "sources/test_cases.py",  # inputs that went wrong where the kit was used
        "page/test_one_truth.py",  # Python and the page's script against one list of cases
        "page/test_script.py",  # the page's script in an engine without a browser
    }


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_maps_name_what_is_there(page: str) -> None:
    """Every module, room and file that README and CONTRIBUTING name in code marks is there."""
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"`((?:[a-z_]+/)+[a-z_]*(?:\.(?:py|js|ipynb|yaml|json|md))?)`", text)
    own = [name for name in named if not name.startswith(("output/", "data/"))]
    lost = [name for name in own if not any((top / name).exists() for top in (ROOT, PACKAGE))]

    assert own
    assert lost == []


def test_the_map_of_rooms_is_whole() -> None:
    """CONTRIBUTING and the package's own essay name each room of the package."""
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    essay = (PACKAGE / "__init__.py").read_text(encoding="utf-8")
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

    assert [room for room in rooms if not re.search(rf"^{room} ", essay, re.MULTILINE)] == []
    assert [room for room in rooms if f"{room}/" not in contributing] == []


def test_no_tracked_file_is_ignored() -> None:
    """What git tracks is matched by no line of .gitignore."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == ""
