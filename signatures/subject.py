"""What a question is about: its words and the table, as every stage reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_serializer

if TYPE_CHECKING:
    from havoc_pipeline.linking.mentions import Links
    from havoc_pipeline.tables import Table

MOST_COLUMNS, MOST_EXAMPLES = 60, 6


class ColumnView(BaseModel):
    """One column in short."""

    model_config = ConfigDict(frozen=True)

    header: str
    kind: str
    unit: str | None = None
    description: str | None = None
    examples: tuple[str, ...] = ()


class Subject(BaseModel):
    """The question over the table in short; the table itself and the links travel beside it.

    `table` and `links` are not serialised: a model that reads text sees the columns, HAVOC's own
    model reads the question through the links.
    """

    model_config = ConfigDict(frozen=True)

    question: str
    table_name: str = ""
    rows: int = 0
    columns: tuple[ColumnView, ...] = Field(default=())
    _table: Any = PrivateAttr(default=None)
    _links: Any = PrivateAttr(default=None)

    @classmethod
    def of(cls, question: str, table: Table | None, links: Links | None = None) -> Subject:
        """Bring a question and a table together.

        Parameters
        ----------
        question : str
        table : Table or None
        links : Links, optional
            Found by the shipped linker when first asked for, if left out.

        Returns
        -------
        Subject
        """
        columns = () if table is None else tuple(_view(c) for c in table.profile.columns[:MOST_COLUMNS])
        made = cls(
            question=question,
            table_name=table.name if table else "",
            rows=table.n_rows if table else 0,
            columns=columns,
        )
        made._table, made._links = table, links
        return made

    @property
    def table(self) -> Table | None:
        """The table itself."""
        return self._table  # type: ignore[no-any-return]

    @property
    def links(self) -> Links:
        """What the question mentions; linked when first asked for."""
        if self._links is None:
            from havoc_pipeline.linking.ground import ground

            self._links = ground(self.question, self._table)
        return self._links  # type: ignore[no-any-return]

    @model_serializer
    def _short(self) -> dict[str, Any]:
        """Only what says something, so that a prompt stays short."""
        columns = [{k: v for k, v in column.model_dump().items() if v} for column in self.columns]
        return {"question": self.question} | (
            {"table": self.table_name, "rows": self.rows, "columns": columns} if columns else {}
        )


def _view(column: Any) -> ColumnView:
    return ColumnView(header=column.header, kind=column.kind, unit=column.unit, description=column.description,
                      examples=tuple(column.examples[:MOST_EXAMPLES]))  # fmt: skip
