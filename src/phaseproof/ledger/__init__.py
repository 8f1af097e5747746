"""The append-only, hash-chained, Merkle-committed event store of a tenant."""
