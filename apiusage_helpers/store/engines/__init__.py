"""The engines that count stored rows: each reads the files of one snapshot by their names, and gives the same sums."""
