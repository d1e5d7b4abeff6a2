"""A params file: all faults at once, before anything runs; never a secret."""

import shlex
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.reports.contract import read_report
from apiusage_helpers.settings.report_file import Report
from apiusage_helpers.text import visible

TODAY = date(2026, 11, 24)
ROOT = Path(__file__).resolve().parents[2]
GOOD: dict[str, Any] = {
    "notebook": "api_usage_report",
    "parameters": {"organization": "acme", "date_range": "previous_7_days"},
}


@pytest.fixture
def read(tmp_path: Path):
    """The report of a params file with this content."""

    def written(content: Any, *overrides: tuple[str, str], name: str = "mine.yaml", **checks: Any) -> Report:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True), encoding="utf-8"
        )
        return read_report(path, overrides, today=TODAY, **checks)

    return written


def test_a_link_that_leads_nowhere_is_said(tmp_path: Path) -> None:
    """What cannot be read, it or a folder, is not the file that was meant."""
    (tmp_path / "daily.yaml").symlink_to("gone.yaml")
    (tmp_path / "dailyx.yaml").mkdir()
    (tmp_path / "weekly.yaml").write_text("")

    with pytest.raises(ParameterError) as told:
        read_report(tmp_path / "daily.yaml", today=TODAY)
    assert str(told.value) == (
        f"{tmp_path}/daily.yaml: the link leads nowhere; mend it, or take it away; did you mean 'weekly.yaml'?"
    )


@pytest.mark.parametrize("path", sorted((ROOT / "params").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_kits_own_files_are_sound(path: Path) -> None:
    """Each scheduled report can be read, and its name is its file's."""
    assert read_report(path, today=TODAY).name == path.stem


def test_defaults_are_those_of_the_contract(read) -> None:
    """What a file leaves out means all, five ranks, UTC."""
    selection = read(GOOD).selection("acme")

    assert (selection.top, selection.clients, selection.display_timezone) == (5, (), "UTC")
    assert str(selection.interval) == "2026-11-17/2026-11-23"


def test_overrides_are_read_by_their_fields_type(read) -> None:
    """Text as it is, numbers as numbers, lists as JSON or by commas."""
    parameters = read(
        GOOD, ("top", "7"), ("clients", "a, b"), ("template_uris", '["x,y"]'), ("organization", "007")
    ).parameters

    assert (parameters.top, parameters.clients, parameters.template_uris, parameters.organization) == (
        7,
        ["a", "b"],
        ["x,y"],
        "007",
    )


@pytest.mark.parametrize(
    ("text", "clients"),
    [("[Nobody]", ["Nobody"]), ("[CRM sync, 'a, b']", ["CRM sync", "a, b"]), ('["\\ud83d\\ude00"]', ["\U0001f600"])],
)
def test_a_list_is_read_as_in_a_params_file(read, text: str, clients: list[str]) -> None:
    """Brackets hold YAML, as they do there, and JSON."""
    assert read(GOOD, ("clients", text)).parameters.clients == clients


@pytest.mark.parametrize("text", ["[", "[a, &b c]", "[" * 90_000, "[\udcff]"])
def test_brackets_that_hold_no_list_are_refused(read, text: str) -> None:
    """Text that is not closed, bears an anchor, is too deep or is no text at all."""
    with pytest.raises(ParameterError, match=r"parameters\.clients: "):
        read(GOOD, ("clients", text))


def test_overrides_other_than_whose_and_when_change_the_name(read) -> None:
    """A report with other parameters lies elsewhere, always under the same eight digits."""
    plain = read(GOOD, ("organization", "b"), ("date_range", "last_month"), ("display_timezone", "Asia/Kolkata"))
    other, again, third = (read(GOOD, ("top", top)) for top in ("7", "7", "8"))

    assert plain.name == "mine"
    assert other.name == again.name != third.name
    assert len(other.name) == len("mine@12345678")


def test_saved_views_are_reports_of_their_own_name(read) -> None:
    """A file in views/ is the report views.NAME."""
    assert read(GOOD, name="views/crm.yaml").name == "views.crm"


def test_organizations_are_one_several_or_all(read) -> None:
    """A list keeps its order; all means those that are known."""
    assert read(GOOD, ("organization", "b,a,b")).organizations(["x"]) == ("b", "a")
    assert read(GOOD, ("organization", "all")).organizations(["x", "y"]) == ("x", "y")


BAD = {
    "organization": [
        5,
        "",
        "Acme",
        "../x",
        "a/b",
        "-a",
        "a" * 65,
        [],
        ["a", "A"],
        {"a": 1},
        None,
        "a b",
        "ä",
        ".hidden",
    ],
    "date_range": [
        7,
        "today",
        "2026-11-24/2026-11-24",
        "2026-11-01/2026-10-01",
        "2026-10-01",
        "2026-13-01/2026-13-02",
        None,
        "",
    ],
    "display_timezone": ["Europe/Berln", "../etc", 5, None, "", "utc+1"],
    "clients": ["a", [1], [None], 5, {"a": 1}, [["a"]]],
    "client_template_uris": ["a", [1.5], 5],
    "template_uris": ["a", [True], 5],
    "http_methods": ["GET", ["FETCH"], [5], ["GET "], [""]],
    "top": [0, -1, 101, "5", 5.5, True, None, [5], float("nan")],
    "Top": [5],
    "x=0\nopen('INJ','w')\ny": [1],
    "__import__('os')": [1],
    "today": ["2026-01-01"],
    "export_folder": ["elsewhere"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in BAD.items() for value in values], ids=repr
)
def test_a_bad_parameter_is_named(read, name: str, value: Any) -> None:
    """Whatever is wrong with it, the message says which and that nothing was run."""
    with pytest.raises(ParameterError) as fault:
        read(GOOD | {"parameters": GOOD["parameters"] | {name: value}})
    assert f"parameters.{visible(name)}" in str(fault.value)
    assert "nothing was run" in str(fault.value)
    assert fault.value.exit_code == 2


@pytest.mark.parametrize(
    "schedule",
    [{}, {"cron": "x"}, {"cron": "* * * *"}, {"cron": "0 9 * * *", "timezone": "Mars"}, {"cron": "0 9 * * *", "catch_up": "some"},
     {"cron": "0 9 * * *", "max_staleness_days": -1}, {"cron": "0 9 * * *", "wait_hours": -1}, {"cron": "0 9 * * *", "fetch": "yes"},
     {"cron": "0 9 * * *", "deliver": [{"to": "mailto://x", "on": "failure"}]}, {"cron": "0 9 * * *", "when": 1}, "0 9 * * *"],
)  # fmt: skip
def test_a_bad_schedule_is_named(read, schedule: Any) -> None:
    """A schedule is checked with the rest of its file."""
    with pytest.raises(ParameterError, match="schedule"):
        read(GOOD | {"schedule": schedule})


def test_all_faults_stand_in_one_message(read) -> None:
    """Three faults in three places are three lines."""
    content = {
        "notebook": "nothing",
        "schedule": {"cron": 5},
        "parameters": {"organization": "A", "date_range": "x", "top": 0},
    }
    with pytest.raises(ParameterError) as fault:
        read(content, ("colour", "red"), ("top", "many"))

    for part in ("notebook", "schedule.cron", "organization", "date_range", "top", "colour"):
        assert part in str(fault.value)


@pytest.mark.parametrize("name", ["client_secret", "access_token", "Password", "api_key"])
def test_the_value_of_a_secret_is_never_shown(read, name: str) -> None:
    """Its key is refused, and what it holds stays unsaid, from the file or from -p."""
    with pytest.raises(ParameterError, match="secret") as of_file:
        read(GOOD | {"parameters": GOOD["parameters"] | {name: "canary-55"}})
    with pytest.raises(ParameterError) as of_override:
        read(GOOD, (name, "canary-55"))
    assert "canary" not in str(of_file.value) + str(of_override.value)


@pytest.mark.parametrize(
    "content",
    ["", "- a\n", "a: [", "notebook: a\nnotebook: b\n", "\x00", "5", "notebook: api_usage_report\n", "a: &a [*a]\n"],
)
def test_a_file_that_is_no_params_file_is_said(read, content: str) -> None:
    """Other YAML, torn YAML, keys that stand twice."""
    with pytest.raises(ParameterError, match=r"mine\.yaml"):
        read(content)


@pytest.mark.parametrize("name", ["bad name.yaml", "ä.yaml", "a=b.yaml"])
def test_a_file_name_must_be_able_to_name_a_report(read, name: str) -> None:
    """It becomes a folder of the output."""
    with pytest.raises(ParameterError, match="file name"):
        read(GOOD, name=name)


def test_an_override_that_is_given_twice_is_refused(read) -> None:
    """Which of the two was meant is not guessed."""
    with pytest.raises(ParameterError, match="twice"):
        read(GOOD, ("top", "1"), ("top", "2"))


def test_a_cron_fault_stands_among_all_others(read) -> None:
    """The scheduler's own check is asked, and its words are told beside the rest."""
    from apiusage_helpers.runs.scheduling.instants import check_cron

    with pytest.raises(ParameterError, match="2 faults") as fault:
        read(GOOD | {"schedule": {"cron": "61 9 * * *"}, "colour": 1}, check_cron=check_cron)
    assert "schedule.cron: '61 9 * * *' is not a schedule" in str(fault.value)


@pytest.mark.parametrize("more", [{"failed_share_over": -1}, {"change": 0.5}, {"attach": "yes"}, {"attach_mb": 0}])
def test_a_bad_threshold_is_named(read, more: dict[str, Any]) -> None:
    """Thresholds are shares from 0; unknown keys of a delivery are refused."""
    with pytest.raises(ParameterError, match=rf"deliver\.0\.{next(iter(more))}"):
        read(GOOD | {"schedule": {"cron": "0 9 * * *", "deliver": [{"to": "OPS", "on": "findings"} | more]}})


@pytest.mark.parametrize(
    "address", ["reports.example.org", "ftp://x", "https://user:canary@x", "https://x/?key=canary", "https://"]
)
def test_an_address_of_the_pages_is_a_plain_web_address(read, address: str) -> None:
    """Anything else is refused, and not shown: it may hold a secret."""
    with pytest.raises(ParameterError, match=r"base_url: .*the address under which") as fault:
        read(GOOD | {"schedule": {"cron": "0 9 * * *", "base_url": address}})
    assert "canary" not in str(fault.value)


def test_the_command_makes_the_same_report_again(read) -> None:
    """It names the file, the days as days, and what was given by -p; no folder of a machine stands in it."""
    report = read(GOOD, ("clients", "CRM sync,b"), ("organization", "other"), name="params/mine.yaml")
    command = shlex.split(report.command("other"))

    assert command[:5] == ["apiusage", "report", "params/mine.yaml", "--today", "2026-11-24"]
    assert dict(zip(command[6::3], command[7::3], strict=True)) == {
        "clients": "CRM sync,b",
        "organization": "other",
        "date_range": "2026-11-17/2026-11-23",
    }


def test_the_readmes_news_can_be_copied_into_a_params_file(read) -> None:
    """`on` is a word, as are organizations called no or off; true and false are not."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = readme[readme.index("    deliver:\n") :].split("\n\n")[0]
    news = "\n".join(line[2:] for line in lines.splitlines())
    report = read(
        f"notebook: api_usage_report\nschedule:\n  cron: '30 9 * * *'\n  fetch: false\n{news}\n"
        "parameters:\n  organization: [no, off]\n  date_range: previous_7_days\n"
    )

    assert [delivery.on for delivery in report.schedule.deliver] == ["success", "failure", "findings"]
    assert report.parameters.organization == ["no", "off"]
    assert report.schedule.fetch is False


@pytest.mark.parametrize("address", ["mailto://me:canary@host", "https://host/hook?key=canary", "canary"])
def test_an_address_in_a_file_is_never_shown(read, address: str) -> None:
    """Where an address stands in place of a variable's name, the message says what belongs there and shows nothing of it."""
    schedule = {"cron": "0 9 * * *", "deliver": [{"to": address, "on": "success"}]}

    with pytest.raises(ParameterError) as refused:
        read({**GOOD, "schedule": schedule})

    assert "canary" not in str(refused.value)
    assert "schedule.deliver.0.to: (hidden): the name of an environment variable belongs here" in str(refused.value)


@pytest.mark.parametrize(
    "address", ["ftp://me:canary@host", ["ftp://me:canary" + "x" * 200 + "@host"], {"a": "x://h?canary"}]
)
def test_any_value_with_a_user_or_a_query_in_an_address_is_hidden(read, address: Any) -> None:
    """So is one that stands where no address belongs, however long it is and however deep it lies."""
    with pytest.raises(ParameterError) as refused:
        read({**GOOD, "parameters": {**GOOD["parameters"], "top": address}})

    assert "canary" not in str(refused.value)


SPARK = ("engine", "spark")


@pytest.mark.parametrize("remote", ["sc://spark.example.com", "sc://h:1/;use_ssl=true", "spark://a:1,b:2", "local[2]"])
def test_where_it_is_counted_makes_no_other_report(read, remote: str) -> None:
    """The engine goes into the selection and the command, never into the report's name."""
    report = read(GOOD, SPARK, ("spark_remote", remote))
    named = read(GOOD, SPARK, ("spark_remote", remote), ("top", "7")).name

    assert report.name == "mine"
    assert named == read(GOOD, ("top", "7")).name
    assert (report.selection("acme").engine, report.selection("acme").spark_remote) == ("spark", remote)
    assert remote in report.command("acme")


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ([SPARK], "parameters.spark_remote: '': engine spark needs an address: sc://HOST:PORT"),
        ([("engine", "polars")], "parameters.engine: 'polars': engine 'polars' is unknown: use duckdb or spark"),
        ([("spark_remote", "sc://h:1")], "the engine is duckdb: set engine to spark, or leave spark_remote empty"),
        ([SPARK, ("spark_remote", "http://h:1")], "'http://h:1' is no address of a Spark: sc://HOST:PORT"),
        ([SPARK, ("spark_remote", "sc://h:1/;token=canary")], "(hidden) is no address of a Spark"),
        ([SPARK, ("spark_remote", "sc://me:canary@h:1")], "(hidden) is no address of a Spark"),
    ],
)
def test_an_engine_that_cannot_count_is_refused(read, overrides, told: str) -> None:
    """The message says what to do, and shows no token."""
    with pytest.raises(ParameterError) as refused:
        read(GOOD, *overrides)

    assert told in str(refused.value)
    assert "canary" not in str(refused.value)


def test_places_of_faults_keep_every_part_of_their_names(read) -> None:
    """A key that begins like a name of a type is named whole; the types that were tried are not."""
    parameters = {**GOOD["parameters"], "strict": 1, "organization": ["acme", 7]}

    with pytest.raises(ParameterError) as refused:
        read({**GOOD, "parameters": parameters})

    assert "parameters.strict: unknown key" in str(refused.value)
    assert "parameters.organization.1: 7: Input should be a valid string" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [("clients", "[" * 100_000), ("top", "9" * 5000), ("top", "[" * 100_000), ("date_range", "x" * 10**6)],
)
def test_values_are_bounded_before_they_are_shown(read, name: str, text: str) -> None:
    """A deep, long or huge -p value is refused in a line of ordinary length."""
    with pytest.raises(ParameterError) as refused:
        read(GOOD, (name, text))

    assert f"parameters.{name}" in str(refused.value)
    assert max(map(len, str(refused.value).splitlines())) < 400


def test_a_machines_own_zone_is_no_zone(read) -> None:
    """localtime means another zone on another machine."""
    with pytest.raises(ParameterError, match="unknown time zone 'localtime'"):
        read({**GOOD, "parameters": {**GOOD["parameters"], "display_timezone": "localtime"}})
