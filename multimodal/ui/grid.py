"""Grids of buttons, each one tab stop with arrow keys: codes as their patches, and the cells of a picture."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from PIL import Image

from multimodal.sheets import tiled
from multimodal.ui.markup import data_uri
from multimodal.ui.texts import Texts

COLUMNS = 32  # of the sheet of patches


def code_grid(
    sheet: list[Image.Image], codes: Iterable[tuple[int, int, str]], label: str, pressed: int | None = None
) -> str:
    """Codes as buttons that show their patches.

    Args:
        sheet: equal patches.
        codes: per button, the code, the place of its patch on the sheet, and what it is called.
        pressed: the code that is chosen already.
    """
    columns = min(COLUMNS, len(sheet))
    rows = -(-len(sheet) // columns)
    cells: list[str] = []
    for code, place, name in codes:
        x, y = place % columns * 100 / max(1, columns - 1), place // columns * 100 / max(1, rows - 1)
        cells.append(
            f'<button data-code="{code}" style="background-position:{x:.3f}% {y:.3f}%" aria-label="{escape(name)}" '
            f'title="{escape(name)}" {button_state(code == pressed, not cells)}></button>'
        )
    style = f"--sheet:url({data_uri(tiled(sheet, columns))});--columns:{columns};--rows:{rows}"
    return f'<div class="codes" role="group" aria-label="{escape(label)}" style="{style}">{"".join(cells)}</div>'


def map_grid(drawn: Image.Image, codes: Iterable[tuple[int, float, float, str]], width: float, label: str) -> str:
    """A map of codes with a button over each.

    Args:
        codes: per button, the code, its left and its top edge as shares of the map, and what it is called.
        width: of a button, as a share of the map.
    """
    cells: list[str] = []
    for code, left, top, name in codes:
        cells.append(
            f'<button data-code="{code}" style="left:{left:.2%};top:{top:.2%}" aria-label="{escape(name)}" '
            f'title="{escape(name)}" {button_state(False, not cells)}></button>'
        )
    style = f"background-image:url({data_uri(drawn)});--width:{width:.3%}"
    return f'<div class="map" role="group" aria-label="{escape(label)}" style="{style}">{"".join(cells)}</div>'


def cell_grid(size: int, label: str, texts: Texts) -> str:
    """The size x size cells of a picture as buttons, to lie over it."""
    cells: list[str] = []
    for cell in range(size**2):
        name = texts.html("cell", row=cell // size + 1, column=cell % size + 1)
        state = button_state(False, cell == 0)
        cells.append(f'<button data-cell="{cell}" aria-label="{name}" title="{name}" {state}></button>')
    style = f"--columns:{size}"
    return f'<div class="cells" role="group" aria-label="{escape(label)}" style="{style}">{"".join(cells)}</div>'


def button_state(pressed: bool, first: bool) -> str:
    """Attributes of a button in a grid: whether it is chosen, and whether Tab stops there at first."""
    return f'aria-pressed="{str(pressed).lower()}" tabindex="{0 if first else -1}"'


def check_index(index: object, size: int, texts: Texts, missing: str = "no_such_code") -> int:
    """The index, which comes from outside; ValueError unless it is a whole number in 0 … size - 1."""
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < size:
        raise ValueError(texts(missing))
    return index
