"""Live pages: the panels and figures of the kit under selectors, in JupyterLab and on a served page."""
