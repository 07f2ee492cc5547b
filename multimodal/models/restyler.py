"""Restyler: a picture drawn again in another style."""

from __future__ import annotations

import itertools

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from multimodal.config import RestylerConfig
from multimodal.models.style_translator import StyledBlock
from multimodal.models.vqvae import ChannelNorm


class Restyler(nn.Module):
    """A U-Net (Ronneberger et al. 2015) over pixels; its blocks are told the style to draw in.

    What a thing is called, it is not told, and it cannot learn things by heart: where styles share their outlines, it
    learns what becomes of an edge, a colour, a dark area, and so draws what nobody has drawn in that style.
    """

    def __init__(self, config: RestylerConfig) -> None:
        super().__init__()
        self.config = config
        widths, num_styles = config.widths, len(config.styles)
        pixels = 4 * config.stem_patch**2
        self.stem = nn.Conv2d(pixels, widths[0], 3, padding=1)
        self.down = nn.ModuleList(StyledBlock(width, num_styles) for width in widths)
        self.wider = nn.ModuleList(nn.Conv2d(a, b, 1) for a, b in itertools.pairwise(widths))
        self.up = nn.ModuleList(StyledBlock(width, num_styles) for width in widths)
        self.narrower = nn.ModuleList(nn.Conv2d(b, 4 * a, 1) for a, b in itertools.pairwise(widths))
        self.norm = ChannelNorm(widths[0])
        self.final = nn.Conv2d(widths[0], pixels, 3, padding=1)
        self.to(memory_format=torch.channels_last)

    def forward(self, images: Tensor, styles: Tensor) -> Tensor:
        """Draw pictures again.

        Args:
            images: (B, 4, H, W) premultiplied RGBA in [-1, 1]; H and W are multiples of `downsample_factor`.
            styles: (B,) int64 rows of the config's styles.
        Returns:
            (B, 4, H, W) premultiplied RGBA, about [-1, 1].
        Raises:
            ValueError: the channels, H or W do not fit.
        """
        factor = self.config.downsample_factor
        if images.ndim != 4 or images.shape[1] != 4 or images.shape[2] % factor or images.shape[3] % factor:
            raise ValueError(f"images must be (B, 4, H, W), H and W multiples of {factor}, not {tuple(images.shape)}")
        style = F.one_hot(styles, len(self.config.styles)).to(images.dtype)  # (B, S)
        x = self.stem(F.pixel_unshuffle(images, self.config.stem_patch))  # (B, widths[0], H / p, W / p)
        before = []
        for level, block in enumerate(self.down):
            if level:
                before.append(x)
                x = self.wider[level - 1](F.avg_pool2d(x, 2))  # (B, widths[level], half, half)
            x = block(x, style)
        for level in reversed(range(len(self.up))):
            x = self.up[level](x, style)
            if level:
                x = F.pixel_shuffle(self.narrower[level - 1](x), 2) + before.pop()  # (B, widths[level - 1], twice, twice)
        return F.pixel_shuffle(self.final(F.silu(self.norm(x))), self.config.stem_patch)  # (B, 4, H, W)
