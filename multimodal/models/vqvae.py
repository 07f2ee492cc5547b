"""VQ-VAE: RGBA pictures to a small grid of codebook indices, and back."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from multimodal.config import VQVAEConfig
from multimodal.models.quantizer import ProductQuantizer

CHANNELS = 4  # of pictures: premultiplied RGBA


class VQVAEOutput(NamedTuple):
    images: Tensor  # (B, 4, H, W) reconstruction
    codebook_indices: Tensor  # (B, groups, H / f, W / f)
    commitment_loss: Tensor  # ()


class ChannelNorm(nn.Module):
    """LayerNorm over the channels of each pixel alone, so that what a code decodes to depends on its neighbours only."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        x = F.layer_norm(x.permute(0, 2, 3, 1), self.weight.shape, self.weight, self.bias, eps=1e-5)  # (B, H, W, C)
        return x.permute(0, 3, 1, 2)


class ResidualBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = ChannelNorm(channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.silu(self.conv1(self.norm(x))))  # (B, C, H, W)


class Encoder(nn.Sequential):
    """(B, 4, H, W) pictures → (B, latent_channels, H / f, W / f)."""

    def __init__(self, config: VQVAEConfig) -> None:
        stem_channels = CHANNELS * config.stem_patch**2
        layers: list[nn.Module] = [
            nn.PixelUnshuffle(config.stem_patch),
            nn.Conv2d(stem_channels, config.widths[0], 3, padding=1),
        ]
        for i, width in enumerate(config.widths):
            if i > 0:
                layers.append(nn.Conv2d(config.widths[i - 1], width, 4, stride=2, padding=1))
            layers += [ResidualBlock(width) for _ in range(config.encoder_blocks)]
        layers += [ChannelNorm(config.widths[-1]), nn.Conv2d(config.widths[-1], config.latent_channels, 1)]
        super().__init__(*layers)


class Decoder(nn.Sequential):
    """(B, latent_channels, H / f, W / f) codes → (B, 4, H, W) pictures."""

    def __init__(self, config: VQVAEConfig) -> None:
        widths = config.widths[::-1]
        layers: list[nn.Module] = [nn.Conv2d(config.latent_channels, widths[0], 3, padding=1)]
        for i, width in enumerate(widths):
            if i > 0:
                layers += [nn.Conv2d(widths[i - 1], width * 4, 1), nn.PixelShuffle(2)]
            layers += [ResidualBlock(width) for _ in range(config.decoder_blocks)]
        out_channels = CHANNELS * config.stem_patch**2
        layers += [
            ChannelNorm(widths[-1]),
            nn.Conv2d(widths[-1], out_channels, 3, padding=1),
            nn.PixelShuffle(config.stem_patch),
        ]
        super().__init__(*layers)


class VQVAE(nn.Module):
    """Encoder, quantiser and decoder, usable apart or together.

    `encode` is continuous, `quantize` snaps, `decode` takes continuous latents and snaps them itself, so that small
    sampling errors vanish. Latents that leave the model have mean 0 and standard deviation 1 per channel over the
    training set; the two are buffers of the model (`set_latent_scale`).
    """

    latent_mean: Tensor
    latent_std: Tensor

    def __init__(self, config: VQVAEConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.quantizer = ProductQuantizer(config.groups, config.codebook_size, config.codebook_dim)
        self.decoder = Decoder(config)
        self.register_buffer("latent_mean", torch.zeros(1, config.latent_channels, 1, 1))
        self.register_buffer("latent_std", torch.ones(1, config.latent_channels, 1, 1))
        self.to(memory_format=torch.channels_last)

    @property
    def device(self) -> torch.device:
        """Where pictures and codes must be; weights that are offloaded may be elsewhere."""
        return self.latent_mean.device

    def encode(self, images: Tensor) -> Tensor:
        """Map pictures to continuous latents.

        Args:
            images: (B, 4, H, W) premultiplied RGBA in [-1, 1]; H and W are multiples of `downsample_factor`.
        Returns:
            (B, latent_channels, H / f, W / f) latents before quantisation, scaled to mean 0 and deviation 1.
        Raises:
            ValueError: the channels, H or W do not fit.
        """
        factor = self.config.downsample_factor
        if images.ndim != 4 or images.shape[1] != CHANNELS:
            raise ValueError(f"images must be (B, {CHANNELS}, H, W), not {tuple(images.shape)}")
        if images.shape[2] % factor or images.shape[3] % factor:
            raise ValueError(f"height and width must be multiples of {factor}, not {tuple(images.shape[2:])}")
        return self._scale(self.quantizer.normalize(self.encoder(images)))

    def quantize(self, latents: Tensor) -> Tensor:
        """Snap (B, latent_channels, h, w) latents to (B, groups, h, w) codebook indices."""
        return self.quantizer.quantize(self._unscale(latents))

    def lookup(self, codebook_indices: Tensor) -> Tensor:
        """The (B, latent_channels, h, w) latents, scaled, that (B, groups, h, w) codebook indices stand for."""
        return self._scale(self.quantizer.lookup(codebook_indices))

    def decode(self, latents: Tensor) -> Tensor:
        """Map (B, latent_channels, h, w) latents to (B, 4, h * f, w * f) premultiplied RGBA, about [-1, 1]."""
        return self.decode_indices(self.quantize(latents))

    def decode_indices(self, codebook_indices: Tensor) -> Tensor:
        """Map (B, groups, h, w) codebook indices to (B, 4, h * f, w * f) premultiplied RGBA, about [-1, 1]."""
        return self.decoder(self.quantizer.lookup(codebook_indices))

    def forward(
        self,
        images: Tensor,
        quantize: bool = True,
        decoder_noise: float | None = None,
        searched_indices: Tensor | None = None,
    ) -> VQVAEOutput:
        """Reconstruct pictures with gradients.

        Args:
            images: (B, 4, H, W) in [-1, 1].
            quantize: go through the codes; otherwise through the continuous latents.
            decoder_noise, searched_indices: give gradients to the decoder alone, see `decode_noised`.
        """
        if decoder_noise is not None:
            return self.decode_noised(images, decoder_noise, searched_indices)
        latents = self.encoder(images)  # (B, latent_channels, H / f, W / f)
        quantized = self.quantizer(latents)
        bottleneck = quantized.latents if quantize else self.quantizer.normalize(latents)
        commitment_loss = quantized.commitment_loss if quantize else torch.zeros_like(quantized.commitment_loss)
        return VQVAEOutput(self.decoder(bottleneck), quantized.codebook_indices, commitment_loss)

    def decode_noised(self, images: Tensor, noise: float, searched_indices: Tensor | None = None) -> VQVAEOutput:
        """Reconstruct with gradients for the decoder alone, from codes of latents with Gaussian noise.

        A decoder that learns so mends the small errors of what was sampled (RAE, Zheng et al. 2025).

        Args:
            noise: the largest standard deviation, in those of the latents; each picture's is uniform up to it.
            searched_indices: (S, groups, H / f, W / f) codes that are decoded, instead, for the first S of the pictures.
        """
        with torch.no_grad():
            latents = self.encode(images if searched_indices is None else images[len(searched_indices) :])
            strength = noise * torch.rand(len(latents), 1, 1, 1, device=images.device)
            codebook_indices = self.quantize(latents + strength * torch.randn_like(latents))
            if searched_indices is not None:
                codebook_indices = torch.cat([searched_indices, codebook_indices])
        return VQVAEOutput(self.decode_indices(codebook_indices), codebook_indices, torch.zeros((), device=images.device))

    @torch.no_grad()
    def set_latent_scale(self, codebook_indices: Tensor) -> None:
        """Measure mean and deviation per channel over (N, groups, h, w) indices of the training set."""
        latents = self.quantizer.lookup(codebook_indices)
        self.latent_mean.copy_(latents.mean(dim=(0, 2, 3), keepdim=True))
        self.latent_std.copy_(latents.std(dim=(0, 2, 3), keepdim=True).clamp(min=1e-4))

    def _scale(self, latents: Tensor) -> Tensor:
        return (latents - self.latent_mean) / self.latent_std

    def _unscale(self, latents: Tensor) -> Tensor:
        return latents * self.latent_std + self.latent_mean


def with_decoder_blocks(vqvae: VQVAE, decoder_blocks: int) -> VQVAE:
    """A VQ-VAE whose decoder has more blocks at each resolution, which change nothing until they learn.

    Raises:
        ValueError: it has more already.
    """
    config = dataclasses.replace(vqvae.config, decoder_blocks=decoder_blocks)
    if decoder_blocks < vqvae.config.decoder_blocks:
        raise ValueError(f"decoder_blocks {decoder_blocks} is less than {vqvae.config.decoder_blocks}, the checkpoint's")
    deeper = VQVAE(config)
    deeper.load_state_dict({k: v for k, v in vqvae.state_dict().items() if not k.startswith("decoder.")}, strict=False)
    learnt, row = iter(vqvae.decoder), 0
    for layer in deeper.decoder:
        row = row + 1 if isinstance(layer, ResidualBlock) else 0
        if row <= vqvae.config.decoder_blocks:
            layer.load_state_dict(next(learnt).state_dict())
    return deeper.train(vqvae.training)
