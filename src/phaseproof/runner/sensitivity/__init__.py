"""Sensitivity: functions of the subject made to do nothing, one at a time, to see whether a check notices."""
