"""What a smoke asks, and what the answers mean. Pure: who asks, waits and keeps is an adapter."""
