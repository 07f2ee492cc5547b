"""Super-resolution: pictures of twice or four times the size."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from multimodal.config import SuperResolutionConfig

SUPPORT = 5  # pixels, the side of the neighbourhood that a bicubic enlargement looks at


class ResidualBlock(nn.Module):
    """Two convolutions without normalisation, which would take the contrast away (EDSR, Lim et al. 2017)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.relu(self.conv1(x)))  # (B, C, H, W)


class SuperResolution(nn.Module):
    """What a bicubic enlargement lacks, learnt by a residual network that ends in a pixel shuffle (ESPCN, Shi et al. 2016).

    At first it adds nothing. What it adds is never more than the contrast around a pixel, so that flat areas stay flat and
    transparent ones transparent, whatever it has learnt.
    """

    def __init__(self, config: SuperResolutionConfig) -> None:
        super().__init__()
        self.config = config
        self.stem = nn.Conv2d(4, config.width, 3, padding=1)
        self.blocks = nn.Sequential(*(ResidualBlock(config.width) for _ in range(config.depth)))
        self.final = nn.Conv2d(config.width, 4 * 2**2, 3, padding=1)
        nn.init.zeros_(self.final.weight)
        nn.init.zeros_(self.final.bias)  # type: ignore[arg-type]
        self.to(memory_format=torch.channels_last)

    def forward(self, images: Tensor, scale: int = 2) -> Tensor:
        """Enlarge pictures; four times is twice two times.

        Args:
            images: (B, 4, H, W) premultiplied RGBA in [-1, 1].
            scale: 2, 4, 8, …
        Returns:
            (B, 4, scale * H, scale * W) premultiplied RGBA in [-1, 1], no colour above its alpha.
        Raises:
            ValueError: the channels or the scale do not fit.
        """
        if images.ndim != 4 or images.shape[1] != 4:
            raise ValueError(f"images must be (B, 4, H, W), not {tuple(images.shape)}")
        if scale < 2 or scale & (scale - 1):
            raise ValueError(f"scale must be a power of two above 1, not {scale}")
        for _ in range(scale.bit_length() - 1):
            images = self.enlarge(images)  # (B, 4, 2H, 2W)
        return images

    def enlarge(self, images: Tensor) -> Tensor:
        """(B, 4, H, W) → (B, 4, 2H, 2W), as `forward`."""
        features = self.blocks(self.stem(images))  # (B, C, H, W)
        residual = F.pixel_shuffle(self.final(features), 2).float()  # (B, 4, 2H, 2W)
        around = F.pad(images, (SUPPORT // 2,) * 4, mode="replicate")
        contrast = F.max_pool2d(around, SUPPORT, stride=1) + F.max_pool2d(-around, SUPPORT, stride=1)  # (B, 4, H, W)
        contrast = F.interpolate(contrast, scale_factor=2)  # (B, 4, 2H, 2W)
        enlarged = F.interpolate(images, scale_factor=2, mode="bicubic") + residual.clamp(-contrast, contrast)
        alpha = enlarged[:, 3:].clamp(-1, 1)
        return torch.cat([enlarged[:, :3].clamp(min=-1).minimum(alpha), alpha], dim=1)
