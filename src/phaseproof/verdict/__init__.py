"""(bundle, folds, inputs map, now) -> verdicts with reasons. Pure."""
