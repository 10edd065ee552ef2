"""Learn the roles of columns from the domain bank; the result goes into the linker's weights.

python -m training.linker.train_roles
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.linking.entries import ROLE_NUMBERS
from havoc_pipeline.linking.lexicon import Lexicon
from havoc_pipeline.linking.mentions import ROLES
from havoc_pipeline.linking.roles import RoleModel, role_features
from havoc_pipeline.linking.sketch import targets_of
from training.bank import authors, domains
from training.linker.weights import save_weights
from training.tables import MadeTable, make_table

DROPOUT = 0.85
"""How often a table's own entries are hidden from the lexicon while learning."""
Floats = NDArray[np.float32]


def hidden_entries(made: MadeTable, lexicon: Lexicon, random_: random.Random) -> NDArray[np.bool_]:
    """Choose which entries of the lexicon that stem from this very table are hidden.

    Args:
        made: a table of the bank.
        lexicon: the entries.
        random_: where chance comes from.

    Returns:
        Booleans, one an entry.
    """
    ending = f"/{made.domain['table']}"
    own = np.array([source.endswith(ending) for source in lexicon.sources])
    chance = np.array([random_.random() < DROPOUT for _ in lexicon.sources])
    hidden: NDArray[np.bool_] = own & chance
    return hidden


def true_role(made: MadeTable, header: str) -> str | None:
    """Return the role that the bank gives a column, None when it gives none."""
    for column in made.columns:
        if header in column.headers:
            if column.kind == "pair":
                return ("before", "after")[column.headers.index(header)]
            return column.role or None
    return None


def examples(
    described: Sequence[dict[str, object]], lexicon: Lexicon, draws: int, random_: random.Random
) -> tuple[Floats, NDArray[np.int64]]:
    """Draw tables and describe their columns.

    Args:
        described: tables of the bank.
        lexicon: the entries.
        draws: tables drawn from each.
        random_: where chance comes from.

    Returns:
        Features (n, WIDTH) and role numbers (n,).
    """
    rows, roles = [], []
    for domain in described:
        for _ in range(draws):
            made = make_table(domain, random_)
            targets = targets_of(made.table, lexicon, hidden_entries(made, lexicon, random_))
            features = role_features(made.table, targets, lexicon)
            for row, header in zip(features, made.table.headers, strict=True):
                role = true_role(made, header)
                if role in ROLES:
                    rows.append(row)
                    roles.append(ROLE_NUMBERS[role])
    return np.stack(rows), np.array(roles)


def fit(features: Floats, roles: NDArray[np.int64], decay: float = 0.002) -> RoleModel:
    """Fit the softmax by gradient descent with weight decay; the same data give the same weights."""
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(1)
    x, y = torch.from_numpy(features), torch.from_numpy(roles)
    layer = torch.nn.Linear(x.shape[1], len(ROLES))
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0.02, weight_decay=decay * 50)
    for _ in range(300):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(layer(x), y, label_smoothing=0.05)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return RoleModel(layer.weight.detach().numpy().T, layer.bias.detach().numpy())


def accuracy(model: RoleModel, features: Floats, roles: NDArray[np.int64]) -> float:
    """Return the share of columns whose likeliest role is the bank's."""
    return float(np.mean(model.probabilities(features).argmax(1) == roles))


def main() -> None:
    """Learn from the training authors and report the development authors' accuracy."""
    from training.linker.measure import report

    lexicon, random_ = Lexicon.load(), random.Random(11)
    learned = examples(domains(authors("domains", development=False)), lexicon, 8, random_)
    model = fit(*learned)
    held = examples(domains(authors("domains", development=True)), lexicon, 4, random_)
    report({"roles, trained on": accuracy(model, *learned), "roles, development": accuracy(model, *held)})
    save_weights({"role_weight": model.weight, "role_bias": model.bias})


if __name__ == "__main__":
    main()
