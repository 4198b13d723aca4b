"""Stands in for torch, which SkyRL's JAX back end imports and never computes with."""


class Tensor:
    """Named in annotations."""
