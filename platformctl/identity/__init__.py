"""Which image a name or a digest means: references, candidates, closures, and the verdict on one image."""
