"""The API Usage kit for Genesys Cloud, in the order of the data's way.

errors         what can go wrong, and the exit code that it ends with
project        where the folders lie, files that come into being whole, text made safe for spreadsheets
names          what an organization, an HTTP method and a template URI may be called
usage          what a usage row is: columns, status classes, methods
interval       UTC-day intervals: presets, parsing, the local label of a UTC day
selection      what one report or view shows: organization, interval, clients, template URIs, methods, top n
text           numbers, names and lists in words
settings       a params file, checked as a whole before anything runs
sources        result files, CSV exports, an invented sample -> one checked usage table
genesys_cloud  the service itself: who may ask, how politely, and what for -> the same checked table
store          usage table -> Delta table, one commit a set of days; selection -> lazy rows of one snapshot; OAuth clients
fetching       which days an organization lacks, asked month by month, stored as they come
tables         the one pass over many rows -> small tables; rankings and shares of them
insights       small tables -> values: what changed, the forecast, fair use, findings
charts         a small table -> its picture and the picture in words
page           executed notebook or HTML -> a one-file page that opens anywhere
reports        one folder a notebook: its tables, checks and panels
live           the same panels under selectors, and tables to click, in JupyterLab and on a served page
runs           params file -> papermill -> HTML + CSV + run.json, published in one step, when it is due
cli            the command `apiusage`
"""

__version__ = "0.1.0"
