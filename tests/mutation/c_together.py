"""All mutants of the C core in one program, which is told as it starts which of them it is.

The body of each function that has mutants becomes a switch: a case for every mutant with the whole body as changed, and
the body itself by default. So the core is compiled once, and not once for each mutant.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.mutation.c_tokens import bodies_of, tokens_of
from tests.mutation.mutant import Mutant

NUMBER, MICROSECONDS = "MUTANT", "MUTANT_MICROSECONDS"
"""Variables of the environment: which it is, 0 for the program itself; and its processor time, then SIGPROF ends it."""

CHOICE = f"""#include <stdlib.h>
#include <sys/time.h>
static int chosen_mutant;
__attribute__((constructor)) static void choose_mutant(void) {{
    const struct itimerval once = {{.it_value = {{.tv_usec = atoi(getenv("{MICROSECONDS}"))}}}};
    chosen_mutant = atoi(getenv("{NUMBER}"));
    setitimer(ITIMER_PROF, &once, 0);
}}
"""
"""Stands before all else of the one translation unit."""


def together(text: str, mutants: Mapping[int, Mutant]) -> str:
    """The text of a file with these mutants of it, by their numbers. No body may hold a label: it would stand there
    twice.

    The compiler knows what is in a mutant as lines of a file of its own, `mutant <number>`: its errors name it.
    """
    pieces, done, tokens = [], 0, tokens_of(text)
    for body in bodies_of(tokens):
        start, end = tokens[body[0]].start, tokens[body[-1]].end
        mine = {number: one for number, one in mutants.items() if start <= one.start < end}
        if mine:
            cases = [_case(number, one.changed_within(start, end)) for number, one in mine.items()]
            pieces += [text[done:start], "switch (chosen_mutant) {", *cases, "\ndefault: {", text[start:end], "}}"]
            done = end
    return "".join([*pieces, text[done:]])


def _case(number: int, body: str) -> str:
    return f'\ncase {number}: {{\n#line 1 "mutant {number}"\n{body}\n}} break;'
