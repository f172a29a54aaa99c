"""The edge to files and the network, as far as neither a host nor an engine is needed."""
