import unittest
from decimal import Decimal

from orders import totals


class Tax(unittest.TestCase):
    def test_german_rate(self):
        self.assertEqual(totals.total([(1, Decimal(1000))], "DE"), 1190)

    def test_french_rate(self):
        self.assertEqual(totals.total([(2, Decimal(500))], "FR"), 1200)


class Rounding(unittest.TestCase):
    def test_half_goes_up(self):
        self.assertEqual(totals.rounded(Decimal("2.5")), 3)

    def test_below_half_goes_down(self):
        self.assertEqual(totals.rounded(Decimal("2.49")), 2)
