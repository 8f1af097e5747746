"""What is written down about an order."""


def entry(order: dict) -> str:
    """One line of the log: which order, never whose."""
    return f"order {order['id']} charged"
