"""What the commands `bin/demo` and `bin/test` are made of.

The standard library only, for they run before anything is installed.
"""
