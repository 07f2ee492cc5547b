"""What goes wrong, in one sentence on the page."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr
import torch

from multimodal.diffusion.samplers import SamplingCancelled
from multimodal.hub import HubError
from multimodal.tensor_folder import CheckpointError
from multimodal.ui.texts import Texts


@contextmanager
def friendly_errors(texts: Texts | None = None) -> Iterator[None]:
    """Turn errors into `gr.Error` with a sentence: the pipeline's own for bad input, a general one for the unforeseen.

    The traceback of the unforeseen goes to the console.

    Args:
        texts: of a visitor, whose page takes messages for HTML; without them a program is told, as plain text.
    """
    told, texts = (html.escape, texts) if texts else (str, Texts())
    try:
        yield
    except gr.Error:
        raise
    except SamplingCancelled:  # as was asked for: the status says so, and no message is needed
        raise gr.Error(texts("stopped"), visible=False, print_exception=False) from None
    except (ValueError, CheckpointError, HubError) as error:
        raise gr.Error(told(texts.problem(error)), print_exception=False) from None
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise gr.Error(texts("no_memory"), print_exception=False) from error
    except Exception as error:
        raise gr.Error(texts("failed")) from error
