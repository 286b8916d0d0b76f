"""The API's documentation as one page without scripts: it needs no other host."""

from __future__ import annotations

import html
import json
from typing import Any

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 14px/1.45 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8886; border-radius: .4rem; }
h2 code { font-size: 1.1em; }
"""


def page(described: dict[str, Any]) -> str:
    """The HTML page for an OpenAPI description; everything in it is escaped."""
    title = html.escape(f"{described['info']['title']} {described['info']['version']}")
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{title}: API</title><style>{_STYLE}</style><h1>{title}: API</h1>",
        f"<p>{html.escape(described['info'].get('description', ''))}</p>",
        '<p>Machine-readable: <a href="openapi.json">openapi.json</a>.</p>',
    ]
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            parts.append(_operation(path, method, operation))
    parts.append("<h2>Schemas</h2>")
    for name, schema in described.get("components", {}).get("schemas", {}).items():
        parts.append(f'<h3 id="{html.escape(name)}">{html.escape(name)}</h3>{_json(schema)}')
    return "\n".join(parts) + "</html>"


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    lines = [
        f"<h2><code>{html.escape(method.upper())} {html.escape(path)}</code></h2>",
        f"<p>{html.escape(operation.get('description') or operation.get('summary', ''))}</p>",
    ]
    if "requestBody" in operation:
        lines.append(f"<p>Request: {_schemas(operation['requestBody']['content'])}</p>")
    lines.append("<ul>")
    for status, response in operation["responses"].items():
        content = _schemas(response.get("content", {}))
        lines.append(
            f"<li>{html.escape(status)}: {html.escape(response.get('description', ''))} {content}</li>"
        )
    lines.append("</ul>")
    return "\n".join(lines)


def _schemas(content: dict[str, Any]) -> str:
    shown = []
    for kind, described in content.items():
        reference = described.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
        link = f' <a href="#{html.escape(reference)}">{html.escape(reference)}</a>' if reference else ""
        shown.append(f"<code>{html.escape(kind)}</code>{link}")
    return ", ".join(shown)


def _json(schema: dict[str, Any]) -> str:
    return f"<pre>{html.escape(json.dumps(schema, ensure_ascii=False, indent=2))}</pre>"
