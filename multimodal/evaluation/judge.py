"""The judge: a small convolutional classifier that says which concept a picture shows, and in which style."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from multimodal import rgba
from multimodal.checkpoint import load_model
from multimodal.config import JudgeConfig
from multimodal.tensor_folder import CheckpointError, present

CLASSES = "classes.json"
ORIENTATIONS = 8
STYLE_WIDTHS = (4, 24, 48, 96)


@dataclass(frozen=True)
class Classes:
    """What the judge can tell apart."""

    concepts: tuple[str, ...]
    names: tuple[str, ...]  # the English name of each concept
    styles: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.concepts or not self.styles or len(self.concepts) != len(self.names):
            raise ValueError("a judge needs at least one concept and one style, and a name for each concept")

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=0) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Classes:
        """The inverse of `to_json`. Raises ValueError, KeyError or TypeError where the text is something else."""
        data = json.loads(text)
        return cls(tuple(data["concepts"]), tuple(data["names"]), tuple(data["styles"]))


class JudgeOutput(NamedTuple):
    concept_logits: Tensor  # (B, concepts)
    style_logits: Tensor  # (B, styles)


class Verdict(NamedTuple):
    concepts: Tensor  # (N, k) int64 rows of `classes.concepts`, most likely first
    styles: Tensor  # (N,) int64 rows of `classes.styles`


class Edges(nn.Module):
    """Oriented edges of brightness and of alpha, beside the picture itself, at half the size.

    The filters are fixed. As in histograms of oriented gradients (Dalal & Triggs 2005) each edge is divided by the strength
    of those around it, so that an outline, a flat colour and a 3D render of one thing look alike. Learned from here, five
    pictures of a concept are enough to recognise it in another style.
    """

    filters: Tensor  # (ORIENTATIONS, 1, 5, 5)
    out_channels = 2 * ORIENTATIONS + 4

    def __init__(self) -> None:
        super().__init__()
        y, x = torch.meshgrid(torch.arange(-2.0, 3.0), torch.arange(-2.0, 3.0), indexing="ij")
        angles = torch.arange(ORIENTATIONS).view(-1, 1, 1) * math.pi / ORIENTATIONS
        filters = (x * angles.cos() + y * angles.sin()) * torch.exp(-(x**2 + y**2) / 3)  # Gaussian derivatives
        filters = filters / filters.abs().sum(dim=(1, 2), keepdim=True)
        self.register_buffer("filters", filters[:, None], persistent=False)

    def forward(self, seen: Tensor) -> Tensor:
        """Map (B, 4, h, w) colours and alpha to (B, out_channels, h / 2, w / 2)."""
        planes = torch.stack([seen[:, :3].mean(dim=1), seen[:, 3]], dim=1).flatten(0, 1)[:, None]  # (2B, 1, h, w)
        edges = F.conv2d(F.pad(planes, (2, 2, 2, 2), mode="replicate"), self.filters).abs()  # (2B, ORIENTATIONS, h, w)
        energy = F.pad(edges.square().sum(dim=1, keepdim=True), (2, 2, 2, 2), mode="replicate")
        edges = edges / (F.avg_pool2d(energy, 5, stride=1) + 0.02).sqrt()
        edges = F.avg_pool2d(edges, 2).unflatten(0, (len(seen), 2)).flatten(1, 2)  # (B, 2 * ORIENTATIONS, h / 2, w / 2)
        return torch.cat([edges, F.avg_pool2d(seen, 2)], dim=1)


class ConvBlock(nn.Sequential):
    """Convolution, batch norm, ReLU."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )


class ResidualBlock(nn.Module):
    """Two convolutions beside a shortcut (He et al. 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = ConvBlock(channels, channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        nn.init.zeros_(self.norm2.weight)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.norm2(self.conv2(self.conv1(x))))  # (B, C, H, W)


class Judge(nn.Module):
    """Classifies pictures by concept and by style.

    Concepts are told apart by the cosine between the picture's embedding and one direction per concept (NormFace, Wang et
    al. 2017): with a handful of pictures of each, that generalises better than free weights. Styles have a small branch of
    their own, because what tells them apart (shading, texture, margins) is what concepts are recognised in spite of.
    """

    def __init__(self, config: JudgeConfig, classes: Classes) -> None:
        super().__init__()
        self.config, self.classes = config, classes
        layers: list[nn.Module] = [Edges(), nn.BatchNorm2d(Edges.out_channels)]
        for in_channels, width in zip((Edges.out_channels, *config.widths), config.widths, strict=False):
            layers += [ConvBlock(in_channels, width, stride=2), ResidualBlock(width)]
        self.features = nn.Sequential(*layers)
        self.dropout = nn.Dropout(config.dropout)
        self.embed = nn.Linear(config.widths[-1] * 4, config.embed_dim, bias=False)
        self.embed_norm = nn.BatchNorm1d(config.embed_dim)
        self.concepts = nn.Parameter(torch.randn(len(classes.concepts), config.embed_dim) / config.embed_dim**0.5)
        self.log_scale = nn.Parameter(torch.tensor(16.0).log())
        self.style_features = nn.Sequential(*(ConvBlock(a, b, stride=2) for a, b in itertools.pairwise(STYLE_WIDTHS)))
        self.styles = nn.Linear(STYLE_WIDTHS[-1], len(classes.styles))
        self.to(memory_format=torch.channels_last)

    def forward(self, seen: Tensor, seen_for_style: Tensor | None = None) -> JudgeOutput:
        """Classify.

        Args:
            seen: (B, 4, h, w) in [-1, 1], colours on some background and alpha, as `look` makes them.
            seen_for_style: the same pictures for the styles, where `seen` was changed for training.
        """
        x = self.features(seen)  # (B, widths[-1], h', w')
        quarters = F.adaptive_avg_pool2d(x, 2).flatten(1)  # (B, widths[-1] * 4), so that it counts what is where
        embedding = F.normalize(self.embed_norm(self.embed(self.dropout(quarters))), dim=1)  # (B, embed_dim)
        concept_logits = self.log_scale.exp() * embedding @ F.normalize(self.concepts, dim=1).T
        textures = self.style_features(seen if seen_for_style is None else seen_for_style)  # (B, STYLE_WIDTHS[-1], h', w')
        return JudgeOutput(concept_logits, self.styles(textures.mean(dim=(2, 3))))

    def look(self, images: Tensor) -> Tensor:
        """Lay pictures on white and resize them for `forward`; alpha goes along as a fourth channel.

        Args:
            images: (B, 4, H, W) premultiplied RGBA in [-1, 1].
        Returns:
            (B, 4, image_size, image_size) in [-1, 1].
        """
        size = (self.config.image_size, self.config.image_size)
        if images.shape[2:] != size:
            images = F.interpolate(images, size, mode="bicubic", antialias=True)
        images = images.clamp(-1, 1)
        return torch.cat([rgba.composite(images, 1.0), images[:, 3:]], dim=1)

    @torch.no_grad()
    def judge(self, pictures: Sequence[Image.Image], top: int = 1, batch_size: int = 64) -> Verdict:
        """Say what pictures show, one after the other.

        Args:
            pictures: N PIL pictures of any size and mode.
            top: how many concepts to name, at most all.
        """
        device = self.log_scale.device
        concepts, styles = [], []
        for start in range(0, len(pictures), batch_size):
            batch = [rgba.to_tensor(picture, self.config.image_size) for picture in pictures[start : start + batch_size]]
            output = self(self.look(torch.stack(batch).to(device)))
            concepts.append(output.concept_logits.topk(min(top, len(self.classes.concepts))).indices.cpu())
            styles.append(output.style_logits.argmax(dim=1).cpu())
        return Verdict(torch.cat(concepts), torch.cat(styles))


def load_judge(folder: str | Path) -> Judge:
    """Load a judge with its classes, in evaluation mode and single precision.

    Raises:
        CheckpointError: a file is missing or damaged, or they do not fit each other; the message names the file.
    """
    path = present(Path(folder)) / CLASSES
    try:
        classes = Classes.from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(f"{path} is missing: train a judge with `python -m multimodal train judge`") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path} is not the list of a judge's classes ({error})") from error
    return load_model(folder, Judge, JudgeConfig, lambda config: Judge(config, classes))
