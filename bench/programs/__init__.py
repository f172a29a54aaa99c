"""The clients that are measured: each a fresh process, told by one file where the hosts are."""
