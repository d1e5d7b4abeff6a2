"""The API Usage kit for Genesys Cloud, in the order of the data's way.

errors      what can go wrong, and the exit code that it ends with
whole_files small files that come into being whole
project     where the store, the outputs, the params files and the notebooks lie
names       what an organization, an HTTP method and a template URI may be called
usage       what a usage row is: columns, status classes, methods
interval    UTC-day intervals: presets, parsing, the local label of a UTC day
selection   what one report or view shows: organization, interval, clients, template URIs, methods, top n
schedules   when a report is made and who is told of it: settings, no clock
view_state  what the API Usage view shows: a selection, and the clicked rows; an act makes a new one
parameters  a params file, checked as a whole before anything runs
saved_views a view's state as a params file, and back; the same as a command and as a parameters cell
sources     Genesys Cloud itself, result files, CSV exports, an invented sample -> one checked usage table
store       usage table -> Delta table, one commit a set of days; selection -> lazy rows of one snapshot; clients
tables      the one pass over many rows -> small tables; rankings and shares of them
panels      small tables -> a table, a picture and its description
widgets     the same panels under selectors, and tables to click, in JupyterLab and on a served page
runs        params file -> papermill -> HTML + CSV + run.json, published in one step
cli         the command `apiusage`
"""

__version__ = "0.1.0"
