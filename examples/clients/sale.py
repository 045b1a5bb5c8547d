"""One sale in Python, standard library alone: sign in, identify the card, quote, settle, receipt, void.

TERMINAL_URL and TERMINAL_TOKEN say where and who; arguments: the till's own ticket number, and a bill as JSON.
"""

from __future__ import annotations

import getpass
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
from typing import Any

ATTEMPTS_MAX = 6
TIMEOUT_SECONDS = 30


class Refused(Exception):
    """The terminal says no; the problem (RFC 9457) says where and why, and whether money moved."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem['code']} at {problem['at']}: {problem['detail_zh']}")
        self.code = problem["code"]
        self.tries_left = problem.get("tries_left")


def ask(method: str, path: str, body: Any = None, key: str = "", attempts_max: int = ATTEMPTS_MAX) -> bytes:
    """One request. Where nothing comes back, or "later", the same request goes again under the same key.

    With a key that is safe: the terminal settles once, and every repeat gets the answer of the first.
    """
    headers = {"Authorization": f"Bearer {os.environ['TERMINAL_TOKEN']}", "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    data = None if body is None else json.dumps(body).encode()
    url = os.environ["TERMINAL_URL"].rstrip("/") + path
    for attempt in range(attempts_max):
        if attempt:
            time.sleep(attempt)
        try:
            request = urllib.request.Request(url, data, headers, method=method)
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            problem = json.load(error)
            if problem["retry"] == "never" or problem["code"] == "pin-needed":
                raise Refused(problem) from None
        except (OSError, http.client.HTTPException):
            # Silence: it may have been done or not. Only the repeat can tell.
            continue
    raise TimeoutError(f"no answer; ask later under the same key {key}, or look for the ticket: ?till_reference=")


def identified() -> Any:
    """Who the card in the reader is. Where it asks, the holder types the PIN: it goes once, and is never kept.

    The last try is not used here: a till asks the holder, and says `"last_try": true`.
    """
    wish: dict[str, Any] = {"by": "card"}
    while True:
        try:
            # A PIN that is sent again by itself uses up the tries: where nothing comes back, the holder types it anew.
            return json.loads(
                ask("POST", "/v1/identifications", wish, attempts_max=1 if "pin" in wish else ATTEMPTS_MAX)
            )
        except TimeoutError:
            if wish.pop("pin", None) is None:
                raise
        except Refused as refused:
            if refused.code not in ("pin-needed", "pin-wrong") or refused.tries_left == 1:
                raise
            wish["pin"] = getpass.getpass(f"PIN ({refused.tries_left} tries left): ")


def sale(ticket: str, bill: dict[str, Any]) -> None:
    """From the card to the receipt, and back."""
    ask("POST", "/v1/sessions", {"operator": "0001", "operator_name": "收银员甲"})
    person = identified()
    quote = json.loads(ask("POST", "/v1/quotes", {"identification": person["id"], "bill": bill}))
    wish = {"quote": quote["id"], "hash": quote["hash"], "till_reference": ticket}
    # A key made of the ticket is the same after a crash of the till too.
    settled = json.loads(ask("POST", "/v1/settlements", wish, key=f"sale-{ticket}"))
    print(f"settled {settled['id']}, cash {settled['settlement']['cash']}")
    print(ask("GET", f"/v1/settlements/{settled['id']}/receipt").decode())
    voided = json.loads(ask("POST", f"/v1/settlements/{settled['id']}/void", {"reason": "returned"}, f"void-{ticket}"))
    print(f"voided by {voided['id']}")


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8") as file:
        sale(sys.argv[1], json.load(file))
