"""YAML is bounded before anything in it is expanded."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.settings.yaml_file import MOST_BYTES, parsed_yaml, read_yaml

LAUGHS = "a: &a [x, x]\n" + "\n".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (LAUGHS, r"line \d+, column \d+: anchors"),
        ("a: *b", "anchors"),
        ("<<: &x {a: 1}", "anchors"),
        ("[" * 5000, "nested deeper"),
        ("- " * 5000, "nested deeper"),
        ("a: " + "x" * MOST_BYTES, "larger than"),
        ("a: 1\na: 2", "line 2, column 1: the key 'a' appears twice"),
        ("a: !!python/object:os.system x", "not YAML"),
        ("{", "not YAML"),
        ("? [a, b]\n: 1", "not YAML"),
    ],
)
def test_text_that_would_expand_or_means_two_things_is_refused(text: str, word: str) -> None:
    """Aliases, depth, size, repeated keys, tags and torn text are one sentence with the name of the file."""
    with pytest.raises(ParameterError, match=word) as refused:
        parsed_yaml(text.encode(), "daily.yaml")

    assert str(refused.value).startswith("daily.yaml: ")
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: [mailto://me@example.org?to=you@example.org, b]", {"a": ["mailto://me@example.org?to=you@example.org", "b"]}),
        ("a:\tb", {"a": "b"}),
        ("on: [a:b, no]", {"on": ["a:b", "no"]}),
    ],
)  # fmt: skip
def test_what_yaml_allows_is_read(text: str, value: object) -> None:
    """An address in a list, a tab before a value, words that are words."""
    assert parsed_yaml(text.encode(), "daily.yaml") == value


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_parameter_error(content: bytes) -> None:
    """Whatever a file holds, it is read, or refused in words."""
    with suppress(ParameterError):
        parsed_yaml(content, "any.yaml")


def test_words_stay_words() -> None:
    """on, off, yes and no are text, as YAML 1.2 has it; a mark of UTF-8 is passed over."""
    assert parsed_yaml("\ufeffon: [yes, no, true]".encode(), "x") == {"on": ["yes", "no", True]}


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    """A FIFO, a device and a folder are no files of settings, and nothing waits for them."""
    os.mkfifo(tmp_path / "pipe.yaml")

    for path in (tmp_path / "pipe.yaml", Path("/dev/zero"), tmp_path):
        with pytest.raises(ParameterError, match=r"regular file|cannot be read"):
            read_yaml(path)


def test_a_file_that_is_not_there_is_for_the_caller_to_tell(tmp_path: Path) -> None:
    """Who asked for the file knows what else there is."""
    with pytest.raises(FileNotFoundError):
        read_yaml(tmp_path / "none.yaml")
