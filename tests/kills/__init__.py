"""The real daemon is killed, again and again, wherever it hurts; afterwards books, card and paper must agree.

`python -m tests.kills KILLS=500 SEED=1`: two lanes beside each other, one on the real PC/SC service with a purse, one
with a simulated reader and the center's other ways; each with a printer on a pseudo-terminal and the reference center
over HTTP behind a proxy that loses, delays, repeats, reorders and cuts. SIGKILL strikes after so many bytes on a wire,
writes of the journal, bytes on paper, commands to a card, milliseconds, or in the middle of a start.
"""
