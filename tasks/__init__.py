"""One Prefect task for each effect of a flow. What can pass by itself is tried again here, and nowhere else."""
