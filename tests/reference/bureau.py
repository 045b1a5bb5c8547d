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
    "ulanqab-employee": {
        "segments": [("10000.00", "0.85"), ("50000.00", "0.88"), (None, "0.90")],
        "outpatient_line": "300.00",
        "outpatient_rates": {"pharmacy": "0.60", 1: "0.70", 2: "0.65", 3: "0.60"},
        "chronic": {
            "A": {"line": "0.00", "rate": "0.90"},
            "B": {"line": "300.00", "rate": "0.75"},
            "C": {"line": "300.00", "rate": "0.70"},
        },
        "chronic_limits": {
            "uraemia": "60000.00",
            "hypertension": "4000.00",
            "diabetes": "5000.00",
            "rheumatism": "3000.00",
        },
    },
    "huangshi-employee": {
        "inpatient_lines": {1: "300.00", 2: "500.00", 3: "800.00"},
        "large_amount_rate": "0.90",
        "chronic_line": "0.00",
        "chronic_rate": "0.80",
        "chronic_limits": {"hypertension": "3000.00", "diabetes": "3600.00", "lupus": "8000.00"},
    },
    "tianjin-employee": {
        "inpatient": {
            "line": {1: "800.00", 2: "1100.00", 3: "1700.00"},
            "rate": {1: "0.90", 2: "0.88", 3: "0.85"},
            "ceiling": "150000.00",
        },
        "chronic": {"line": "1300.00", "rate": "0.85", "ceiling": "150000.00"},
        "outpatient": {"line": "800.00", "ceiling": "5500.00", "rate": {1: "0.75", 2: "0.65", 3: "0.55"}},
        "pharmacy": {"line": "800.00", "ceiling": "5500.00"},
    },
    "tianjin-resident": {
        "inpatient": {
            "line": "500.00",
            "rate": {1: "0.65", 2: "0.60", 3: "0.55"},
            "ceiling": "180000.00",
        },
        "chronic": {"line": "500.00", "rate": "0.55", "ceiling": "180000.00"},
        "outpatient": {"line": {1: "500.00"}, "ceiling": {1: "3000.00"}, "rate": {1: "0.50"}},
        "pharmacy": {"line": "500.00", "ceiling": "3000.00"},
    },
    "shanxi-resident": {
        "inpatient_lines": {1: "100.00", 2: "300.00", 3: "800.00"},
        "inpatient_rates": {1: "0.80", 2: "0.70", 3: "0.60"},
        "outpatient": {"line": "0.00", "rate": "0.50"},
        "chronic": {"line": "0.00", "rate": "0.60"},
    },
    "beijing-account": {"account_scope": ("unpooled", "prior_self_pay")},
}
NONE: dict[str, dict[str, Any]] = {}
