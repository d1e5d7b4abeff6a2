"""Tests in real browsers; the first one of a worker starts Chromium, and what is no test of a browser ends it."""
