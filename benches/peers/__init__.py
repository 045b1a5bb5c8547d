"""One rule in many engines, timed side by side in one run: `python -m benches.peers` (the extra `peers`)."""
