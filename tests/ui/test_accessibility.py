"""Every tab by axe's rules, wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.ui.creating import ask, finished

VIEWS = {
    "wide and light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "narrow and dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
}
FILLED = {"Codebook": "#codes button", "Tokens": "#edited-cells button", "History": "#kept img"}


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
