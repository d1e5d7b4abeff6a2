"""Tests of pages with a kernel, as JupyterLab and Voila serve them."""
