"""Ask Rollcall whether it is well: `healthcheck.py URL` exits 0 on a 200 and says otherwise what it was told.

It calls by a name that ALLOWED_HOSTS knows, for a request under any other name is refused.
"""

import os
import sys
import urllib.error
import urllib.request

TIMEOUT = 5


def main(url: str) -> int:
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".*") or "localhost"
    request = urllib.request.Request(url, headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            print(answer.status)
            return 0
    except urllib.error.HTTPError as refusal:
        print(refusal.code, refusal.read(500).decode(errors="replace"))
    except OSError as problem:
        print(problem)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
