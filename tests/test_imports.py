"""Who may import whom, read from the imports of every file, also those inside functions; and how long the files are."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted([*(ROOT / "multimodal").rglob("*.py"), *ROOT.glob("app.py")])

# "multimodal" is the package's own __init__: the version and the public names.
LEAVES = {
    "config",
    "rgba",
    "metrics",
    "settings",
    "export",
    "motion",
    "outline",
    "arguments",
    "hub",
    "outputs",
    "lettering",
    "sheets",
    "tensor_folder",
    "subsets",
    "multimodal",
}
BELOW_PIPELINE = LEAVES | {"models", "diffusion", "checkpoint", "word_lists", "data", "collage", "reading", "restyling"}
MAY_IMPORT = {
    "multimodal": {"outputs", "pipeline"},
    "config": set(),
    "rgba": set(),
    "metrics": {"rgba"},
    "settings": {"arguments", "config", "rgba", "multimodal"},
    "export": {"arguments", "motion", "outline", "rgba"},
    "motion": {"rgba"},
    "outline": set(),
    "lettering": {"rgba"},
    "sheets": set(),
    "subsets": set(),
    "arguments": {"config"},
    "space": {"hub"},
    "hub": set(),
    "outputs": {"diffusion"},
    "models": {"config", "models"},
    "diffusion": {"config", "diffusion"},
    "tensor_folder": set(),
    "checkpoint": {"config", "models", "tensor_folder"},
    "word_lists": {"tensor_folder", "reading"},
    "data": {"config", "rgba", "data", "hub", "collage"},
    "collage": {"rgba", "collage"},
    "reading": {"collage", "data", "reading"},
    "pipeline": (LEAVES - {"export", "settings"})
    | {"models", "diffusion", "checkpoint", "word_lists", "collage", "reading", "restyling", "upscaling"},
    "mixing": {"arguments", "rgba", "outputs", "diffusion", "reading", "pipeline"},
    "restyling": {"rgba", "models", "tensor_folder", "checkpoint"},
    "upscaling": {"rgba", "models", "tensor_folder", "checkpoint"},
    "encoding": {"rgba", "models"},
    "editing": {"arguments", "rgba", "settings", "pipeline"},
    "inspection": BELOW_PIPELINE | {"encoding", "pipeline", "inspection"},
    "evaluation": BELOW_PIPELINE | {"pipeline", "evaluation"},
    "training": BELOW_PIPELINE | {"encoding", "pipeline", "inspection", "evaluation", "training"},
    "ui": LEAVES | {"pipeline", "reading", "mixing", "editing", "inspection", "diffusion", "word_lists", "data", "ui"},
    "app": LEAVES | {"pipeline", "ui"},
}
MAY_IMPORT_ALL = {"__main__", "commands"}
PACKAGE_USERS = {
    "gradio": ("app.py", "multimodal/ui/"),
    "open_clip": ("multimodal/models/clip.py", "multimodal/models/text_encoder.py"),
    "transformers": ("multimodal/models/clip.py", "multimodal/models/text_encoder.py"),
}


def imported_modules(source: str, package: tuple[str, ...]) -> set[str]:
    """The dotted names that a module of `package` imports, wherever in the file."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*parents, *([node.module] if node.module else [])])
            submodules = {f"{module}.{alias.name}" for alias in node.names}
            names |= submodules if module == "multimodal" else {module}
    return names


def part_of(name: str) -> str:
    """ "multimodal.models.dit" → "models"; a public name, such as multimodal.__version__, → "multimodal"."""
    _, _, rest = name.partition(".")
    part = rest.partition(".")[0]
    return part if part in MAY_IMPORT or part in MAY_IMPORT_ALL else "multimodal"


def identify(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=identify)
def test_a_file_imports_only_what_its_part_may(path: Path) -> None:
    relative = path.relative_to(ROOT)
    part = "multimodal" if relative.as_posix() == "multimodal/__init__.py" else relative.with_suffix("").parts[:2][-1]
    names = imported_modules(path.read_text(encoding="utf-8"), relative.parent.parts)
    if part not in MAY_IMPORT_ALL:
        ours = {part_of(name) for name in names if name.partition(".")[0] == "multimodal"}
        assert ours <= MAY_IMPORT[part], f"{part} may not import {sorted(ours - MAY_IMPORT[part])}"
        for package, users in PACKAGE_USERS.items():
            if package in {name.partition(".")[0] for name in names}:
                assert relative.as_posix().startswith(users), f"{relative} may not import {package}"


def test_no_two_packages_import_each_other() -> None:
    packages = MAY_IMPORT.keys() - {"multimodal"}  # the version and the public names, which are imported everywhere
    for part in packages:
        for other in MAY_IMPORT[part] & packages - {part}:
            assert part not in MAY_IMPORT[other], f"{part} and {other} may import each other"


@pytest.mark.parametrize("path", FILES, ids=identify)
def test_what_is_imported_is_not_passed_on(path: Path) -> None:
    """So that the imports say where a thing comes from."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("multimodal"):
            for alias in node.names:
                assert alias.asname != alias.name, f"import {alias.name} from {node.module} where it is used"


def test_imports_inside_functions_and_relative_ones_are_seen() -> None:
    inside = "    from multimodal import ui, __version__\n    from ..models.dit import DiT\n    from . import x"
    source = f"import a.b\ndef f():\n{inside}"
    names = imported_modules(source, ("multimodal", "diffusion"))
    assert names == {"a.b", "multimodal.ui", "multimodal.__version__", "multimodal.models.dit", "multimodal.diffusion"}
    assert {part_of(name) for name in names - {"a.b"}} == {"ui", "multimodal", "models", "diffusion"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = {"torch", "gradio", "transformers", "open_clip", "datasets", "numpy", "PIL"}
    code = f"import multimodal, sys; print(sorted({heavy!r} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("path", FILES, ids=identify)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
