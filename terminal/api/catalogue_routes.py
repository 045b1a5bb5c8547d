"""The route of the local catalogue: what is sold here, found by what a cashier types or scans."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from starlette.responses import Response

from terminal.api.contract import AnyOperation, Call, Operation
from terminal.api.served import json_answer
from terminal.counter.catalogue import Found
from terminal.limits import TEXT_CHARACTERS_MAX


class CatalogueQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """GET /v1/catalogue. find: a whole barcode or code, or what one, pinyin initials or a name begin with."""

    find: Annotated[str, Meta(min_length=1, max_length=TEXT_CHARACTERS_MAX)]


async def articles(call: Call[None, CatalogueQuery]) -> Response:
    """Articles by barcode, national code, pinyin initials or name."""
    return json_answer(await call.terminal.call(lambda: call.terminal.find_articles(call.query.find)))


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="GET",
        path="/v1/catalogue",
        tag="catalogue",
        zh="按条码、国家编码、拼音首字母或名称查找本店目录",
        en="Find what is sold here by barcode, national code, pinyin initials or name",
        handler=articles,
        gives={200: Found},
        query=CatalogueQuery,
    ),
)
"""What this module serves."""
