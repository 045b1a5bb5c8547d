"""The OpenAPI 3.1 document, made of the operations: paths, schemas, keys, and every problem by its status."""

from __future__ import annotations

import http
from collections.abc import Iterable, Sequence
from typing import Any

from terminal import __version__
from terminal.api.codes import CODES, NOWHERE
from terminal.api.contract import AnyOperation, Gives, Media
from terminal.api.guard import EVENT_DIGITS_MAX
from terminal.api.problem import MEDIA_TYPE, Problem, status_of
from terminal.api.schema import REFERENCE_PREFIX, Schema, Schemas
from terminal.limits import KEY_CHARACTERS_MAX

Document = dict[str, Any]

_KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "一次意图一个键，重复请求用同一键，应答逐字节相同 / one for every intent, the same for its repeats",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_CHARACTERS_MAX, "pattern": "^[!-~]+$"},
}

_RESUME_PARAMETER = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "最后收到的事件编号，从其后续听 / the id of the event that was heard last",
    "schema": {"type": "string", "pattern": f"^[0-9]{{1,{EVENT_DIGITS_MAX}}}$"},
}

_PATH_SCHEMAS: dict[str, tuple[str, Schema]] = {
    "id": ("编号 / its number", {"type": "string", "minLength": 1}),
    "message_id": ("消息编号 / the message's number", {"type": "string", "minLength": 1}),
    "policy": ("政策 / the policy's name", {"type": "string", "minLength": 1, "example": "example-employee"}),
    "day": ("营业日 / business day", {"type": "string", "format": "date", "example": "2021-06-30"}),
    "month": (
        "月份 / month",
        {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$", "example": "2021-06"},
    ),
    "form": ("格式 / form", {"enum": ["csv", "xlsx", "pdf", "txt"]}),
}
"""What may stand in a path, by its name within the braces."""

_TITLE = "结算终端本地接口 / Settlement terminal"
_TOKEN = "收银端令牌，由 terminal till add 登记 / a till's token, made by: terminal till add NAME"
_DESCRIPTION = """\
金额为元、两位小数的字符串；时刻带 +08:00；多余或重复的键、多余的参数、含控制字符的文本一律拒绝。
出错时应答为 problem+json（RFC 9457），说明位置、资金是否变动、可否重试。

Amounts are strings of yuan with two places; moments carry +08:00; unknown and repeated keys are refused, and texts with
control characters. What is not a success is problem+json (RFC 9457): it names the place, says whether money moved, and
what may be done."""


def document_of(operations: Sequence[AnyOperation]) -> Document:
    """The whole document. Plain values, ready to be encoded as JSON."""
    schemas = Schemas()
    schemas.of(Problem, given=False)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": _TITLE, "version": __version__, "description": _DESCRIPTION},
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.components.items())),
            "securitySchemes": {"till": {"type": "http", "scheme": "bearer", "description": _TOKEN}},
        },
        "x-problems": [_code(code) for code in sorted(CODES)],
        "x-problems-without-route": list(NOWHERE),
    }


def _operation(operation: AnyOperation, schemas: Schemas) -> Document:
    described: Document = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": f"{operation.zh} / {operation.en}",
        "responses": {
            **{str(status): _answer(status, given, schemas) for status, given in operation.gives.items()},
            **_problems(operation.codes),
        },
    }
    if operation.needs_token:
        described["security"] = [{"till": []}]
    parameters = [*_path_parameters(operation), *_query_parameters(operation, schemas)]
    if operation.keyed:
        parameters.append(_KEY_PARAMETER)
    if operation.resumes:
        parameters.append(_RESUME_PARAMETER)
    if parameters:
        described["parameters"] = parameters
    if operation.takes is not None:
        schema = schemas.of(operation.takes, given=True)
        described["requestBody"] = {
            "required": operation.body_needed,
            "content": {"application/json": {"schema": schema}},
            "x-bytes-max": operation.body_bytes_max,
        }
    return described


def _path_parameters(operation: AnyOperation) -> Iterable[Document]:
    for name in operation.path_names:
        description, schema = _PATH_SCHEMAS[name]
        yield {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _query_parameters(operation: AnyOperation, schemas: Schemas) -> Iterable[Document]:
    if operation.query is None:
        return
    for name, required, schema in schemas.fields_of(operation.query):
        yield {"name": name, "in": "query", "required": required, "schema": _without_null(schema)}


def _without_null(schema: Schema) -> Schema:
    """An address cannot say null: what may be left out is left out."""
    options = [one for one in schema.get("anyOf", [schema]) if one != {"type": "null"}]
    return dict(options[0])


def _answer(status: int, given: Gives, schemas: Schemas) -> Document:
    answer: Document = {"description": http.HTTPStatus(status).phrase}
    if isinstance(given, Media):
        answer["content"] = {media: {"schema": _media_schema(media)} for media in given.types}
    elif given is not None:
        answer["content"] = {"application/json": {"schema": schemas.of(given, given=False)}}
    return answer


def _media_schema(media: str) -> Schema:
    if media == "application/json":
        return {"type": "object"}
    return {"type": "string"} if media.startswith("text/") else {}


def _problems(codes: Iterable[str]) -> dict[str, Document]:
    """The answers that are problems, by status, each with the codes that it may carry."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        for status in _statuses(code):
            by_status.setdefault(status, []).append(code)
    return {
        str(status): {
            "description": http.HTTPStatus(status).phrase,
            "content": {
                MEDIA_TYPE: {
                    "schema": {
                        "allOf": [{"$ref": f"{REFERENCE_PREFIX}Problem"}],
                        "properties": {"code": {"enum": found}, "status": {"const": status}},
                    }
                }
            },
        }
        for status, found in sorted(by_status.items())
    }


def _statuses(code: str) -> list[int]:
    return sorted({status_of(code, kind) for kind in CODES[code].kinds})


def _code(code: str) -> Document:
    known = CODES[code]
    return {"code": code, "statuses": _statuses(code), "zh": known.zh, "en": known.en}
