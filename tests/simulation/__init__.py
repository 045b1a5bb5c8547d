"""The whole terminal in one thread and virtual time, on simulated ports, before an auditor who shares no code."""
