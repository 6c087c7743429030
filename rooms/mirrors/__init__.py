"""Our copies of what is set in 100ms. One module a noun, the only one that writes its rows.

Each has `write(objects, *, at, ours=False)`, which stores objects of `rooms.hms` as just read, and `pull(client, *,
at)`, which reads them. `settings_of(row)` gives the comparable settings: by them `rooms.elsewhere` tells what was
changed by somebody else.
"""
