"""Every tab by axe's rules, wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.ui.creating import ask, finished

VIEWS = {
    "wide and light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "narrow and dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
}
FILLED = {"Codebook": "#codes button", "Tokens": "#edited-cells button", "History": "#kept img"}


def test_radio_buttons_are_one_group_with_a_name_in_which_arrow_keys_choose(open_page: Callable[..., Page]) -> None:
    page = open_page()
    style = page.get_by_role("group", name="Style")
    style.get_by_role("radio").nth(1).check()
    page.keyboard.press("ArrowRight")
    expect(style.get_by_role("radio").nth(2)).to_be_checked()
    expect(style.get_by_role("radio", checked=True)).to_have_count(1)


def test_why_there_are_no_pictures_stays_to_be_read(open_page: Callable[..., Page]) -> None:
    page = open_page()
    ask(page, "{a|b")
    page.locator("#generate").click()
    expect(page.locator("#status")).to_contain_text("{")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("view", VIEWS)
def test_no_tab_has_a_serious_violation(view: str, open_page: Callable[..., Page]) -> None:
    page = open_page(**VIEWS[view])
    ask(page, "a red apple")
    page.locator("#generate").click()
    finished(page)
    violations = []
    for tab in page.get_by_role("tab").all():
        if not tab.is_visible():
            continue
        tab.click()
        name = tab.inner_text()
        if name in FILLED:
            page.locator(FILLED[name]).first.wait_for()
        for fold in page.locator("button.label-wrap:not(.open)").all():
            if fold.is_visible():
                fold.click()
        page.wait_for_timeout(1000)  # what was just filled fades in
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        violations += [
            f"{name}: {violation['id']}: {node['html'][:300]} {node['failureSummary']}"
            for violation in found
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
            if "Empty value" not in node["html"]  # Gradio's own: a label on what has no role
        ]
    assert not violations, "\n".join(violations)
