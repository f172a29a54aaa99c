"""The only code that touches hosts, files, git and the clock of a run."""
