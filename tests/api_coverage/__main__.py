"""Write `docs/api-coverage.md` anew."""

from tests.api_coverage.source import ROOT
from tests.api_coverage.table import document

if __name__ == "__main__":
    (ROOT / "docs" / "api-coverage.md").write_text(document())
