"""Checkout, environment, sandbox, controls, concurrency: what executes checks and signs evidence."""
