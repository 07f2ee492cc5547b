"""The folders in which pictures are kept, of one visitor and of strangers."""

from __future__ import annotations

import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from multimodal.settings import Settings, save_picture
from multimodal.ui import history_store as bounds
from multimodal.ui.history_store import Histories, History
from multimodal.ui.texts import TEXTS


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Three pictures, the oldest first."""
    history = History(tmp_path / "kept")
    for seed, prompt in enumerate(("a red fox", "a star", "A fox in snow")):
        history.add(save_picture(Image.new("RGBA", (4, 4)), Settings(prompt, seed), tmp_path))
    return history


def prompts(history: History, *arguments: object) -> list[str]:
    return [settings.prompt for _, settings in history.find(*arguments)]  # type: ignore[arg-type]


def test_the_newest_come_first_and_words_narrow_them_down(history: History) -> None:
    assert prompts(history) == ["A fox in snow", "a star", "a red fox"]
    assert prompts(history, "FOX") == ["A fox in snow", "a red fox"]
    assert prompts(history, "fox red") == ["a red fox"]
    assert prompts(History(history.folder / "missing")) == []


def test_stars_are_kept_and_taken_away(history: History) -> None:
    path = history.find("star")[0][0]
    history.star(path)
    assert prompts(History(history.folder), "", True) == ["a star"]
    history.star(path)
    assert prompts(history, "", True) == []


def test_what_is_deleted_is_gone_with_its_star(history: History) -> None:
    path = history.find("star")[0][0]
    history.star(path)
    history.delete(path)
    history.delete(path)
    assert prompts(history) == ["A fox in snow", "a red fox"]
    assert len(list(history.folder.iterdir())) == 2


def test_a_picture_is_kept_whole_or_not_at_all(history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(source: Path, target: Path) -> Path:
        target.write_bytes(source.read_bytes()[:-40])
        raise OSError("the disk is full")

    monkeypatch.setattr("multimodal.ui.history_store.shutil.copy", torn)
    with pytest.raises(OSError, match="full"):
        history.add(make(tmp_path))
    assert len(prompts(history)) == 3


def test_other_files_are_passed_over(history: History) -> None:
    (history.folder / "text.png").write_text("no picture")
    Image.new("RGB", (4, 4)).save(history.folder / "holiday.png")
    assert len(prompts(history)) == 3


@pytest.mark.parametrize("name", ["", "..", "../kept/x.png", "/etc/passwd", "missing.png", "a\0.png"])
def test_names_that_lead_elsewhere_are_refused(name: str, history: History) -> None:
    with pytest.raises(ValueError, match="there is no picture"):
        history.path(name)


def page_of(session: str) -> Any:
    return SimpleNamespace(session_hash=session)


def make(folder: Path, prompt: str = "a fox") -> Path:
    return save_picture(Image.new("RGBA", (4, 4)), Settings(prompt, 0), folder)


def test_strangers_have_a_history_for_each_browser_and_others_one_for_all(tmp_path: Path) -> None:
    histories = Histories(tmp_path / "kept", strangers=True)
    first, second = (histories.enter("", page_of(name)) for name in ("first", "second"))
    picture = histories.of(page_of("first")).add(make(tmp_path))  # type: ignore[union-attr]
    assert histories.enter(first, page_of("first, refreshed")) == first != second
    assert [len(prompts(histories.of(page_of(name)))) for name in ("first", "first, refreshed", "second")] == [1, 1, 0]
    with pytest.raises(ValueError, match="there is no picture"):
        histories.of(page_of("second")).path(picture.name)  # type: ignore[union-attr]
    assert histories.of(page_of("never opened")) is None
    assert histories.of(None) is None

    shared = Histories(tmp_path / "shared")
    shared.of(page_of("first")).add(make(tmp_path))  # type: ignore[union-attr]
    assert len(prompts(shared.of(page_of("second")))) == 1


@pytest.mark.parametrize(
    "secret",
    ["", ".", "..", "../" * 10 + "0" * 2, "0" * 31, "0" * 33, "0" * 32 + "\n", "/" + "0" * 31, "A" * 32, "٣" * 32, None, 7],
)
def test_what_a_browser_says_it_kept_never_leads_elsewhere(secret: object, tmp_path: Path) -> None:
    histories = Histories(tmp_path / "kept", strangers=True)
    given = histories.enter(secret, page_of("first"))
    assert re.fullmatch("[0-9a-f]{32}", given)
    assert given != secret
    assert histories.of(page_of("first")).folder == tmp_path / "kept" / given  # type: ignore[union-attr]


def test_many_pages_may_forget_at_once(tmp_path: Path) -> None:
    folders = [tmp_path / f"{k:032x}" for k in range(300)]
    for folder in folders:
        folder.mkdir()
        os.utime(folder, (0, 0))
    (folders[0] / "20000101-000000-000000-a-fox-1.png").touch()
    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(Histories(tmp_path, strangers=True).forget) for _ in range(6)]:
            done.result()
    assert [*tmp_path.iterdir()] == [folders[0]]  # which was full until now
    assert not [*folders[0].iterdir()]


def test_what_strangers_keep_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "OWN", 3)
    monkeypatch.setattr(bounds, "ALL", 4)
    monkeypatch.setattr(bounds, "SESSIONS", 2)
    histories = Histories(tmp_path / "kept", strangers=True)
    for name in ("first", "second"):
        histories.enter("", page_of(name))
        own = histories.of(page_of(name))
        assert own
        for k in range(5):
            own.star(own.add(make(tmp_path, f"{name} {k}")))
        assert prompts(own) == [f"{name} {k}" for k in (4, 3, 2)]
    first, second = (histories.of(page_of(name)) for name in ("first", "second"))
    assert first
    assert second
    histories.enter("", page_of("third"))
    histories.forget()
    assert (prompts(first), len(prompts(second))) == (["first 4"], 3)
    assert histories.of(page_of("first")) is None, "the page that was opened first is forgotten"

    for path in second.folder.iterdir():
        path.rename(path.with_name(f"20200101-{path.name}"))
    histories.forget()
    assert [*second.folder.iterdir()] == []
    os.utime(second.folder, (time.time() - 7200,) * 2)
    histories.forget()
    assert [*histories.folder.iterdir()] == [first.folder]
    for words in TEXTS.values():
        monkeypatch.undo()
        assert {str(bounds.OWN), str(bounds.DAYS)} == set(re.findall(r"\d+", words["history_own"]))


def test_a_file_that_nests_without_end_is_passed_over(history: History) -> None:
    image, info = Image.new("RGBA", (4, 4)), PngInfo()
    info.add_text("multimodal", "[" * 200_000)
    image.save(history.folder / "endless.png", pnginfo=info)
    assert len(prompts(history)) == 3
