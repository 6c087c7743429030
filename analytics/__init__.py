"""What happened: raw events, their projections, read models and pure time arithmetic.

May import: `rooms`. Only `analytics.ingest` writes Events; only `analytics.projections` write read models.
"""
