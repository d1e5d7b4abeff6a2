"""The troubleshooting report: what is wrong with an organization's requests, why it may be so, and what to do."""
