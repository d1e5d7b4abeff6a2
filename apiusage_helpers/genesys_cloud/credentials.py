"""Who may ask: the OAuth client of one organization, from the environment or from the platform CLI's own profiles.

The environment names one OAuth client (`GENESYSCLOUD_REGION`, `GENESYSCLOUD_OAUTHCLIENT_ID` and `..._SECRET`, as the
platform's tools call them); `~/.gc/config.toml` of the platform CLI holds many, a profile each. A profile that bears the
organization's name goes before the environment. Secrets are read where they are needed and told nowhere.
"""

import base64
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from apiusage_helpers.errors import ParameterError, quoted
from apiusage_helpers.genesys_cloud.regions import region_host
from apiusage_helpers.project.small_files import read_bytes
from apiusage_helpers.usage import organization_name

ID, SECRET, REGION = "GENESYSCLOUD_OAUTHCLIENT_ID", "GENESYSCLOUD_OAUTHCLIENT_SECRET", "GENESYSCLOUD_REGION"
API_URL, LOGIN_URL = "GENESYSCLOUD_API_URL", "GENESYSCLOUD_LOGIN_URL"
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
_CLIENT_CREDENTIALS = frozenset({"", "1"})  # the CLI's number for this grant
_SHORTEST_SECRET = 6


@dataclass(frozen=True)
class Credentials:
    """The OAuth client that fetches for one organization, and the hosts it asks; `place` says where it was found."""

    organization: str
    client_id: str
    secret: str = field(repr=False)
    api_url: str
    login_url: str
    place: str

    @property
    def basic(self) -> str:
        """The value of the Authorization header of a token request."""
        return f"Basic {base64.b64encode(f'{self.client_id}:{self.secret}'.encode()).decode()}"

    def hidden(self, text: str, *more: str) -> str:
        """`text` without the secret, the header made of it, and `more` (tokens), wherever a service echoes them."""
        for secret in (self.secret, self.basic.removeprefix("Basic "), *more):
            if len(secret) >= _SHORTEST_SECRET:
                text = text.replace(secret, "(hidden)")
        return text


def profile_file() -> Path:
    """Where the platform CLI keeps its profiles."""
    return Path.home() / ".gc" / "config.toml"


def read_credentials(organization: str) -> Credentials:
    """The OAuth client for `organization`: of the profile of that name, else of the environment.

    ParameterError names what is missing, wrong, or not allowed, and never shows a value.
    """
    name = organization_name(organization)
    profiles = read_profiles()
    if name in profiles:
        return _from_profile(name, profiles[name])
    values = {variable: os.environ.get(variable, "").strip() for variable in (ID, SECRET)}
    if not all(values.values()):
        missing = [variable for variable in (*values, REGION) if not os.environ.get(variable, "").strip()]
        known = f" (it has {', '.join(sorted(profiles))})" if profiles else ""
        raise ParameterError(
            f"no credentials for {name}: set {' and '.join(missing)}, or make a profile {quoted(name)} in "
            f"{profile_file()}{known} by `gc profiles new`"
        )
    region = os.environ.get(REGION, "").strip()
    return Credentials(name, values[ID], values[SECRET], *_hosts(region, REGION), "the environment")


def own_profile_lacks(organization: str) -> str:
    """Why nothing but the environment could fetch `organization`; nothing when a profile bears its name.

    The environment's OAuth client belongs to one organization, and nobody says to which of several.
    """
    if organization in read_profiles():
        return ""
    lacking = f"no profile {quoted(organization)} in {profile_file()}"
    return f"{lacking}, and the environment's OAuth client belongs to one organization"


def usable_profiles() -> tuple[dict[str, Credentials], dict[str, ParameterError]]:
    """The OAuth clients of all profiles by organization, and the faults of those that cannot be used."""
    found: dict[str, Credentials] = {}
    faults: dict[str, ParameterError] = {}
    for name, profile in read_profiles().items():
        try:
            found[name] = _from_profile(organization_name(name), profile)
        except ParameterError as fault:
            faults[name] = fault
    return found, faults


def read_profiles() -> dict[str, Mapping[str, Any]]:
    """The profiles of the platform CLI by name, in lower case as it takes them; none without its file."""
    path = profile_file()
    try:
        written = tomllib.loads(read_bytes(path).decode())
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError:
        raise ParameterError(f"{path}: this is not TOML; mend it, or make it anew by `gc profiles new`") from None
    except (OSError, UnicodeDecodeError) as fault:
        raise ParameterError(f"{path}: cannot be read: {type(fault).__name__}") from None
    return {name.lower(): profile for name, profile in written.items() if isinstance(profile, dict)}


def _from_profile(name: str, profile: Mapping[str, Any]) -> Credentials:
    place = f"profile {quoted(name)} of {profile_file()}"
    values = {key: str(value) for key, value in profile.items()}
    if values.get("grant_type", "") not in _CLIENT_CREDENTIALS:
        raise ParameterError(f"{place}: fetching needs the grant Client Credentials; make the profile anew")
    missing = [key for key in ("client_credentials", "client_secret") if not values.get(key, "").strip()]
    if missing:
        raise ParameterError(f"{place}: {' and '.join(missing)} is missing; make it anew by `gc profiles new`")
    hosts = _hosts(values.get("environment", "mypurecloud.com"), f"{place}, environment")
    return Credentials(name, values["client_credentials"], values["client_secret"], *hosts, place)


def _hosts(region: str, place: str) -> tuple[str, str]:
    """The URLs of API and login: those that the environment names, else those of the region."""
    urls = [os.environ.get(variable, "").strip().rstrip("/") for variable in (API_URL, LOGIN_URL)]
    for variable, url in zip((API_URL, LOGIN_URL), urls, strict=True):
        if url:
            _refuse_open_url(variable, url)
    if all(urls):
        return urls[0], urls[1]
    if not region:
        raise ParameterError(f"{REGION} is not set: write the host of your region, such as mypurecloud.com")
    host = region_host(region, place)
    return urls[0] or f"https://api.{host}", urls[1] or f"https://login.{host}"


def _refuse_open_url(variable: str, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ParameterError(f"{variable} is no web address: write it as https://host")
    if parts.scheme == "http" and not _LOOPBACK.fullmatch(parts.hostname):
        raise ParameterError(f"{variable}: plain http is used for this machine only; write https://{parts.netloc}")
