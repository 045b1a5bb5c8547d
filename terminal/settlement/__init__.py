"""What the law says a bill costs whom. Pure: no I/O beyond reading packs once, no clock, no database."""
