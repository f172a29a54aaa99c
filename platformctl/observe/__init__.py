"""Looking at a host: the closed set of questions, and the order in which they are asked."""
