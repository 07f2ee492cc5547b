"""The page's own scripts, which are files in assets/scripts."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "assets"

CHOOSE = ("arrows", "choose")
STROKE = (*CHOOSE, "brush", "stroke")
PAINT = ("arrows", "brush", "paint")


def script(*names: str) -> str:
    """Some of them as one, each of which may use what those before it define: for `gr.HTML(js_on_load=…)`."""
    return "".join((ASSETS / "scripts" / f"{name}.js").read_text(encoding="utf-8") for name in names)
