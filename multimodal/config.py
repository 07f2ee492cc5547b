"""Every setting of every component, as frozen dataclasses that reject what they do not know."""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

ConfigT = TypeVar("ConfigT")


class Counts:
    """A config whose whole numbers are sizes and counts, which are 1 or more; 0 only where that is the default or listed.

    Raises:
        ValueError: one is smaller, or a list of such is empty, as none is by default; the message names the setting.
    """

    may_be_zero: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if value == () != field.default:
                raise ValueError(f"{type(self).__name__}.{field.name} must not be empty")
            least = 0 if field.default == 0 or field.name in self.may_be_zero else 1
            for number in value if isinstance(value, tuple) else (value,):
                if type(number) is int and number < least:
                    raise ValueError(f"{type(self).__name__}.{field.name} must be {least} or more, not {number}")


MAX_CODES = 2**15  # of a codebook


@dataclass(frozen=True)
class VQVAEConfig(Counts):
    """RGBA autoencoder with a product-quantised bottleneck.

    `codebook_bits` bits times (`image_size` / `downsample_factor`)² positions is what a picture costs.
    """

    image_size: int = 128
    stem_patch: int = 2  # pixel-unshuffle before the first convolution
    widths: tuple[int, ...] = (32, 96, 192)  # one per resolution, each half the one before
    encoder_blocks: int = 2  # residual blocks per resolution
    decoder_blocks: int = 2
    groups: int = 2
    codebook_size: int = 1024
    codebook_dim: int = 4
    may_be_zero = ("encoder_blocks", "decoder_blocks")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.codebook_size > MAX_CODES:
            raise ValueError(f"codebook_size must be at most {MAX_CODES:,}, as indices are kept in 16 bits")
        if self.image_size % self.downsample_factor:
            raise ValueError(f"image_size {self.image_size} must be a multiple of {self.downsample_factor}")

    @property
    def downsample_factor(self) -> int:
        return self.stem_patch * 2 ** (len(self.widths) - 1)

    @property
    def latent_channels(self) -> int:
        return self.groups * self.codebook_dim

    @property
    def latent_size(self) -> int:
        return self.image_size // self.downsample_factor

    @property
    def bytes_per_image(self) -> float:
        bits = self.groups * (self.codebook_size - 1).bit_length()
        return self.latent_size**2 * bits / 8


@dataclass(frozen=True)
class CLIPConfig(Counts):
    """The contrastive text-image model that this project trains with open_clip."""

    embed_dim: int = 256
    image_size: int = 96
    vision_width: int = 192
    vision_layers: int = 4
    vision_patch_size: int = 16
    vision_head_width: int = 32
    text_width: int = 256
    text_layers: int = 4
    text_heads: int = 4
    context_length: int = 48
    vocab_size: int = 10240

    def __post_init__(self) -> None:
        super().__post_init__()
        for width, part in (("text_width", "text_heads"), ("vision_width", "vision_head_width")):
            whole, divisor = getattr(self, width), getattr(self, part)
            if whole % divisor:
                raise ValueError(f"CLIPConfig.{width} {whole} must be a multiple of {part} {divisor}")


@dataclass(frozen=True)
class TextEncoderConfig:
    """Which CLIP turns prompts into conditioning.

    `kind` is "bundled" (the folder `clip/` of the checkpoint), "open_clip" (`name` a model of open_clip,
    `pretrained` its tag or a weights file) or "transformers" (`name` a folder or a hub id).
    """

    kind: str = "bundled"
    name: str = ""
    pretrained: str = ""

    def __post_init__(self) -> None:
        if self.kind not in ("bundled", "open_clip", "transformers"):
            raise ValueError(f"text encoder kind {self.kind!r} is not one of bundled, open_clip, transformers")
        if self.kind != "bundled" and not self.name:
            raise ValueError(f"text encoder kind {self.kind!r} needs a name")


@dataclass(frozen=True)
class DiTConfig(Counts):
    """Diffusion Transformer over VQ-VAE latents, conditioned on text by cross-attention in every block."""

    latent_channels: int = 8
    latent_size: int = 16
    patch_size: int = 4
    hidden_size: int = 320
    depth: int = 5
    num_heads: int = 5
    num_registers: int = 4
    refiner_depth: int = 1  # trainable transformer layers on top of the frozen text encoder's token states
    context_dim: int = 256  # width of the text encoder's token states
    pooled_dim: int = 256
    mean_width: int = 400  # of the MLP that predicts the mean of a prompt's pictures
    mean_depth: int = 3
    mean_detail: int = 0  # inner width of what adds detail to it; 0: nothing does
    styles: tuple[str, ...] = ()  # among which the mean of a thing is translated; a run takes them from its pictures
    translator_width: int = 96
    prediction: str = "x0"  # what the output means: "x0" or "velocity"
    max_guidance_scale: float = 0.0  # up to which it takes the guidance scale as an input; 0: it does not
    guidance_interval: tuple[float, ...] = (0.1, 1.0)  # times at which it is guided (Kynkäänniemi et al. 2024)
    text_encoder: TextEncoderConfig = TextEncoderConfig()
    may_be_zero = ("num_registers", "refiner_depth", "mean_depth")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.prediction not in ("x0", "velocity"):
            raise ValueError(f"DiTConfig.prediction {self.prediction!r} is not one of x0, velocity")
        interval = self.guidance_interval
        if len(interval) != 2 or not interval[0] <= interval[1]:
            raise ValueError(f"DiTConfig.guidance_interval must be two times, the smaller first, not {interval}")


@dataclass(frozen=True)
class JudgeConfig(Counts):
    """The classifier that judges pictures. It is in no loss of the other models."""

    image_size: int = 64  # pictures are resized to it
    widths: tuple[int, ...] = (64, 128, 256)  # one per resolution, from image_size / 4 down
    embed_dim: int = 192
    dropout: float = 0.2


@dataclass(frozen=True)
class SuperResolutionConfig(Counts):
    """The network that doubles the size of pictures."""

    width: int = 32
    depth: int = 6  # residual blocks
    may_be_zero = ("depth",)


@dataclass(frozen=True)
class RestylerConfig(Counts):
    """The U-Net that draws a picture again in another style."""

    styles: tuple[str, ...] = ("3d", "color", "flat", "line")  # into which it can; neighbours are most alike
    sources: tuple[str, ...] = ("3d", "color", "flat")  # from which
    stem_patch: int = 2  # pixel-unshuffle before the first convolution
    widths: tuple[int, ...] = (48, 96, 128, 128)  # one per resolution, each half the one before

    @property
    def downsample_factor(self) -> int:
        return self.stem_patch * 2 ** (len(self.widths) - 1)

    @property
    def sources_by_style(self) -> dict[str, list[str]]:
        """For each style the others from which pictures are drawn again in it, the one most alike first."""
        places = {style: place for place, style in enumerate(self.styles)}

        def distance(source: str, style: str) -> int:
            return abs(places[source] - places[style]) if source in places else len(places)

        return {
            style: sorted((one for one in self.sources if one != style), key=lambda one: distance(one, style))
            for style in self.styles
        }


def from_dict(cls: type[ConfigT], data: Mapping[str, Any]) -> ConfigT:
    """Build the dataclass `cls` from plain JSON data.

    Raises:
        ValueError: a key is unknown or a value has the wrong type; the message names the key.
    """
    if not isinstance(data, Mapping):
        raise ValueError(f"{cls.__name__} must be an object, not {data!r}")
    hints = typing.get_type_hints(cls)
    known = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    unknown = sorted(set(data) - known)
    if unknown:
        raise ValueError(f"{cls.__name__} has no setting {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    return cls(**{key: _convert(hints[key], value, f"{cls.__name__}.{key}") for key, value in data.items()})


def to_dict(config: Any) -> dict[str, Any]:
    """The config as plain JSON data; `from_dict` is the inverse."""
    return json.loads(json.dumps(dataclasses.asdict(config)))


def with_overrides(config: ConfigT, overrides: Sequence[str]) -> ConfigT:
    """Apply `key=value` words, nested keys with dots: `["steps=100", "model.depth=2"]`.

    Raises:
        ValueError: a word has no "=", or its key or value does not fit the config.
    """
    data = to_dict(config)
    for word in overrides:
        key, equals, text = word.partition("=")
        if not equals:
            raise ValueError(f"{word!r} is not of the form key=value")
        try:
            value = json.loads(text)
        except json.JSONDecodeError:
            value = text
        *parents, last = key.split(".")
        target = data
        for parent in parents:
            target = target.get(parent)  # type: ignore[assignment]
            if not isinstance(target, dict):
                raise ValueError(f"{key!r} is no setting of {type(config).__name__}")
        target[last] = value
    return from_dict(type(config), data)


def _convert(hint: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, Mapping):
            raise ValueError(f"{where} must be an object, not {value!r}")
        return from_dict(hint, value)
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, (list, tuple)):
            raise ValueError(f"{where} must be a list, not {value!r}")
        return tuple(_convert(typing.get_args(hint)[0], item, where) for item in value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise ValueError(f"{where} is too large a number") from None
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise ValueError(f"{where} must be of type {hint.__name__}, not {value!r}")
    return value
