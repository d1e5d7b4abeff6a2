"""From which figure on something is a trouble: what an administrator may set, with the values that are used without it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Shares are 0 to 1, counts are requests; `..._a_day` are requests of a mean day."""

    throttled_share: float = 0.015
    critical_throttled_share: float = 0.25
    client_error_share: float = 0.08
    client_error_rise: float = 0.05
    constant_client_error_share: float = 0.25
    critical_client_error_share: float = 0.5
    server_error_share: float = 0.02
    critical_server_error_share: float = 0.25
    least_failures: float = 10
    polled_a_day: float = 1_000
    much_polled_a_day: float = 4_000
    polling_spread: float = 0.03
    read_a_day: float = 2_000
    high_volume_share: float = 0.3
    new_url_requests: float = 20
    mix_change: float = 0.25
    silent_days: float = 3
