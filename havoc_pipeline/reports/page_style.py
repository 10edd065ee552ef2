"""How the page looks: light and dark, on screen and on A4."""

STYLE = """\
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --soft: #57606a; --line: #d0d7de; --wash: #f6f8fa;
  --good: #116329; --doubt: #7d4e00; --bad: #a40e26; --lead: #0a4a8f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --paper: #0f1318; --soft: #a5b0bb; --line: #3a434d; --wash: #1a2027;
    --good: #6fdd8b; --doubt: #f0c05a; --bad: #ff9a9a; --lead: #8cc2ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; overflow-wrap: break-word; }
h1 { font-size: 1.15rem; color: var(--soft); font-weight: 600; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
.finding { font-size: 1.6rem; line-height: 1.3; font-weight: 650; color: var(--lead); margin: 0 0 1rem; }
.sure, small { color: var(--soft); }
code { background: var(--wash); border-radius: 4px; padding: .15em .35em; font-size: .9em; }
.wide { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; font-size: .92rem; }
caption { text-align: left; font-weight: 600; padding-bottom: .25rem; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0; background: #ffffff; border: 1px solid var(--line); border-radius: 6px; padding: .5rem; }
figure svg { width: 100%; height: auto; display: block; }
ul { padding-left: 1.2rem; }
ul.checks { list-style: none; padding-left: 0; }
ul.checks li { padding: .25rem 0 .25rem 1.6rem; position: relative; }
.mark { position: absolute; left: 0; font-weight: 700; }
.pass .mark { color: var(--good); } .warn .mark { color: var(--doubt); } .fail .mark { color: var(--bad); }
.note .mark { color: var(--soft); }
summary { cursor: pointer; font-weight: 600; margin-top: 1rem; }
@page { size: A4; margin: 18mm; }
@media print {
  :root { --ink: #000; --paper: #fff; --soft: #444; --line: #bbb; --wash: #f2f2f2; --lead: #000;
    --good: #116329; --doubt: #7d4e00; --bad: #a40e26; }
  body { font-size: 11pt; } main { max-width: none; padding: 0; } .wide { overflow: visible; }
  figure, tr, li { break-inside: avoid; } h2, h3 { break-after: avoid; }
}
"""
