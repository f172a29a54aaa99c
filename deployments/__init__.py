"""How platformctl is run: the first contact, and the deployments that prefect.yaml declares."""
