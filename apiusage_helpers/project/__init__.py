"""The project on disk: where its folders lie, files that come into being whole, text made safe for spreadsheets."""
