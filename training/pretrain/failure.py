"""The error of this folder."""

from havoc_pipeline.errors import HavocError


class PretrainError(HavocError):
    """Raise when a recipe, its data or a run cannot be used, or a run went bad and was stopped."""
