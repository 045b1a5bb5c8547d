"""What happens at the counter, in order of effects: identify, quote, settle, void, print, day end, recover."""
