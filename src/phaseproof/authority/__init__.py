"""Who may decide what: keys, roles, thresholds, signatures in force. Pure folds over events."""
