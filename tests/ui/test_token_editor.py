"""The Tokens tab and the map of codes, in a real browser with the bundled weights."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, expect

from multimodal.pipeline import TextToImagePipeline
from multimodal.ui.session import Picture
from multimodal.ui.texts import Texts
from multimodal.ui.token_editor import Chosen, Edit, Editor
from tests.ui.creating import ask

ROOT = Path(__file__).resolve().parents[2]


def open_tab(page: Page) -> None:
    page.get_by_role("tab", name="Tokens", exact=True).click()
    page.locator("#edited img").wait_for()
    page.locator("#edited-cells button").first.wait_for()


def picture(page: Page) -> str:
    """The bytes of the picture, as its address holds them."""
    return str(page.locator("#edited img").get_attribute("src"))


def changed(page: Page, before: str) -> str:
    """Wait until the picture is another one."""
    expect(page.locator("#edited img")).not_to_have_attribute("src", before)
    return picture(page)


def cell(page: Page, row: int, column: int, board: str = "edited") -> tuple[float, float]:
    page.locator(f"#{board}-cells").scroll_into_view_if_needed()
    box = page.locator(f"#{board}-cells").get_by_label(f"Row {row}, column {column}", exact=True).bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_code_is_changed_undone_and_the_picture_downloaded(page: Page) -> None:
    open_tab(page)
    first = picture(page)
    page.mouse.click(*cell(page, 7, 6))
    choices = page.locator("#choices-1 button")
    expect(page.locator("#choices-1")).to_contain_text("Row 7, column 6")
    code = choices.first.get_attribute("data-code")
    expect(page.locator("#choices-1 [aria-pressed=true]")).to_have_attribute("data-code", str(code))
    page.locator("#choices-1 button").last.click()
    second = changed(page, first)
    page.locator("#choices-2 button").last.click()
    third = changed(page, second)
    with page.expect_download() as download:
        page.locator("#download-edited a").click()
    with Image.open(download.value.path()) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (128, 128))
        assert image.getchannel("A").getextrema()[0] == 0

    page.locator("#undo").click()
    assert changed(page, third) == second
    page.locator("#undo").click()
    assert changed(page, second) == first
    expect(page.locator("#undo")).to_be_disabled()
    expect(page.locator("#choices-1 [aria-pressed=true]")).to_have_attribute("data-code", str(code))


def test_keys_move_paint_and_draw_rectangles(page: Page) -> None:
    open_tab(page)
    first = picture(page)
    cells = page.locator("#edited-cells button")
    cells.first.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(cells.nth(33)).to_be_focused()
    assert page.locator("#edited-cells [tabindex='0']").count() == 1
    page.keyboard.press("Enter")
    expect(page.locator("#choices-1")).to_contain_text("Row 3, column 2")
    page.locator("#choices-1 button").last.click()
    second = changed(page, first)
    page.locator("#tool").get_by_label("paints it").check()
    cells.nth(33).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("Shift+Enter")
    third = changed(page, second)
    expect(cells.nth(51)).to_be_focused()
    page.locator("#view").get_by_label("Codes of group 1").check()
    changed(page, third)
    colors = page.evaluate(
        """async source => {
            const image = Object.assign(new Image(), {src: source}); await image.decode();
            const canvas = Object.assign(document.createElement('canvas'), {width: 16, height: 16});
            const context = canvas.getContext('2d'); context.imageSmoothingEnabled = false;
            context.drawImage(image, 0, 0, 16, 16);
            const at = (row, column) => [...context.getImageData(column, row, 1, 1).data].join();
            const inside = [2, 3].flatMap(row => [1, 2, 3].map(column => at(row, column)));
            return [new Set(inside).size, [at(2, 4), at(4, 1), at(1, 1)].includes(inside[0])];
        }""",
        picture(page),
    )
    assert colors == [1, False]  # the whole rectangle has the code, and nothing beside it


def test_regions_and_halves_come_from_another_picture(page: Page) -> None:
    open_tab(page)
    first = picture(page)
    page.locator("#other-fold > button").click()
    page.get_by_role("button", name="Left half").click()
    expect(page.get_by_test_id("toast-body").first).to_contain_text("Choose another picture")
    with page.expect_file_chooser() as chooser:
        page.locator("#other-upload").click()
    chooser.value.set_files(ROOT / "assets" / "training_examples" / "rainbow-noto.png")
    page.locator("#other img").wait_for()
    page.mouse.move(*cell(page, 3, 3, "other"))
    page.mouse.down()
    page.mouse.move(*cell(page, 10, 3, "other"), steps=10)
    page.mouse.move(*cell(page, 10, 10, "other"), steps=10)
    stroke = page.locator("#other-cells .within")
    expect(stroke).to_have_count(3 * 10 + 3 * 7)  # the letter L, three cells wide
    page.mouse.up()
    second = changed(page, first)
    expect(stroke).to_have_count(0)
    page.locator("#undo").click()
    assert changed(page, second) == first
    page.mouse.click(*cell(page, 3, 3, "other"))
    second = changed(page, first)
    page.keyboard.down("Shift")
    page.mouse.click(*cell(page, 10, 10, "other"))
    page.keyboard.up("Shift")
    second = changed(page, second)
    for name in ("Left half", "Right half"):
        page.get_by_role("button", name=name).click()
        second = changed(page, second)
    assert second == page.locator("#other img").get_attribute("src")
    page.locator("#reset").click()
    assert changed(page, second) == first


def test_the_last_picture_is_edited_and_the_dit_goes_on(page: Page) -> None:
    ask(page, "a red apple, flat style", steps=2)
    page.locator("#generate").click()
    expect(page.locator("#download")).to_be_enabled()
    open_tab(page)
    expect(page.locator("#edit-menu input")).to_have_value(re.compile(r"a red apple, flat style · \d+"))
    first = picture(page)
    page.locator("#go-on-fold > button").click()
    expect(page.locator("#go-on-prompt input, #go-on-prompt textarea").first).to_have_value("a red apple, flat style")
    page.locator("#go-on-strength input[type=number]").fill("0.2")
    page.locator("#go-on").click()
    second = changed(page, first)
    page.locator("#undo").click()
    assert changed(page, second) == first


def test_a_code_is_chosen_on_the_map(page: Page) -> None:
    page.get_by_role("tab", name="Codebook").click()
    page.locator("#code-map-fold > button").click()
    codes = page.locator("#code-map button[data-code]")
    expect(codes).to_have_count(1024)
    codes.first.focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    detail = page.locator("#code")
    expect(detail).to_contain_text(f"Code {codes.last.get_attribute('data-code')}, used ")
    expect(detail).to_contain_text("Goes together with")
    expect(detail.get_by_text(re.compile(r"Code \d+ of group 2")).first).to_be_visible()


@pytest.fixture
def editor(tiny_checkpoint: Path) -> Editor:
    return Editor(TextToImagePipeline.from_pretrained(tiny_checkpoint), [])


@pytest.fixture
def edit(editor: Editor) -> Edit:
    return Edit((torch.zeros(2, 8, 8, dtype=torch.int64),), editor.pipeline.model_id)


def event(**data: object) -> gr.EventData:
    return gr.EventData(None, data)


@pytest.mark.parametrize("forged", [-1, 64, 2.0, "3", None, True])
def test_forged_cells_codes_and_pictures_are_refused(editor: Editor, edit: Edit, forged: object) -> None:
    request, other = gr.Request(headers={}), Picture("a fox", edit.codebook_indices, edit.model_id)
    chosen = Chosen(3, (0, 0))
    calls: list[Callable[[], object]] = [
        lambda: editor.click(edit, 0, chosen, "paint", event(cell=forged), request),
        lambda: editor.click(edit, 0, chosen, "paint", event(cell=5, start=forged), request),
        lambda: editor.click(edit, 0, chosen, "paint", event(cell=5, cells=[5, forged]), request),
        lambda: editor.copy(edit, 0, other, event(cell=forged), request),
        lambda: editor.replace(1, edit, 0, chosen, event(code=forged), request),
        lambda: editor.load(forged, None, 0, chosen, request),  # type: ignore[arg-type]
        lambda: editor.redraw(edit, forged, request),  # type: ignore[arg-type]
    ]
    for call in calls:
        with pytest.raises(gr.Error, match="There is no such"):
            call()


def test_two_pictures_are_blended_by_what_was_painted(editor: Editor, edit: Edit) -> None:
    other, stroke = Picture("a fox", torch.arange(128).view(2, 8, 8) % 16, edit.model_id), [9, 10, 18, 63]
    blended = editor.copy(edit, 0, other, event(cell=9, cells=stroke), gr.Request(headers={}))[0].codebook_indices
    assert blended.view(2, 64)[:, stroke].equal(other.codebook_indices.view(2, 64)[:, stroke])
    blended.view(2, 64)[:, stroke] = 0
    assert not blended.any()


def test_what_is_of_another_model_is_not_drawn_by_the_one_in_use(editor: Editor, edit: Edit) -> None:
    request, other = gr.Request(headers={}), Picture("a fox", edit.codebook_indices, "another-0123456789")
    calls: list[Callable[[], object]] = [
        lambda: editor.redraw(replace(edit, model_id=other.model_id), 0, request),
        lambda: editor.take_half("left", edit, 0, other, request),
    ]
    for call in calls:
        with pytest.raises(gr.Error, match="another-0123456789"):
            call()
    assert editor.pictures((other,)) == ()


def test_a_cell_that_a_smaller_grid_does_not_have_is_chosen_no_more(editor: Editor, edit: Edit) -> None:
    *_, chosen, first, second = editor.shown(edit, 0, Chosen(64, (0, 0)), Texts())
    assert chosen is None
    assert (second, "<section" in first) == ("", False)


def test_painting_changes_the_rectangle_alone(editor: Editor, edit: Edit) -> None:
    painted = editor.click(edit, 0, Chosen(3, (7, 9)), "paint", event(cell=19, start=9), gr.Request(headers={}))[0]
    expected = torch.zeros(2, 8, 8, dtype=torch.int64)
    expected[0, 1:3, 1:4], expected[1, 1:3, 1:4] = 7, 9
    assert painted.codebook_indices.equal(expected)
    assert len(editor.shown(edit, 0, None, Texts())) == editor.num_values
