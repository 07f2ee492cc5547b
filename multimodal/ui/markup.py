"""Small pieces of HTML: pictures with captions, figures of a measurement, a plot."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from html import escape

from PIL import Image

from multimodal import rgba


def data_uri(image: Image.Image) -> str:
    """A picture as a PNG inside an address."""
    return "data:image/png;base64," + base64.b64encode(rgba.png_bytes(image)).decode()


def gif_uri(data: bytes) -> str:
    """A GIF inside an address."""
    return "data:image/gif;base64," + base64.b64encode(data).decode()


def figure(image: Image.Image, alt: str, caption: str = "") -> str:
    """A picture with its description and, where given, a caption."""
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure><img src="{data_uri(image)}" alt="{escape(alt)}">{below}</figure>'


def figures(items: Iterable[str], label: str) -> str:
    """Figures side by side under a heading, if they have one."""
    heading = f"<h3>{escape(label)}</h3>" if label else ""
    return f'<section class="figures">{heading}<div>{"".join(items)}</div></section>'


def section(title: str, about: str, *rows: Iterable[str]) -> str:
    """A heading, a sentence that explains what follows, and rows of figures or other pieces."""
    body = "".join(f"<div>{''.join(row)}</div>" for row in rows)
    return f'<section class="figures"><h3>{escape(title)}</h3><p>{escape(about)}</p>{body}</section>'


def chips(items: Iterable[str]) -> str:
    """Short texts, each in a box of its own."""
    return '<ul class="chips">' + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"


def bars(items: Iterable[tuple[str, float, str]]) -> str:
    """A list with bars: (what it is, the bar's length in 0 … 1, the figure)."""
    rows = (
        f'<li><span>{escape(label)}</span><i style="--length:{100 * length:.1f}%"></i><b>{escape(value)}</b></li>'
        for label, length, value in items
    )
    return f'<ol class="bars">{"".join(rows)}</ol>'


def tiles(items: Iterable[tuple[str, str]]) -> str:
    """Measurements: (value, what it is)."""
    return (
        '<dl class="tiles">' + "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for v, k in items) + "</dl>"
    )


def table(rows: Sequence[Sequence[int]], label: str) -> str:
    """Numbers in rows, folded away until asked for."""
    body = "".join("<tr>" + "".join(f"<td>{value}</td>" for value in row) + "</tr>" for row in rows)
    return f'<details class="indices"><summary>{escape(label)}</summary><div><table>{body}</table></div></details>'


def figure_table(
    corner: str, groups: Sequence[tuple[str, Sequence[str]]], rows: Iterable[tuple[str, Sequence[str]]]
) -> str:
    """Figures in a table: `groups` of columns, each with a heading and those of its columns; rows with what they are of."""
    tops = "".join(f'<th scope="colgroup" colspan="{len(names)}">{escape(top)}</th>' for top, names in groups)
    subs = "".join(f'<th scope="col">{escape(name)}</th>' for _, names in groups for name in names)
    body = "".join(
        f'<tr><th scope="row">{escape(label)}</th>{"".join(f"<td>{escape(value)}</td>" for value in values)}</tr>'
        for label, values in rows
    )
    head = f'<tr><th rowspan="2" scope="col">{escape(corner)}</th>{tops}</tr><tr>{subs}</tr>'
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def message(text: str, kind: str = "") -> str:
    """One line of status that screen readers speak; `text` is HTML."""
    return f'<p class="status {kind}" role="status">{text}</p>'


def progress(text: str, value: int, maximum: int) -> str:
    """A line of status with a bar."""
    label = escape(text)
    return (
        f'<p class="status running"><progress value="{value}" max="{maximum}" aria-label="{label}"></progress> {label}</p>'
    )


def rank_plot(series: Sequence[Sequence[float]], names: Sequence[str], title: str, x_label: str) -> str:
    """Lines of falling numbers against their rank, on a logarithmic scale, in the colours of the page's theme.

    Args:
        series: per line, numbers of 0 and more in falling order, at least one above 0.
    """
    width, height, left, right, bottom = 480, 200, 60, 24, 36
    low = min(min(x for x in line if x > 0) for line in series)
    high = max(max(line) for line in series)
    decades = [10.0**e for e in range(-12, 1) if low <= 10.0**e <= high]
    longest = max(len(line) for line in series)

    def x_of(rank: int) -> float:
        return left + (width - left - right) * rank / max(1, longest - 1)

    def y_of(value: float) -> float:
        return 10 + (height - bottom - 10) * (1 - _log_share(value, low, high))

    parts = [f'<svg class="plot" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">']
    for value in decades:
        y = y_of(value)
        parts.append(f'<line class="grid" x1="{left}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{100 * value:g} %</text>')
    for k in range(5):
        rank = round(k * (longest - 1) / 4)
        parts.append(f'<text x="{x_of(rank):.1f}" y="{height - bottom + 16}" text-anchor="middle">{rank + 1}</text>')
    parts.append(f'<text x="{(left + width) / 2}" y="{height - 4}" text-anchor="middle">{escape(x_label)}</text>')
    for k, (line, name) in enumerate(zip(series, names, strict=True)):
        points = " ".join(f"{x_of(rank):.1f},{y_of(value):.1f}" for rank, value in enumerate(line) if value > 0)
        parts.append(f'<polyline class="line line-{k % 4}" points="{points}"/>')
        parts.append(
            f'<text class="name-{k % 4}" x="{width - right}" y="{24 + 18 * k}" text-anchor="end">{escape(name)}</text>'
        )
    return "".join([f'<figure class="wide"><figcaption>{escape(title)}</figcaption>', *parts, "</svg></figure>"])


def bar_plot(values: Sequence[int], first: int, title: str, x_label: str) -> str:
    """Numbers of 0 and more, one bar each, in the colour of the page's theme; `first` is the number below the first."""
    width, height, left, right, bottom = 480, 160, 44, 8, 36
    top, base = max(*values, 1), height - bottom
    step = (width - left - right) / len(values)
    parts = [f'<svg class="plot" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">']
    for share in (0, 0.5, 1):
        y = base - (base - 10) * share
        parts.append(f'<line class="grid" x1="{left}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{top * share:.0f}</text>')
    for k, value in enumerate(values):
        x, tall, number = left + k * step, (base - 10) * value / top, first + k
        box = f'x="{x + step / 8:.1f}" y="{base - tall:.1f}" width="{step * 3 / 4:.1f}" height="{tall:.1f}"'
        parts.append(f'<rect class="bar" {box}><title>{escape(x_label)} {number}: {value}</title></rect>')
        if k % max(1, len(values) // 8) == 0:
            parts.append(f'<text x="{x + step / 2:.1f}" y="{base + 16}" text-anchor="middle">{number}</text>')
    parts.append(f'<text x="{(left + width) / 2}" y="{height - 4}" text-anchor="middle">{escape(x_label)}</text>')
    return "".join(['<figure class="wide">', *parts, f"</svg><figcaption>{escape(title)}</figcaption></figure>"])


def _log_share(value: float, low: float, high: float) -> float:
    return math.log(value / low) / max(math.log(high / low), 1e-9)
