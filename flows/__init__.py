"""The order of tasks and the parameters. Every decision is platformctl's, never read off a state of Prefect."""
