"""What was seen on the hosts, as values: nothing here can reach a host."""
