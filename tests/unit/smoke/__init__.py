"""What a smoke asks and what the answers mean, without any world."""
