"""Routes of the pages: the operator's at `/`, the patient's at `/patient`, their files below `/pages/`.

Promise: the pages run nothing but their own files, load nothing from outside, and are framed by nobody.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from terminal.errors import Missing
from terminal.pages.files import page_files

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""`blob:` is for receipts and pictures, which are fetched with the till's token and so cannot be plain addresses."""

_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    # The files hold nothing personal; a browser may keep them, and asks each time whether they are still the ones.
    "cache-control": "no-cache",
}


async def operator_page(request: Request) -> Response:
    """GET /: the operator's page."""
    return _answer(request, "index.html")


async def patient_page(request: Request) -> Response:
    """GET /patient: what the patient sees on the second screen."""
    return _answer(request, "patient.html")


async def page_file(request: Request) -> Response:
    """GET /pages/{name}: a file of the pages."""
    return _answer(request, request.path_params["name"])


def _answer(request: Request, name: str) -> Response:
    found = page_files().get(name)
    if found is None:
        raise Missing("no-such-route", "there is no such path", "路径不存在")
    headers = {**_HEADERS, "etag": found.tag}
    if found.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.data, headers=headers, media_type=found.media_type)


ROUTES = [
    Route("/", operator_page, methods=["GET"]),
    Route("/patient", patient_page, methods=["GET"]),
    Route("/pages/{name}", page_file, methods=["GET"]),
]
