"""`python -m tests.benchmarks [name …]` on PostgreSQL: prints a table of ratios, exits 1 when one misses its goal.

`DATABASE_URL` names the server; a scratch database is made there and dropped at the end.
"""

import os
import sys

import django


def main(names: list[str]) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        print("DATABASE_URL must name a PostgreSQL server: the goals are set for PostgreSQL.")
        return 2
    django.setup()
    from django.conf import settings
    from django.test.utils import get_runner, setup_test_environment

    from tests.benchmarks import recordings, rooms_list, session_page, storing, sync_pull, webhook_edge

    setup_test_environment()
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    missed = 0
    try:
        for module in (storing, webhook_edge, sync_pull, session_page, rooms_list, recordings):
            name = module.__name__.rsplit(".", 1)[-1]
            if names and name not in names:
                continue
            for ratio in module.benchmark():
                print(ratio, flush=True)
                missed += not ratio.met
    finally:
        runner.teardown_databases(databases)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
