"""How the pages are served: only their own files, nothing from outside, kept by browsers only while they are true."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

import terminal.pages
from pages.shop import Shop

FOLDER = Path(terminal.pages.__file__).parent
SCRIPTS = sorted(FOLDER.glob("*.js"))
OUTSIDE = re.compile(r"(?<!xmlns=\")https?://(?!www\.w3\.org/)|@import|url\((?!\"/pages/)")
MARKUP_FROM_TEXT = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser")
LINES_MAX = 250


def test_pages_are_had_without_a_token_and_say_what_they_may_do(shop: Shop) -> None:
    """They hold nothing of a person; a strict policy stands on each, and no address of theirs is a path of the disk."""
    with httpx.Client(base_url=shop.url, trust_env=False) as stranger:
        for path in ("/", "/patient", "/pages/app.js", "/pages/style.css", "/pages/words.json"):
            answer = stranger.get(path)
            assert answer.status_code == 200, path
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'")
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            again = stranger.get(path, headers={"If-None-Match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
        for path in ("/pages/files.py", "/pages/..%2fdaemon.py", "/pages/%2e%2e/daemon.py", "/pages/"):
            assert stranger.get(path).status_code == 404, path
        assert stranger.get("/v1/catalogue", params={"find": "a"}).status_code == 401


def test_no_page_is_framed_and_no_text_a_script(shop: Shop) -> None:
    """What the browser is told to refuse by itself: any frame around a page, and any text where a script is meant."""
    asked = {"frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"}
    with httpx.Client(base_url=shop.url, trust_env=False) as stranger:
        for path in ("/", "/patient"):
            policy = stranger.get(path).headers["content-security-policy"]
            assert asked - set(policy.split("; ")) == set(), path


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.*")), ids=lambda path: path.name)
def test_nothing_comes_from_outside(path: Path) -> None:
    """No address of another host, and no text that becomes markup."""
    text = path.read_text(encoding="utf-8")
    assert not OUTSIDE.search(text)
    assert not MARKUP_FROM_TEXT.search(text)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_opens_with_what_it_is_and_is_seen_at_once(path: Path) -> None:
    """As the house wants it of every module."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert re.match(r"// [A-Z].*[.:,]", lines[0])
    assert len(lines) <= LINES_MAX
