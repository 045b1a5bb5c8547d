"""The reference municipal center, for demonstration, training and tests: it settles every bill again itself."""
