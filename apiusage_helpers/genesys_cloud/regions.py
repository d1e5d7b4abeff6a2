"""The regions of Genesys Cloud and their hosts, as the platform's own clients know them."""

from difflib import get_close_matches

from apiusage_helpers.errors import ParameterError, quoted

REGIONS = {
    "us_east_1": "mypurecloud.com",
    "us_east_2": "use2.us-gov-pure.cloud",
    "us_west_2": "usw2.pure.cloud",
    "ca_central_1": "cac1.pure.cloud",
    "mx_central_1": "mxc1.pure.cloud",
    "sa_east_1": "sae1.pure.cloud",
    "eu_west_1": "mypurecloud.ie",
    "eu_west_2": "euw2.pure.cloud",
    "eu_central_1": "mypurecloud.de",
    "eu_central_2": "euc2.pure.cloud",
    "eusc_de_east_1": "edee1.eusc-pure.cloud",
    "me_central_1": "mec1.pure.cloud",
    "ap_south_1": "aps1.pure.cloud",
    "ap_northeast_1": "mypurecloud.jp",
    "ap_northeast_2": "apne2.pure.cloud",
    "ap_northeast_3": "apne3.pure.cloud",
    "ap_southeast_1": "apse1.pure.cloud",
    "ap_southeast_2": "mypurecloud.com.au",
}
_NEVER_WERE = {  # named like the younger regions, these are met in other tools
    "use1.pure.cloud": "mypurecloud.com",
    "euw1.pure.cloud": "mypurecloud.ie",
    "euc1.pure.cloud": "mypurecloud.de",
    "apne1.pure.cloud": "mypurecloud.jp",
    "apse2.pure.cloud": "mypurecloud.com.au",
}


def region_host(region: str, place: str) -> str:
    """The host of a region written as host or as AWS name; ParameterError names the near miss and `place`.

    >>> region_host("eu-west-1", "GENESYSCLOUD_REGION"), region_host("https://api.mypurecloud.de", "")
    ('mypurecloud.ie', 'mypurecloud.de')
    """
    plain = region.strip().lower().removeprefix("https://").rstrip("/")
    for prefix in ("api.", "login.", "apps."):
        plain = plain.removeprefix(prefix)
    host = REGIONS.get(plain.replace("-", "_"), plain)
    if host not in REGIONS.values():
        raise ParameterError(f"{place}: {quoted(region)} is no region of Genesys Cloud: {_advice(plain)}")
    return host


def _advice(plain: str) -> str:
    known = [*REGIONS.values(), *(name.replace("_", "-") for name in REGIONS)]
    near = [_NEVER_WERE[plain]] if plain in _NEVER_WERE else get_close_matches(plain, known, n=2, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"write one of {', '.join(sorted(REGIONS.values()))}"
