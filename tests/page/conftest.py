"""The page's script in a JavaScript engine, without a browser: all of it that needs no page to stand in."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from plain_choice import MISSING
from py_mini_racer import MiniRacer

from apiusage_helpers.page.script import page_script


@pytest.fixture(scope="session")
def engine() -> MiniRacer:
    """An engine that has run the modules of the script up to its tables; each is an object named after its file."""
    racer = MiniRacer()
    racer.eval(page_script("tables"))
    return racer


@pytest.fixture(scope="session")
def in_script(engine: MiniRacer) -> Callable[..., Any]:
    """What a function written in JavaScript gives for arguments; both go by JSON."""

    def called(function: str, *arguments: Any) -> Any:
        result = engine.eval(f"JSON.stringify([({function})(...{json.dumps(arguments)})])")
        return json.loads(str(result))[0]

    return called


@pytest.fixture(scope="session")
def week(make_command_line: Callable[[str], Any]) -> Iterator[None]:
    """A store with the sample, but for one day, as the pages of the browser tests have it; the kit reads it."""
    line = make_command_line("script")
    assert line("sample", "--today", "2026-11-24").returncode == 0
    gap = f"{MISSING}/{MISSING}"
    assert line("forget", "--organization", "sample", "--interval", gap).returncode == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APIUSAGE_STORE", str(line.store))
        yield
