"""What we set: the 100ms API, its mirror, every change to it, and who may do what.

May import: `rooms.hms` and nothing above. `rooms.hms` and `rooms.simulator` import neither Django nor each other.
"""
