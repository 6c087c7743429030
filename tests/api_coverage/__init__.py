"""Which operation of 100ms is used where: read off the code and written to `docs/api-coverage.md`.

    python -m tests.api_coverage

`source` reads our modules and finds what a name in them means; `uses` tells which definition uses which other and
which operation of 100ms; `doors` are the ways in: pages, tasks, commands; `table` puts them together. All of it reads
the code as text and runs none of it.
"""
