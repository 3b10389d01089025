"""The shell of a page that stands alone: no script, no request to any host.

Imports html. The policy in its head forbids whatever an escape might have missed; its
styles follow the reader's light or dark setting and print on white.
"""

from __future__ import annotations

from reimport_lib.show.html import escape

POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'"
)

STYLE = """
:root { color-scheme: light dark; --ink: #1d2430; --soft: #565f6d; --paper: #ffffff;
  --wash: #f3f5f8; --line: #d9dee6; --accent: #1f6aa5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #a6afbd;
  --paper: #14181f; --wash: #1d232d; --line: #343c49; --accent: #7db7e8; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.5;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: .6rem 0; }
h2 { font-size: 1.25rem; margin: 2.4rem 0 .6rem; padding-top: .7rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .3rem; }
a { color: var(--accent); }
p { max-width: 46rem; }
table { font-size: .92rem; border-collapse: collapse; }
tbody tr { border-bottom: 1px solid var(--line); }
img { max-width: 100%; height: auto; border-radius: .4rem; }
.reimport-chart { display: block; padding: .5rem; margin: .6rem 0; background: #fff; }
.verdict { border-left: .5rem solid; padding: .8rem 1.2rem; margin: 1.2rem 0;
  background: var(--wash); border-radius: .3rem; }
.verdict p { margin: .35rem 0; }
.verdict .lead { font-size: 1.3rem; font-weight: 650; line-height: 1.35; }
.good { border-color: #1c8a4c; } .bad { border-color: #c2410c; }
.warn { border-color: #d18b00; } .quiet { border-color: #7b8696; }
.soft { color: var(--soft); }
details { margin: .4rem 0; } summary { cursor: pointer; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Consolas, monospace;
  font-size: .88em; }
pre { overflow-x: auto; }
@media print { :root { font-size: 11.5px; }
  body { font-size: 1rem; background: #fff; color: #000; }
  main { max-width: none; padding: 0; } h2 { break-after: avoid; }
  tr, img, .verdict { break-inside: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""


def page(title: str, body: str, *, style: str = "") -> str:
    """
    A whole document around *body*, which has been escaped by whoever made it.

    Args:
        style: rules that are added to the common ones.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
