"""Money and rates as texts: exact, bounded, refused with the text that was wrong; rates as people write them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from terminal.money import (
    format_fen,
    format_percent,
    format_rate,
    format_scaled,
    parse_fen,
    parse_quantity,
    parse_rate,
    parse_signed_fen,
    parse_unit_price,
    shown,
)


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (parse_fen, "0.00", 0),
        (parse_fen, "0.01", 1),
        (parse_fen, "1234.50", 123_450),
        (parse_fen, "100000000.00", 10_000_000_000),
        (parse_signed_fen, "12.34", 1_234),
        (parse_signed_fen, "-12.34", -1_234),
        (parse_rate, "0", 0),
        (parse_rate, "0.8", 8_000),
        (parse_rate, "0.8501", 8_501),
        (parse_rate, "1", 10_000),
        (parse_rate, "1.0000", 10_000),
        (parse_unit_price, "12", 12_000_000),
        (parse_unit_price, "0.000001", 1),
        (parse_unit_price, "100000000", 100_000_000_000_000),
        (parse_quantity, "2.5", 25_000),
        (parse_quantity, "0.0001", 1),
        (parse_quantity, "100000000", 1_000_000_000_000),
    ],
)
def test_a_text_is_the_number_that_it_says(read: Callable[[str], int], text: str, value: int) -> None:
    """From nothing to the greatest: fen, basis points, millionths of a yuan, ten-thousandths."""
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "reason"),
    [
        (parse_fen, "1", 'an amount is yuan with exactly two places, like "12.50", not "1"'),
        (parse_fen, "1.5", "exactly two places"),
        (parse_fen, "1.500", "exactly two places"),
        (parse_fen, "-1.00", "exactly two places"),
        (parse_fen, "１.00", "exactly two places"),
        (parse_fen, "1" * 19 + ".00", "exactly two places"),
        (parse_fen, "100000000.01", 'an amount is at most 100000000.00 yuan, not "100000000.01"'),
        (parse_fen, "1" * 18 + ".00", "an amount is at most 100000000.00 yuan"),
        (parse_signed_fen, "--1.00", "exactly two places"),
        (parse_rate, "1.0001", 'a rate is at most 1, not "1.0001"'),
        (parse_rate, "0.85001", "a rate is a decimal string with up to 4 places"),
        (parse_rate, "85%", 'a rate is a decimal string with up to 4 places, not "85%"'),
        (parse_rate, "0.", "up to 4 places"),
        (parse_rate, ".5", "up to 4 places"),
        (parse_unit_price, "100000000.000001", "a unit price is at most 100000000.00 yuan"),
        (parse_unit_price, "0.0000001", "a unit price is a decimal string with up to 6 places"),
        (parse_quantity, "100000000.0001", 'a quantity is at most 100000000, not "100000000.0001"'),
        (parse_quantity, "0.00001", "a quantity is a decimal string with up to 4 places"),
        (parse_quantity, "", 'up to 4 places, not ""'),
    ],
)
def test_what_does_not_fit_exactly_is_refused_with_its_reason(
    read: Callable[[str], int], text: str, reason: str
) -> None:
    """One fen or one place too many, a sign, another script's digits, no digits at all."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        read(text)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (format_fen(0), "0.00"),
        (format_fen(5), "0.05"),
        (format_fen(123_450), "1234.50"),
        (format_fen(-5), "-0.05"),
        (format_fen(-123_450), "-1234.50"),
        (format_percent(0), "0%"),
        (format_percent(5), "0.05%"),
        (format_percent(3_333), "33.33%"),
        (format_percent(3_330), "33.3%"),
        (format_percent(8_500), "85%"),
        (format_percent(10_000), "100%"),
        (format_rate(0), "0.00"),
        (format_rate(8_500), "0.85"),
        (format_rate(8_510), "0.851"),
        (format_rate(8_501), "0.8501"),
        (format_rate(10_000), "1.00"),
        (format_scaled(125_000, 4), "12.5"),
        (format_scaled(120_000, 4), "12"),
        (format_scaled(1, 6), "0.000001"),
        (format_scaled(0, 6), "0"),
    ],
)
def test_a_number_is_written_as_people_write_it(written: str, text: str) -> None:
    """Amounts with two places and their sign, rates as shares and as percent, the rest without idle zeros."""
    assert written == text


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("12,50", '"12,50"'),
        ("1\x1b[31m", '"1?[31m"'),
        ("x" * 40, f'"{"x" * 40}"'),
        ("x" * 41, f'"{"x" * 40}"…'),
    ],
)
def test_foreign_input_is_quoted_short_and_printable(text: str, quoted: str) -> None:
    """What stands in an error message can neither command a terminal nor flood a log."""
    assert shown(text) == quoted
