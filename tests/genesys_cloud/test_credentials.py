"""Who may ask: environment, profiles, regions; and nothing secret in a message."""

from pathlib import Path

import pytest

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.genesys_cloud.credentials import read_credentials, usable_profiles
from apiusage_helpers.genesys_cloud.regions import region_host

PROFILES = """
[DEFAULT]
client_credentials = "id-0"
client_secret = "canary-0"
environment = "mypurecloud.ie"
grant_type = "1"
oauth_token_data = "x"

[acme]
client_credentials = "id-1"
client_secret = "canary-1"
environment = "eu-central-1"

[browser]
grant_type = "3"
client_credentials = "id-2"

["Not A Name"]
client_credentials = "id-3"
client_secret = "canary-3"
"""


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path) -> None:
    """No credentials of the machine's own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("REGION", "OAUTHCLIENT_ID", "OAUTHCLIENT_SECRET", "API_URL", "LOGIN_URL"):
        monkeypatch.delenv(f"GENESYSCLOUD_{name}", raising=False)


def write_profiles(home: Path, text: str = PROFILES) -> None:
    (home / ".gc").mkdir()
    (home / ".gc" / "config.toml").write_text(text)


def set_environment(monkeypatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"GENESYSCLOUD_{name}", value)


def test_credentials_come_from_the_environment(monkeypatch) -> None:
    """Hosts from the region; the secret is in no representation."""
    set_environment(monkeypatch, REGION="us-west-2", OAUTHCLIENT_ID="id", OAUTHCLIENT_SECRET="canary-9")
    found = read_credentials("acme")

    assert (found.api_url, found.login_url) == ("https://api.usw2.pure.cloud", "https://login.usw2.pure.cloud")
    assert found.basic == "Basic aWQ6Y2FuYXJ5LTk="
    assert "canary" not in repr(found)


def test_a_profile_of_the_organizations_name_goes_first(monkeypatch, tmp_path) -> None:
    """So that the environment of one organization is never taken for another."""
    write_profiles(tmp_path)
    set_environment(monkeypatch, REGION="mypurecloud.jp", OAUTHCLIENT_ID="id", OAUTHCLIENT_SECRET="canary-9")

    assert read_credentials("acme").api_url == "https://api.mypurecloud.de"
    assert read_credentials("globex").api_url == "https://api.mypurecloud.jp"


def test_all_profiles_and_why_some_cannot_be_used(tmp_path) -> None:
    """Names in lower case, as the platform CLI takes them."""
    write_profiles(tmp_path)
    usable, faults = usable_profiles()

    assert sorted(usable) == ["acme", "default"]
    assert "Client Credentials" in str(faults["browser"])
    assert "cannot be used" in str(faults["not a name"])
    assert "canary" not in repr(usable) + str(faults)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "GENESYSCLOUD_OAUTHCLIENT_ID and GENESYSCLOUD_OAUTHCLIENT_SECRET"),
        ({"OAUTHCLIENT_ID": "i", "OAUTHCLIENT_SECRET": "canary"}, "GENESYSCLOUD_REGION is not set"),
        ({"OAUTHCLIENT_ID": "i", "OAUTHCLIENT_SECRET": "canary", "REGION": "mypurecloud.dee"}, "did you mean mypurecloud.de"),
        ({"OAUTHCLIENT_ID": "i", "OAUTHCLIENT_SECRET": "canary", "REGION": "euw1.pure.cloud"}, "did you mean mypurecloud.ie"),
        ({"OAUTHCLIENT_ID": "i", "OAUTHCLIENT_SECRET": "canary", "REGION": "x", "API_URL": "http://a.example"}, "plain http"),
        ({"OAUTHCLIENT_ID": "i", "OAUTHCLIENT_SECRET": "canary", "REGION": "x", "API_URL": "ftp://a"}, "no web address"),
        ({"OAUTHCLIENT_ID": "i", "OAUTHCLIENT_SECRET": "canary", "REGION": "mars"}, "write one of"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_named(monkeypatch, values: dict[str, str], message: str) -> None:
    """Without a value of a secret."""
    set_environment(monkeypatch, **values)
    with pytest.raises(ParameterError) as fault:
        read_credentials("acme")

    assert message in str(fault.value)
    assert "canary" not in str(fault.value)


def test_a_broken_profile_file_is_named_and_not_shown(tmp_path) -> None:
    """Its lines may hold secrets."""
    write_profiles(tmp_path, 'client_secret = "canary')
    with pytest.raises(ParameterError, match="not TOML") as fault:
        read_credentials("acme")
    assert "canary" not in str(fault.value)


@pytest.mark.parametrize(
    ("region", "host"), [("us_east_1", "mypurecloud.com"), ("API.mypurecloud.com.au", "mypurecloud.com.au")]
)
def test_regions_are_known_by_host_and_by_name(region: str, host: str) -> None:
    """As the platform's tools write them."""
    assert region_host(region, "x") == host
