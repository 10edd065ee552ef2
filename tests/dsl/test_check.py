"""The semantic check: a command over columns that do not exist or do not fit is refused."""

import pytest

from havoc_pipeline.dsl.check import check
from havoc_pipeline.dsl.parse import parse_command
from havoc_pipeline.errors import CommandError
from havoc_pipeline.tables import Table


@pytest.mark.parametrize(
    "text,said",
    [
        ("RUN_TTEST response=strenght group=resin", "did you mean `strength`?"),
        ("RUN_TTEST response=resin group=line", "`resin` holds text (new, old), and `response` takes a numeric column"),
        ("RUN_TTEST response=strength group=remark", "`group` takes a column with two levels"),
        ("RUN_TTEST response=[strength, resin]", "`resin` holds text"),
        ("RUN_TTEST response=(strength / resin) mu=1", "an expression takes numeric columns"),
        ("RUN_TTEST response=r2.residuals mu=0", "r2 is not an earlier step"),
        ("RUN_TTEST response=strength group=resin where=(lin == 1)", "did you mean `line`?"),
        ("RUN_TTEST response=strength mu=1 by=remark", "`by` takes a column of categories"),
    ],
)
def test_what_does_not_fit_is_refused(table: Table, text: str, said: str) -> None:
    with pytest.raises(CommandError) as caught:
        check(parse_command(text), table)
    assert said in str(caught.value)


def test_a_command_over_nothing_says_how_to_give_a_table() -> None:
    with pytest.raises(CommandError, match="--data FILE"):
        check(parse_command("RUN_TTEST response=a mu=1"), None)


def test_the_error_points_into_the_command(table: Table) -> None:
    with pytest.raises(CommandError) as caught:
        check(parse_command("RUN_TTEST response=strength group=resn"), table)
    _, row, caret = str(caught.value).splitlines()
    assert row[caret.index("^") :].startswith("group")
