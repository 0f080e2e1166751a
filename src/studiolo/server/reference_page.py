"""The OpenAPI document as a page: plain HTML, readable without a script."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from markdown_it import MarkdownIt

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>studiolo: the API</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/style/tokens.css">
<link rel="stylesheet" href="/static/style/reference.css">
</head>
<body>
<header><h1>{title} {version}</h1><p>{summary}</p></header>
<nav aria-label="Parts of the API"><ul>{contents}</ul></nav>
<main>{body}</main>
<footer><p>For programs: <a href="/api/openapi.json">the OpenAPI document</a>.</p></footer>
</body>
</html>
"""


def render(document: Mapping[str, Any]) -> str:
    """The whole page."""
    markdown = MarkdownIt("js-default", {"html": False})
    tags: list[Mapping[str, str]] = document.get("tags", [])
    sections = [_section(document, tag, markdown) for tag in tags]
    info: Mapping[str, str] = document["info"]
    return _PAGE.format(
        title=escape(info["title"]),
        version=escape(info["version"]),
        summary=escape(info["summary"]),
        contents="".join(
            f'<li><a href="#{escape(tag["name"])}">{escape(tag["name"])}</a></li>' for tag in tags
        ),
        body=markdown.render(info["description"]) + "".join(sections),
    )


def _section(document: Mapping[str, Any], tag: Mapping[str, str], markdown: MarkdownIt) -> str:
    name = escape(tag["name"])
    parts = [f'<section id="{name}"><h2>{name}</h2>', markdown.render(tag["description"])]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if tag["name"] in operation.get("tags", ()):
                parts.append(_operation(document, path, method, operation, markdown))
    return "".join((*parts, "</section>"))


def _operation(
    document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any], markdown: MarkdownIt
) -> str:
    return "".join((
        "<article>",
        f"<h3><code>{method.upper()} {escape(path)}</code></h3>",
        markdown.render(operation.get("description", "")),
        _fields("Asked for in the address", _parameters(document, operation)),
        _fields("Asked for in the body", _body(document, operation)),
        _answers(document, operation),
        "</article>",
    ))  # fmt: skip


def _parameters(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for parameter in operation.get("parameters", ()):
        schema = parameter.get("schema", {})
        told = parameter.get("description") or schema.get("description", "")
        yield (
            parameter["name"],
            _kind(document, schema),
            _need(parameter.get("required", False), schema),
            told,
        )


def _body(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = _resolve(document, content.get("schema", {}))
        properties = schema.get("properties", {})
        if not properties:
            yield kind, _kind(document, schema), "", schema.get("description", "")
        for name, field in properties.items():
            need = _need(name in schema.get("required", ()), field)
            yield name, _kind(document, field), need, field.get("description", "")


def _answers(document: Mapping[str, Any], operation: Mapping[str, Any]) -> str:
    parts = ["<h4>Answers</h4><dl>"]
    for status, answer in operation.get("responses", {}).items():
        parts.append(f"<dt>{escape(status)}</dt><dd>{escape(answer.get('description', ''))}")
        for content in answer.get("content", {}).values():
            schema = _resolve(document, content.get("schema", {}))
            example = content.get("example", schema.get("example"))
            if example is not None and int(status) < 400:
                shown = json.dumps(example, indent=2, ensure_ascii=False)
                parts.append(f"<pre><code>{escape(shown)}</code></pre>")
        parts.append("</dd>")
    return "".join((*parts, "</dl>"))


def _fields(title: str, rows: Iterator[tuple[str, ...]]) -> str:
    lines = [
        f'<tr><th scope="row"><code>{escape(name)}</code></th><td>{escape(kind)}</td><td>{escape(need)}</td>'
        f"<td>{escape(told)}</td></tr>"
        for name, kind, need, told in rows
    ]
    if not lines:
        return ""
    head = '<tr><th scope="col">name</th><th scope="col">kind</th><th scope="col">if left out</th>'
    return f'<table><caption>{title}</caption><thead>{head}<th scope="col"></th></tr></thead><tbody>' + (
        "".join(lines) + "</tbody></table>"
    )


def _need(required: bool, schema: Mapping[str, Any]) -> str:
    if required:
        return "needed"
    default = schema.get("default")
    return "" if default is None else json.dumps(default, ensure_ascii=False)


def _kind(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """What a value is, in few words: ``text``, ``number 0 to 1``, ``list of text``."""
    schema = _resolve(document, schema)
    if choices := schema.get("enum"):
        return " | ".join(map(str, choices))
    if "const" in schema:
        return str(schema["const"])
    if options := schema.get("anyOf"):
        return " or ".join(
            dict.fromkeys(_kind(document, option) for option in options if option.get("type") != "null")
        )
    if schema.get("type") == "array":
        return f"list of {_kind(document, schema.get('items', {}))}"
    words = {"string": "text", "integer": "whole number", "boolean": "true | false"}
    named: str = schema.get("type", "anything")
    kind = words.get(named, named)
    low, high = schema.get("minimum"), schema.get("maximum")
    return kind if low is None or high is None else f"{kind} {low} to {high}"


def _resolve(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """``schema`` itself, where it says only where it is."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
