"""The API's own description: the OpenAPI document for programs, and the same as a page for people."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import msgspec
from starlette.responses import HTMLResponse, Response

from terminal.api.contract import AnyOperation, Call, Media, Operation
from terminal.api.docs_page import page_of
from terminal.api.openapi import document_of

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The page has a style sheet within it and nothing else: no script, no picture, nothing from elsewhere."""


def documentation(others: Sequence[AnyOperation]) -> tuple[AnyOperation, ...]:
    """The two operations that describe `others` and themselves. Made when first asked for: a start must not wait."""

    @cache
    def document() -> bytes:
        return msgspec.json.encode(document_of((*others, *own)))

    @cache
    def page() -> str:
        return page_of(msgspec.json.decode(document()))

    async def openapi(call: Call[None, None]) -> Response:
        return Response(document(), media_type="application/json")

    async def docs(call: Call[None, None]) -> Response:
        return HTMLResponse(page(), headers={"content-security-policy": _POLICY})

    own: tuple[AnyOperation, ...] = (
        Operation(
            method="GET",
            path="/openapi.json",
            tag="documents",
            zh="本接口的 OpenAPI 3.1 文档",
            en="The OpenAPI 3.1 document of this API",
            handler=openapi,
            gives={200: Media(("application/json",))},
        ),
        Operation(
            method="GET",
            path="/docs",
            tag="documents",
            zh="本接口说明（网页）",
            en="The same as a page",
            handler=docs,
            gives={200: Media(("text/html",))},
        ),
    )
    return own
