"""The OpenAPI document as a page: Chinese first, English second, all of it in one file, no script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

_STYLE = """
body { font: 16px/1.6 "WenQuanYi Zen Hei", "Noto Sans CJK SC", sans-serif; margin: 0 auto; max-width: 62rem;
  padding: 1rem; color: #16202a; background: #fff }
h2 { border-bottom: 2px solid #16202a; margin-top: 3rem } h3 { margin: 2rem 0 .25rem }
code { font-family: "DejaVu Sans Mono", monospace; font-size: .9em } a { color: #0b4f8a }
table { border-collapse: collapse; width: 100% } th, td { border: 1px solid #8795a1; padding: .2rem .5rem;
  text-align: left; vertical-align: top } th { background: #e8edf1 }
.method { background: #16202a; color: #fff; padding: .1rem .4rem } dt { font-weight: bold }
dd { margin: 0 0 .5rem 1rem }
"""

_REFERENCE = "#/components/schemas/"


def page_of(document: dict[str, Any]) -> str:
    """The whole page as HTML."""
    operations = [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    parts = [
        f"<h1>{escape(document['info']['title'])}</h1>",
        *(f"<p>{escape(text)}</p>" for text in document["info"]["description"].split("\n\n")),
        '<p><a href="/openapi.json">OpenAPI 3.1</a> · <a href="#problems">错误 / problems</a> ·'
        ' <a href="#schemas">数据 / schemas</a></p>',
        _contents(operations),
        *(_operation(*one) for one in operations),
        '<h2 id="problems">错误 / problems</h2>',
        _problems(document["x-problems"]),
        '<h2 id="schemas">数据 / schemas</h2>',
        *(_schema(name, schema) for name, schema in document["components"]["schemas"].items()),
    ]
    head = f'<meta charset="utf-8"><title>{escape(document["info"]["title"])}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="zh-CN"><head>{head}</head><body><main>{"".join(parts)}</main></body></html>'


def _contents(operations: Iterable[tuple[str, str, dict[str, Any]]]) -> str:
    rows = (
        f'<tr><td><code>{method}</code></td><td><a href="#{operation["operationId"]}"><code>{escape(path)}</code></a>'
        f"</td><td>{_both(operation['summary'])}</td></tr>"
        for method, path, operation in operations
    )
    return f"<table><tr><th>方法</th><th>路径 / path</th><th>用途 / what for</th></tr>{''.join(rows)}</table>"


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    return "".join(
        [
            f'<h3 id="{operation["operationId"]}">',
            f'<span class="method">{method}</span> <code>{escape(path)}</code></h3>',
            f"<p>{_both(operation['summary'])}</p><dl>",
            *_parameters(operation.get("parameters", [])),
            *_body(operation.get("requestBody")),
            *_answers(operation["responses"]),
            "</dl>",
        ]
    )


def _parameters(parameters: Iterable[dict[str, Any]]) -> Iterator[str]:
    for one in parameters:
        place = {"path": "路径 / path", "query": "参数 / query", "header": "请求头 / header"}[one["in"]]
        needed = "必填 / required" if one["required"] else "可选 / optional"
        told = f" — {escape(one['description'])}" if "description" in one else ""
        yield f"<dt>{place} <code>{escape(one['name'])}</code></dt><dd>{_type(one['schema'])}, {needed}{told}</dd>"


def _body(body: dict[str, Any] | None) -> Iterator[str]:
    if body:
        needed = "必填 / required" if body["required"] else "可选 / optional"
        schema = body["content"]["application/json"]["schema"]
        yield f"<dt>请求体 / body</dt><dd>{_type(schema)}, {needed}, ≤ {body['x-bytes-max']} bytes</dd>"


def _answers(answers: dict[str, Any]) -> Iterator[str]:
    for status, answer in answers.items():
        yield f"<dt>{status} {escape(answer['description'])}</dt><dd>"
        yield "; ".join(_content(media, one["schema"]) for media, one in answer.get("content", {}).items())
        yield "</dd>"


def _content(media: str, schema: dict[str, Any]) -> str:
    codes = schema.get("properties", {}).get("code", {}).get("enum")
    if codes:
        return ", ".join(f'<a href="#code-{code}"><code>{code}</code></a>' for code in codes)
    return _type(schema) if media == "application/json" else f"<code>{escape(media)}</code>"


def _problems(problems: Iterable[dict[str, Any]]) -> str:
    rows = (
        f'<tr id="code-{one["code"]}"><td><code>{one["code"]}</code></td>'
        f"<td>{', '.join(map(str, one['statuses']))}</td><td>{escape(one['zh'])}<br>{escape(one['en'])}</td></tr>"
        for one in problems
    )
    return f"<table><tr><th>code</th><th>status</th><th>含义 / meaning</th></tr>{''.join(rows)}</table>"


def _schema(name: str, schema: dict[str, Any]) -> str:
    needed = schema.get("required", [])
    rows = (
        f"<tr><td><code>{escape(field)}</code></td><td>{_type(one)}</td>"
        f"<td>{'必填 / always' if field in needed else ''}</td></tr>"
        for field, one in schema["properties"].items()
    )
    return (
        f'<h3 id="schema-{name}"><code>{name}</code></h3><p>{escape(schema.get("description", ""))}</p>'
        f"<table><tr><th>键 / key</th><th>类型 / type</th><th></th></tr>{''.join(rows)}</table>"
    )


def _type(schema: dict[str, Any]) -> str:
    """A schema in a few words, with a link where it has a name."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REFERENCE)
        return f'<a href="#schema-{name}"><code>{name}</code></a>'
    if "anyOf" in schema:
        return " | ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(repr(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"[{_type(schema['items'])}]"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"{{name: {_type(schema['additionalProperties'])}}}"
    words = [schema.get("format") or schema.get("type", "bytes"), schema.get("description", "")]
    return escape(", ".join(word for word in words if word))


def _both(summary: str) -> str:
    chinese, _, english = summary.partition(" / ")
    return f'{escape(chinese)}<br><span lang="en">{escape(english)}</span>'
