"""What the catalog declares: modules, hosts and locks, read from YAML and JSON texts with every problem at its line."""
