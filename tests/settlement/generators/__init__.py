"""Bills at random, one module a scheme, aimed at the edges of its decree; `strategies.py` is their door."""
