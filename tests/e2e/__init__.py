"""Flows on a real Prefect: its server, its worker, its interface in a browser, and hosts behind real SSH."""
