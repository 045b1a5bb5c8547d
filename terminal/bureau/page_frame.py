"""What the center's pages share: the frame, the style, and how persons are masked."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import HTMLResponse

POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
REFRESH_SECONDS = 5

_STYLE = """
:root { color-scheme: light; --ink: #1c2733; --pale: #66788a; --line: #dde4ea; --blue: #0b5ea8; }
* { box-sizing: border-box }
body { margin: 0; background: #f3f6f9; color: var(--ink); font: 14px/1.45 "WenQuanYi Zen Hei", "Noto Sans CJK SC",
  "Microsoft YaHei", system-ui, sans-serif }
header { background: var(--blue); color: #fff; padding: 14px 28px; display: flex; gap: 28px; align-items: baseline }
header h1 { font-size: 20px; margin: 0 } header i, header a { color: #cfe3f5; font-style: normal }
header a { text-decoration: none } header a.here { color: #fff; border-bottom: 2px solid #fff }
main { max-width: 1440px; margin: 0 auto; padding: 20px 28px 48px }
i, small { font-style: normal; color: var(--pale); font-size: 12px } td small { display: block }
.tiles { display: flex; gap: 12px; margin-bottom: 16px; flex-wrap: wrap }
.tile { background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 10px 18px; min-width: 136px;
  text-decoration: none; color: inherit }
.tile b { display: block; font-size: 24px; font-variant-numeric: tabular-nums }
.tile.chosen { border-color: var(--blue); box-shadow: inset 0 0 0 1px var(--blue) }
table { width: 100%; border-collapse: collapse; background: #fff; border: 1px solid var(--line); border-radius: 8px }
th { text-align: left; font-weight: normal; color: var(--pale); font-size: 12px; border-bottom: 1px solid var(--line) }
th, td { padding: 7px 10px; vertical-align: top } tbody tr + tr td { border-top: 1px solid #eef2f5 }
.time, .amount, .number { font-variant-numeric: tabular-nums; white-space: nowrap }
.amount { text-align: right } .none { color: #b6c2cd } .minus { color: #b3261e }
.number { font-size: 12px; color: var(--pale) } .said { max-width: 300px; overflow-wrap: anywhere }
.badge { display: inline-block; border-radius: 10px; padding: 0 9px; font-size: 12px; line-height: 20px;
  white-space: nowrap; margin-right: 4px; background: #e6ebf0 }
.accepted, .open { background: #d9f0e1; color: #12612f } .refused, .closed { background: #fbdedb; color: #8f1a12 }
.turned-away, .sealed, .lost, .frozen { background: #fdebc8; color: #7a4b00 }
.state { background: #e1ecf7; color: #0b4a85 }
.fault { display: block; color: #8a5300; font-size: 12px }
.empty { color: var(--pale); padding: 40px; text-align: center }
.line { display: flex; justify-content: space-between; gap: 16px; max-width: 460px }
.ready { margin-top: 24px } h2 { font-size: 15px } .pager { text-align: right } a { color: var(--blue) }
"""

_PAGES = (("/", "报文", "messages"), ("/accounts", "个人账户", "accounts"), ("/purses", "卡内扣款稽核", "purses"))


def framed(title: str, english: str, parts: Sequence[str], here: str = "/", refreshed: bool = False) -> HTMLResponse:
    """A whole page. refreshed: it fetches itself anew every few seconds."""
    links = "".join(
        f'<a href="{path}"{" class=here" if path == here else ""}>{chinese} {word}</a>'
        for path, chinese, word in _PAGES
    )
    refresh = f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}">' if refreshed else ""
    text = (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">{refresh}<title>{title} · 参考医保中心</title>'
        f"<style>{_STYLE}</style></head><body><header><h1>参考医保中心 <i>reference center</i></h1>{links}</header>"
        f"<main><h2>{title} <i>{english}</i></h2>{''.join(parts)}</main></body></html>"
    )
    return HTMLResponse(text, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})


def masked_name(name: str) -> str:
    """A name cut to its first character."""
    return f"{name[:1]}{'＊' * max(len(name) - 1, 1)}"


def tail(number: str) -> str:
    """A number cut to its last four characters."""
    return f"…{number[-4:]}"
