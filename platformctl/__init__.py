"""platformctl tells whether the containers of a fleet are what a git catalog declares, and never cries wolf."""

__version__ = "0.1.0"
