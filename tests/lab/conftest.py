"""Gives the lab's fixtures to the tests in this folder."""

from .fixtures import engine, fleet, lab, registry, ssh_hosts, tls_engine

__all__ = ["engine", "fleet", "lab", "registry", "ssh_hosts", "tls_engine"]
