"""Order totals, in cents."""

from decimal import ROUND_HALF_UP, Decimal

TAX = {"DE": Decimal("0.19"), "FR": Decimal("0.20"), "CH": Decimal("0.081")}


def rounded(amount: Decimal) -> int:
    """Whole cents, half up."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def total(lines: list[tuple[int, Decimal]], country: str) -> int:
    """What a customer pays for lines of (quantity, price in cents)."""
    net = sum((quantity * price for quantity, price in lines), Decimal(0))
    return rounded(net)
