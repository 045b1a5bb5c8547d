"""The bureau's parameters as the project's illustrative supplements give them, written down a second time."""

from __future__ import annotations

from typing import Any

ILLUSTRATIVE: dict[str, dict[str, Any]] = {
    "yantai-employee": {
        "chronic_limits": {
            "hypertension": "3000.00",
            "diabetes": "3600.00",
            "coronary-heart-disease": "4000.00",
        },
    },
    "yantai-resident": {
        "limited_price": {
            "acute-leukaemia": "80000.00",
            "congenital-heart-disease": "25000.00",
            "cleft-lip-palate": "12000.00",
        },
        "chronic_rates": {1: "0.55", 2: "0.65"},
        "chronic_limits": {"hypertension": "2000.00", "diabetes": "2400.00"},
        "outpatient_line": "50.00",
        "outpatient_limit": "200.00",
    },
}
NONE: dict[str, dict[str, Any]] = {}
