"""A text-to-image model small enough to train, open up and ship yourself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multimodal.outputs import ReconstructionOutput, TextToImageOutput
    from multimodal.pipeline import TextToImagePipeline

__version__ = "0.1.0"
__all__ = ["ReconstructionOutput", "TextToImageOutput", "TextToImagePipeline", "__version__"]


def __getattr__(name: str) -> Any:
    """Import the pipeline when it is first asked for: `import multimodal` alone loads nothing heavy."""
    if name in __all__:
        from multimodal import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module 'multimodal' has no attribute {name!r}")
