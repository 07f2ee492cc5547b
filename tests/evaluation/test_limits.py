"""No evaluation takes a limit for another number, or for none."""

from types import SimpleNamespace

import pytest

from multimodal.evaluation.composition import evaluate_composition
from multimodal.evaluation.memorization import evaluate_memorization
from multimodal.evaluation.prompts import evaluate_prompts
from multimodal.evaluation.reconstruction import evaluate_reconstruction
from multimodal.evaluation.super_resolution import evaluate_super_resolution
from multimodal.evaluation.zero_shot import evaluate_zero_shot


@pytest.mark.parametrize("limit", [0, -1])
@pytest.mark.parametrize(
    "evaluation", ["reconstruction", "prompts", "composition", "zero-shot", "super-resolution", "memorization"]
)
def test_every_evaluation_refuses_a_limit_below_one(evaluation: str, limit: int, blank, judge, data, train) -> None:
    blank.device = "cpu"
    run = {
        "reconstruction": lambda: evaluate_reconstruction(blank, data, limit),
        "prompts": lambda: evaluate_prompts(blank, judge, data, limit=limit),
        "composition": lambda: evaluate_composition(blank, judge, data, limit),
        "zero-shot": lambda: evaluate_zero_shot(lambda image, count: [], data, limit),
        "super-resolution": lambda: evaluate_super_resolution(SimpleNamespace(), blank.vqvae, data, limit),
        "memorization": lambda: evaluate_memorization(blank, data, train, limit),
    }[evaluation]
    with pytest.raises(ValueError, match=f"the limit must be at least 1, not {limit}"):
        run()
    assert not blank.calls
