"""What messages show of values from outside: enough to find the fault, no secret, and never more than fits."""

import string

import pytest
from hypothesis import given, strategies as st

from apiusage_helpers.errors import engine_fault, quoted, shown
from apiusage_helpers.text import visible

PASSWORDS = st.text(string.ascii_letters + string.digits + "!$%^*+-_.~", min_size=12, max_size=30)
SCHEMES = st.sampled_from(["mailto", "mailtos", "https", "slack", "msteams", "json", "tgram"])
NAMES = st.sampled_from(["to", "top", "date_range", "clients", "value", "0", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=50),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(), inner, max_size=10),
)


@given(SCHEMES, PASSWORDS, NAMES)
def test_no_password_of_an_address_is_shown(scheme: str, password: str, name: str) -> None:
    """Wherever the address stands: alone, in a list, in a mapping, as a query or a parameter."""
    for address in (
        f"{scheme}://user:{password}@host/path", f"{scheme}://host/path?token={password}", f"{scheme}://host/;token={password}",
    ):  # fmt: skip
        for value in (address, [address], {"to": address}, [{"deep": [address]}], f"  {address}"):
            assert password not in shown(name, value)
            assert password not in quoted(value)


@pytest.mark.parametrize("name", ["client_secret", "PASSWORD", "token", "apiKey", "authorization"])
def test_a_field_that_is_named_like_a_secret_is_hidden(name: str) -> None:
    """Whatever it holds."""
    assert "swordfish" not in shown(name, "swordfish")


@given(VALUES, st.integers(10, 100))
def test_whatever_is_shown_fits(value: object, limit: int) -> None:
    """In so many characters, and on one line."""
    said = shown("value", value, limit)

    assert len(said) <= limit
    assert "\n" not in visible(said)


@given(st.text())
def test_no_text_acts_on_a_terminal(text: str) -> None:
    """Neither control characters nor those that turn the direction of reading are left."""
    left = set(visible(text))

    assert not left & {
        chr(code) for code in (*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    }


def test_a_fault_of_an_engine_says_what_to_do() -> None:
    """DuckDB's leads to the doctor, Spark's to the cluster or back to DuckDB, each in one line; other faults are not theirs."""
    of_duckdb, of_spark = (
        engine_fault(name, "no such file\nat line 7") for name in ("IOException", "SparkConnectGrpcException")
    )

    assert str(of_duckdb) == "the store cannot be read (no such file); try: apiusage doctor"
    assert str(of_spark).startswith("Spark could not count the rows (no such file); look at the cluster and try again")
    assert of_spark is not None
    assert of_spark.exit_code == 3
    assert engine_fault("KeyError", "x") is None


def test_a_call_that_failed_is_told_by_its_details() -> None:
    """gRPC's first line names a class of its own; what happened stands further down."""
    text = """<_InactiveRpcError of RPC that terminated with:
\tstatus = StatusCode.UNAVAILABLE
\tdetails = "Failed to connect to remote host: Connection refused"
\tdebug_error_string = "UNAVAILABLE: {}"
>"""

    told = str(engine_fault("SparkConnectGrpcException", text))

    assert told.startswith(
        "Spark could not count the rows (Failed to connect to remote host: Connection refused); look"
    )
