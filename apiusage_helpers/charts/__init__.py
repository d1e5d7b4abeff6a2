"""Charts: a small table, its picture, and the picture in words."""
