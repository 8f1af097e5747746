"""Plans: text in, values out. Pure: no file, no git, no clock."""
