"""The demonstration: a whole day at the counter, on the real parts, from the card to the bureau."""
