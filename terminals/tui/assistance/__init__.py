"""Mutual assistance (行政互助协查) at the terminal: its screens, where the generic ones need to be told."""
