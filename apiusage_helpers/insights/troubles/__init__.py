"""Troubles: one module a kind or a family, each from daily totals to findings; quiet where there is nothing."""
