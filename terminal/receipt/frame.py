"""What all papers share: marks, the institution, the heading, own lines, and putting blocks into the form's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from terminal.receipt.blocks import Block, Centred, Cut, Document, Heading, Mark
from terminal.receipt.forms import Form

Builders = Mapping[str, Callable[[], Iterable[Block]]]
"""Each block of a paper by its name in the layout; called where the layout puts it."""


def compose(form: Form, provider_name: str, marks: Iterable[str], builders: Builders) -> Document:
    """The document: the form's blocks in the form's order, and a cut."""
    shared: Builders = {
        "marks": lambda: [Mark(word) for word in dict.fromkeys(marks) if word],
        "provider": lambda: [Heading(provider_name)],
        "header": lambda: [Centred(line) for line in form.header],
        "title": lambda: [Heading(form.title, large=True), *([Heading(form.subtitle)] if form.subtitle else [])],
        "footer": lambda: [Centred(line) for line in form.footer],
    }
    known = {**shared, **builders}
    return Document((*(block for name in form.blocks for block in known[name]()), Cut()))
