"""Figures inside a page."""

import re
from pathlib import Path

from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_command
from havoc_pipeline.reports.drawing import drawings, inline_svg
from havoc_pipeline.reports.page import run_report
from havoc_pipeline.reports.render import shown
from havoc_pipeline.tables import Table


def test_two_figures_share_no_id_and_name_no_address(shipped: Path) -> None:
    table = Table.read(shipped / "resin.csv")
    plan = [parse_command("RUN_TTEST response=strength group=resin")] * 2
    results = execute(plan, table)
    drawn = drawings(results)
    html = run_report([shown(done) for done in results], drawn, table)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(drawn) == 2
    assert html.count("<svg") == 2
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", html)) <= set(ids)
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
    assert not re.search(r'(?:src|href)="(?!#)', html)
    assert table.fingerprint in html
    assert inline_svg(drawn[0], 0) == inline_svg(drawings(results)[0], 0)
