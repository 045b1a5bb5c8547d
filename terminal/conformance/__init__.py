"""The conformance kit: what a till's vendor runs against a terminal in training, to see every convention at work.

It speaks HTTP like any till and imports nothing of the terminal's own; it refuses a terminal that is not in training.
"""
