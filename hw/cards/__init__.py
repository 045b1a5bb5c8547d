"""Cards that can be told apart and read."""
