"""Holds every answer of the API against the OpenAPI document that the API itself serves.

`TerminalProcess` puts it behind its client, so that whatever a test asks for, an answer that the document does not
describe (a status, a key, a code, a media type) fails that test.
"""

from __future__ import annotations

import re
from typing import Any

import httpx
from jsonschema_rs import Draft202012Validator, Registry

Document = dict[str, Any]

STREAM = "text/event-stream"
"""A stream has no end that could be waited for: only its status and its type are judged."""

_URI = "urn:terminal:openapi"


class Contract:
    """The document, ready to judge answers. Unknown keys of an answer are a fault: nothing undocumented goes out."""

    def __init__(self, document: Document) -> None:
        self.document = document
        strict = {**document, "components": {"schemas": _closed(document["components"]["schemas"])}}
        self._registry = Registry([(_URI, strict)])
        self._paths = [(_pattern(path), path) for path in document["paths"]]

    def check(self, answer: httpx.Response) -> None:
        """Raises AssertionError where the document does not describe this answer. Reads the answer."""
        path, method = answer.request.url.path, answer.request.method
        named = self.operation_of(method, path)
        media = answer.headers.get("content-type", "").partition(";")[0]
        if media != STREAM:
            answer.read()
        if named is None:
            code = answer.json()["code"] if media == "application/problem+json" else ""
            assert code in self.document["x-problems-without-route"], f"{method} {path}: {answer}"
            return
        found = named["responses"].get(str(answer.status_code))
        assert found or answer.status_code == 405, f"{method} {path} answers {answer.status_code}, undocumented"
        if not found or (media != STREAM and not answer.content and "content" not in found):
            return
        assert media in found.get("content", {}), f"{method} {path} answers {media}, undocumented"
        if media.endswith("json"):
            self._validate(answer.json(), found["content"][media]["schema"], f"{method} {path}")

    def operation_of(self, method: str, path: str) -> Document | None:
        """What the document says of a method of an actual path, or None."""
        for pattern, template in self._paths:
            if pattern.fullmatch(path) and method.lower() in self.document["paths"][template]:
                found: Document = self.document["paths"][template][method.lower()]
                return found
        return None

    def errors_of(self, value: Any, schema: Document) -> list[str]:
        """Why `value` does not fit `schema` (which may refer into the document); empty where it does."""
        validator = Draft202012Validator(_rooted(schema), registry=self._registry, validate_formats=True)
        return [f"{error.instance_path}: {error.message}"[:300] for error in validator.iter_errors(value)]

    def _validate(self, value: Any, schema: Document, where: str) -> None:
        errors = self.errors_of(value, schema)
        assert not errors, f"{where}: {errors[0]}"


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("".join("[^/]+" if part[:1] == "{" else re.escape(part) for part in re.split(r"(\{\w+\})", path)))


def _closed(schemas: dict[str, Document]) -> dict[str, Document]:
    return {
        name: schema if "additionalProperties" in schema else schema | {"additionalProperties": False}
        for name, schema in schemas.items()
    }


def _rooted(value: Any) -> Any:
    """The same schema with its references into the document as absolute ones."""
    if isinstance(value, dict):
        return {
            name: _URI + one if name == "$ref" and isinstance(one, str) else _rooted(one) for name, one in value.items()
        }
    return [_rooted(one) for one in value] if isinstance(value, list) else value
