"""Twins of the devices that obey a script: for tests, training and the demonstration."""
