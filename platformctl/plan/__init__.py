"""The plan: what is declared against what was seen, one verdict for each module. Pure: no clock, no files, no hosts."""
