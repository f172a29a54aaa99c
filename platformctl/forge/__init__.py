"""What forges send and answer: deliveries and the merges they tell of, checks, comments. Pure: bytes are told."""
