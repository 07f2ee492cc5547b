"""ZeroGPU, the GPUs that Hugging Face Spaces lends call by call: what computes there, and nothing more, is sent there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

CallableT = TypeVar("CallableT", bound=Callable)

try:  # before any model is loaded, as it then answers for CUDA
    from spaces import GPU as GPU
except ImportError:
    GPU = None


def on_gpu(function: CallableT) -> CallableT:
    """The function, decorated where the package `spaces` is installed: it then runs in a process that has a GPU.

    What it is given, returns or yields goes from one process to the other, so it must be plain data or pictures.
    """
    return GPU(function) if GPU else function


def signal(stop: threading.Event) -> threading.Event | None:
    """The event, to be handed to what is sent there; None with `spaces`, as no signal goes from process to process."""
    return None if GPU else stop
