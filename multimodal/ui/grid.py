"""Grids of buttons, each one tab stop with arrow keys: codes as their patches, and the cells of a picture."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from PIL import Image

from multimodal.inspection.tokens import atlas
from multimodal.ui.figures import data_uri
from multimodal.ui.texts import Texts

COLUMNS = 32  # of the sheet of patches

# Arrow keys move within a grid, so that Tab passes it in one step.
ARROW_SCRIPT = """
const gridOf = target => target.closest('[role=group]');
const buttonsOf = grid => [...grid.querySelectorAll('button')];
element.addEventListener('keydown', event => {
    if (!event.target.matches('[role=group] button')) return;
    const buttons = buttonsOf(gridOf(event.target)), at = buttons.indexOf(event.target);
    const columns = buttons.filter(b => b.offsetTop === buttons[0].offsetTop).length;
    const end = buttons.length - 1 - at;
    const step = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -at, End: end};
    const next = buttons[at + step[event.key]];
    if (!next) return;
    event.preventDefault();
    buttons[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
});
"""

# A click or Enter chooses a button, and tells its data.
GRID_SCRIPT = (
    ARROW_SCRIPT
    + """
const dataOf = button => Object.fromEntries(Object.entries(button.dataset).map(([key, text]) => [key, Number(text)]));
const press = button => {
    const grid = gridOf(button), before = grid.querySelector('[aria-pressed=true]');
    before?.setAttribute('aria-pressed', 'false');
    grid.querySelectorAll('[tabindex="0"]').forEach(b => { b.tabIndex = -1; });
    button.setAttribute('aria-pressed', 'true');
    button.tabIndex = 0;
    return before;
};
element.addEventListener('click', event => {
    const button = event.target.closest('[role=group] button');
    if (!button) return;
    const before = press(button);
    trigger('click', event.shiftKey && before ? {...dataOf(button), start: dataOf(before).cell} : dataOf(button));
});
"""
)

# A mouse that is drawn from one cell to another chooses the rectangle between them, as Shift does from the cell before.
RECTANGLE_SCRIPT = (
    GRID_SCRIPT
    + """
let start = null, end = null;
const mark = grid => {
    const buttons = buttonsOf(grid), columns = Math.sqrt(buttons.length);
    const [from, to] = [start, end].map(b => buttons.indexOf(b));
    const between = (x, a, b) => Math.min(a, b) <= x && x <= Math.max(a, b);
    buttons.forEach((b, k) => b.classList.toggle('within', start !== end
        && between(k % columns, from % columns, to % columns)
        && between(Math.floor(k / columns), Math.floor(from / columns), Math.floor(to / columns))));
};
element.addEventListener('pointerdown', event => {
    start = end = event.pointerType === 'mouse' && event.button === 0 ? event.target.closest('button[data-cell]') : null;
});
element.addEventListener('pointermove', event => {
    const under = start && document.elementFromPoint(event.clientX, event.clientY)?.closest('button[data-cell]');
    if (!under || under === end || gridOf(under) !== gridOf(start)) return;
    element.setPointerCapture(event.pointerId);
    end = under;
    mark(gridOf(start));
});
element.addEventListener('pointerup', () => {
    if (start && start !== end) {
        press(end);
        trigger('click', {...dataOf(end), start: dataOf(start).cell});
    }
    element.querySelectorAll('.within').forEach(b => b.classList.remove('within'));
    start = end = null;
});
"""
)


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
    style = f"--sheet:url({data_uri(atlas(sheet, columns))});--columns:{columns};--rows:{rows}"
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
