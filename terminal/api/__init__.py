"""The local HTTP API: what a till's software asks of the terminal, on loopback only.

It knows HTTP and nothing of law, SQL or devices: each route reads its input strictly, hands it to the
counter's one thread and writes the answer. Every error is problem+json and says whether money moved.
"""
