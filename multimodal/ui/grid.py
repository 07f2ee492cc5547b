"""Grids of buttons, each one tab stop with arrow keys: codes as their patches, and the cells of a picture."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from PIL import Image

from multimodal.sheets import tiled
from multimodal.ui.markup import data_uri
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

# The buttons of a square grid that are under a round brush.
BRUSH_SCRIPT = """
const underBrush = (grid, pointer) => {
    const cells = [...grid.querySelectorAll('button')], side = Math.sqrt(cells.length);
    const box = grid.getBoundingClientRect();
    const at = (place, edge, length) => Math.floor((place - edge) / length * side);
    const x = at(pointer.clientX, box.left, box.width), y = at(pointer.clientY, box.top, box.height);
    return cells.filter((_, k) => Math.hypot(k % side - x, Math.floor(k / side) - y) < 1.5);
};
const strokeOf = event => event.getCoalescedEvents?.() ?? [event];
"""

# A pointer that is drawn from one cell to others chooses all that the brush passes; Shift takes the rectangle from the
# cell before.
STROKE_SCRIPT = (
    GRID_SCRIPT
    + BRUSH_SCRIPT
    + """
let start = null;
const passed = () => [...element.querySelectorAll('.within')];
const pass = pointer => underBrush(gridOf(start), pointer).forEach(b => b.classList.add('within'));
const lift = () => {
    passed().forEach(b => b.classList.remove('within'));
    start = null;
};
const holds = (box, pointer) => box.left <= pointer.clientX && pointer.clientX < box.right
    && box.top <= pointer.clientY && pointer.clientY < box.bottom;
element.addEventListener('pointerdown', event => {
    start = event.button || event.shiftKey ? null : event.target.closest('button[data-cell]');
});
element.addEventListener('pointermove', event => {
    if (!start) return;
    if (!passed().length) {
        const box = start.getBoundingClientRect();
        if (holds(box, event)) return;
        element.setPointerCapture(event.pointerId);
        pass({clientX: (box.left + box.right) / 2, clientY: (box.top + box.bottom) / 2});
    }
    strokeOf(event).forEach(pass);
});
element.addEventListener('pointerup', () => {
    const cells = passed().map(b => dataOf(b).cell);
    if (cells.length) {
        press(start);
        trigger('click', {...dataOf(start), cells});
    }
    lift();
});
element.addEventListener('pointercancel', lift);
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
