"""The shape of a HAVOC model, checked when it is made, and the three shapes in use."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from transformers import AutoConfig, PretrainedConfig

from havoc_pipeline.errors import ModelError

_COUNTS = (
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "max_position_embeddings",
)


class HavocConfig(PretrainedConfig):  # type: ignore[misc]
    """The sizes of a HAVOC model, in Hugging Face's form; `preset` has the shapes in use.

    Parameters: `vocab_size` in tokens; `hidden_size`, `intermediate_size` and `head_dim` in
    channels; `max_position_embeddings` in tokens; `rope_theta` (or `rope_parameters`) the base of
    the rotary frequencies; `initializer_range` the standard deviation of fresh weights.
    Left out, `num_key_value_heads` equals `num_attention_heads`, and `head_dim` divides the width.
    Raises `ModelError` when the sizes do not fit together.
    """

    model_type: ClassVar[str] = "havoc"
    default_theta = 500_000.0

    vocab_size: int = 76_800
    hidden_size: int = 4096
    intermediate_size: int = 11_008
    num_hidden_layers: int = 32
    num_attention_heads: int = 32
    num_key_value_heads: int | None = None
    head_dim: int | None = None
    max_position_embeddings: int = 8192
    rope_parameters: dict[str, Any] | None = None
    rms_norm_eps: float = 1e-5
    initializer_range: float = 0.02
    tie_word_embeddings: bool = False
    use_cache: bool = True
    pad_token_id: int | None = None
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None

    def __post_init__(self, **kwargs: Any) -> None:
        if self.num_key_value_heads is None:
            self.num_key_value_heads = self.num_attention_heads
        if self.head_dim is None:
            _require_count("num_attention_heads", self.num_attention_heads)
            _require_multiple(self, "hidden_size", "num_attention_heads", "or give head_dim")
            self.head_dim = self.hidden_size // self.num_attention_heads
        # A copy: the base class writes defaults into the dictionary that it is given.
        self.rope_parameters = dict(self.rope_parameters or {})
        super().__post_init__(**kwargs)
        _check(self)


def _check(config: HavocConfig) -> None:
    for name in _COUNTS:
        _require_count(name, getattr(config, name))
    _require_multiple(config, "num_attention_heads", "num_key_value_heads", "so groups are equal")
    _check_rotation(config)
    if not config.rms_norm_eps > 0:
        raise ModelError(f"rms_norm_eps is {config.rms_norm_eps}; it must be above 0: use 1e-5 or so.")
    if not 0 < config.initializer_range < 1:
        raise ModelError(
            f"initializer_range is {config.initializer_range}; it must lie between 0 and 1: use 0.02 or so."
        )


def _require_count(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ModelError(f"{name} is {value!r}; it must be a whole number of at least 1: set it so.")


def _require_multiple(config: HavocConfig, whole: str, part: str, why: str) -> None:
    numerator, denominator = getattr(config, whole), getattr(config, part)
    if numerator % denominator:
        raise ModelError(
            f"{whole} is {numerator}, which is no multiple of {part} {denominator}: change one of them {why}."
        )


def _check_rotation(config: HavocConfig) -> None:
    if config.head_dim is not None and config.head_dim % 2:
        raise ModelError(
            f"head_dim is {config.head_dim}; rotary embedding turns pairs of channels: choose an even head_dim."
        )
    rope = config.rope_parameters or {}
    if rope.get("rope_type") != "default":
        raise ModelError(
            f"rope_type is {rope.get('rope_type')!r}; HAVOC knows only 'default': "
            "leave rope_parameters out and set rope_theta."
        )
    theta = rope.get("rope_theta")
    if isinstance(theta, bool) or not isinstance(theta, int | float) or theta <= 1:
        raise ModelError(f"rope_theta is {theta!r}; it must be a number above 1: use 10000 or more.")


_7B = {
    "vocab_size": 76_800,
    "hidden_size": 4096,
    "intermediate_size": 11_008,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "max_position_embeddings": 8192,
    "rope_theta": 500_000.0,
    "tie_word_embeddings": False,
}
_MINI = {
    "vocab_size": 8192,
    "hidden_size": 256,
    "intermediate_size": 704,
    "num_hidden_layers": 6,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
    "head_dim": 32,
    "max_position_embeddings": 1024,
    "rope_theta": 10_000.0,
    "tie_word_embeddings": True,
}
_TOY = {
    "vocab_size": 96,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 64,
    "rope_theta": 10_000.0,
    "tie_word_embeddings": True,
}
PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType({"havoc-7b": _7B, "havoc-mini": _MINI, "toy": _TOY})


def preset(name: str, **overrides: Any) -> HavocConfig:
    """Return the configuration called `name`, with `overrides` in place of its own sizes.

    Parameters: `name` one of `PRESETS` ("havoc-7b", "havoc-mini", "toy"); `overrides` any field
    of `HavocConfig`.
    Raises `ModelError` when there is no such preset or the sizes do not fit together.
    """
    if name not in PRESETS:
        raise ModelError(f"No preset is called {name!r}: choose one of {', '.join(PRESETS)}.")
    return HavocConfig(**{**PRESETS[name], **overrides})


AutoConfig.register(HavocConfig.model_type, HavocConfig, exist_ok=True)
