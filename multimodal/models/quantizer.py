"""Product quantisation with an EMA codebook on the unit sphere."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn

ROWS = 16_384  # latents that are compared with all codes at once
RESTART_BELOW = 0.03  # of a code's mean number of latents in a batch, by which it is out of use
KMEANS_ITERATIONS = 10


class Quantized(NamedTuple):
    latents: Tensor  # (B, groups * codebook_dim, H, W), differentiable by the straight-through estimator
    codebook_indices: Tensor  # (B, groups, H, W) int64
    commitment_loss: Tensor  # ()


class ProductQuantizer(nn.Module):
    """Snaps each group of channels to the nearest entry of that group's codebook.

    Latents and codes are l2-normalised (ViT-VQGAN, Yu et al. 2022), so that nearest means the largest cosine. The
    codebook is no parameter: it follows the latents by exponential moving averages (VQ-VAE, van den Oord et al. 2017,
    appendix A.1), and codes that fall out of use restart from latents of the current batch (Jukebox, Dhariwal et al. 2020).
    """

    codebook: Tensor  # (groups, codebook_size, codebook_dim), rows of length 1
    ema_count: Tensor  # (groups, codebook_size)
    ema_sum: Tensor  # (groups, codebook_size, codebook_dim)

    def __init__(self, groups: int, codebook_size: int, codebook_dim: int, decay: float = 0.99) -> None:
        super().__init__()
        self.groups, self.codebook_size, self.codebook_dim = groups, codebook_size, codebook_dim
        self.decay = decay
        self.register_buffer("codebook", F.normalize(torch.randn(groups, codebook_size, codebook_dim), dim=-1))
        self.register_buffer("ema_count", torch.ones(groups, codebook_size))
        self.register_buffer("ema_sum", self.codebook.clone())

    def normalize(self, latents: Tensor) -> Tensor:
        """Scale each group of (B, groups * codebook_dim, H, W) latents to length 1."""
        grouped = latents.unflatten(1, (self.groups, self.codebook_dim))
        return F.normalize(grouped, dim=2).flatten(1, 2)

    def quantize(self, latents: Tensor) -> Tensor:
        """Map (B, groups * codebook_dim, H, W) latents to (B, groups, H, W) indices of the nearest codes."""
        batch, _, height, width = latents.shape
        with torch.autocast(latents.device.type, enabled=False):  # the nearest code needs full precision
            vectors = self._vectors(self.normalize(latents.float()))  # (groups, B*H*W, codebook_dim)
            nearest = torch.bmm(vectors, self.codebook.transpose(1, 2)).argmax(dim=-1)  # (groups, B*H*W)
        return nearest.view(self.groups, batch, height, width).transpose(0, 1)

    def lookup(self, codebook_indices: Tensor) -> Tensor:
        """Map (B, groups, H, W) indices to their codes, (B, groups * codebook_dim, H, W)."""
        codes = [self.codebook[g][codebook_indices[:, g]] for g in range(self.groups)]  # (B, H, W, codebook_dim) each
        return torch.cat(codes, dim=-1).permute(0, 3, 1, 2)

    def soft_lookup(self, latents: Tensor, temperature: Tensor) -> Tensor:
        """The mean of all codes weighted by softmax(cosine / temperature), (B, groups * codebook_dim, H, W): soft
        quantisation (Agustsson et al. 2017), differentiable, which at a temperature near 0 is that of `quantize`.
        """
        batch, _, height, width = latents.shape
        cosines = torch.bmm(self._vectors(self.normalize(latents)), self.codebook.transpose(1, 2))
        means = torch.bmm((cosines / temperature).softmax(dim=-1), self.codebook)  # (groups, B*H*W, codebook_dim)
        return means.view(self.groups, batch, height, width, -1).permute(1, 0, 4, 2, 3).flatten(1, 2)

    def spacing(self) -> Tensor:
        """How far apart codes are, (): 1 - the cosine of a code with the nearest other one, on average."""
        others = torch.bmm(self.codebook, self.codebook.transpose(1, 2)).diagonal_scatter(
            torch.full((self.groups, self.codebook.shape[1]), -1.0, device=self.codebook.device), dim1=1, dim2=2
        )
        return 1 - others.amax(dim=-1).mean()

    def forward(self, latents: Tensor) -> Quantized:
        """Quantise; while training, move the codebook towards the latents too."""
        with torch.autocast(latents.device.type, enabled=False):
            normalized = self.normalize(latents.float())
            indices = self.quantize(normalized)
            codes = self.lookup(indices)
            if self.training:
                self._update(self._vectors(normalized.detach().nan_to_num()), indices)  # NaN would stay for ever
            commitment_loss = F.mse_loss(normalized, codes) * self.codebook_dim
        # Straight-through: the value of the codes, the gradient of the latents (Bengio et al. 2013).
        straight_through = normalized + (codes - normalized).detach()
        return Quantized(straight_through, indices, commitment_loss)

    @torch.no_grad()
    def initialize(self, latents: Tensor) -> None:
        """Place the codes by spherical k-means on (B, groups * codebook_dim, H, W) latents."""
        vectors = self._vectors(self.normalize(latents)).float()
        if vectors.shape[1] < self.codebook_size:
            raise ValueError(f"k-means needs at least {self.codebook_size} latents, got {vectors.shape[1]}")
        self.codebook.copy_(self._random_rows(vectors))
        for _ in range(KMEANS_ITERATIONS):
            nearest = torch.bmm(vectors, self.codebook.transpose(1, 2)).argmax(dim=-1)
            count, total = self._count(vectors, nearest)
            empty = (count == 0).unsqueeze(-1)
            self.codebook.copy_(F.normalize(torch.where(empty, self._random_rows(vectors), total), dim=-1))
        self.ema_count.copy_(count.clamp(min=1.0) / count.mean())
        self.ema_sum.copy_(self.codebook * self.ema_count.unsqueeze(-1))

    @torch.no_grad()
    def split(self, latents: Tensor, count: int) -> None:
        """Split the codes that are used most, so that all carry more, in place of those that are missed least.

        All others stay as they are, and so does what they decode to.

        Args:
            latents: (B, groups * codebook_dim, H, W), more than there are codes.
            count: how many codes of each group are added by splitting, and as many are given up.
        Raises:
            ValueError: there are too few latents, or as many splits as codes.
        """
        all_vectors = self._vectors(self.normalize(latents))
        if count >= self.codebook_size or all_vectors.shape[1] <= self.codebook_size:
            raise ValueError(f"{all_vectors.shape[1]} latents cannot split {count} of {self.codebook_size} codes")
        for group, vectors in enumerate(all_vectors):
            codebook = self.codebook[group]
            cosines, nearest = two_nearest(vectors, codebook)
            missed = torch.zeros_like(codebook[:, 0]).index_add_(0, nearest[:, 0], cosines[:, 0] - cosines[:, 1])
            spare = missed.topk(count, largest=False).indices
            codebook[spare] = 0.0  # near to nothing
            nearest = two_nearest(vectors, codebook)[1][:, 0]
            for code in spare:
                largest = nearest.bincount().argmax()
                members = (nearest == largest).nonzero().squeeze(1)
                longest = torch.linalg.eigh(vectors[members].T.cov()).eigenvectors[:, -1]
                order = (vectors[members] @ longest).argsort()
                nearest[members[order[len(order) // 2 :]]] = code
                for half in (largest, code):
                    codebook[half] = F.normalize(vectors[nearest == half].mean(dim=0), dim=0)
            used = nearest.bincount(minlength=self.codebook_size)
            self.ema_count[group] = used.clamp(min=1) / used.float().mean()
        self.ema_sum.copy_(self.codebook * self.ema_count.unsqueeze(-1))

    @torch.no_grad()
    def _update(self, vectors: Tensor, indices: Tensor) -> None:
        count, total = self._count(vectors, indices.transpose(0, 1).flatten(1))
        if dist.is_initialized():
            dist.all_reduce(count)
            dist.all_reduce(total)
        scale = self.codebook_size / count.sum(dim=1, keepdim=True)  # an average code has count 1, whatever the batch
        self.ema_count.lerp_(count * scale, 1 - self.decay)
        self.ema_sum.lerp_(total * scale.unsqueeze(-1), 1 - self.decay)
        dead = (self.ema_count < RESTART_BELOW).unsqueeze(-1)
        fresh = self._random_rows(vectors)
        if dist.is_initialized():
            dist.broadcast(fresh, 0)
        self.ema_sum.copy_(torch.where(dead, fresh, self.ema_sum))
        self.ema_count.masked_fill_(dead.squeeze(-1), 1.0)
        self.codebook.copy_(F.normalize(self.ema_sum, dim=-1))

    def _vectors(self, latents: Tensor) -> Tensor:
        """(B, groups * codebook_dim, H, W) → (groups, B*H*W, codebook_dim)."""
        grouped = latents.unflatten(1, (self.groups, self.codebook_dim))
        return grouped.permute(1, 0, 3, 4, 2).flatten(1, 3)

    def _count(self, vectors: Tensor, nearest: Tensor) -> tuple[Tensor, Tensor]:
        count = torch.zeros_like(self.ema_count).scatter_add_(1, nearest, torch.ones_like(nearest, dtype=torch.float32))
        index = nearest.unsqueeze(-1).expand_as(vectors)
        return count, torch.zeros_like(self.ema_sum).scatter_add_(1, index, vectors)

    def _random_rows(self, vectors: Tensor) -> Tensor:
        rows = torch.randint(vectors.shape[1], (self.groups, self.codebook_size, 1), device=vectors.device)
        return vectors.gather(1, rows.expand(-1, -1, self.codebook_dim))


def two_nearest(vectors: Tensor, codebook: Tensor) -> tuple[Tensor, Tensor]:
    """The cosines with the two nearest codes, best first, and which these are: (N, C), (K, C) → (N, 2) twice."""
    found = [(some @ codebook.T).topk(2, dim=1) for some in vectors.split(ROWS)]
    return torch.cat([values for values, _ in found]), torch.cat([codes for _, codes in found])
