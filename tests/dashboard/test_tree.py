"""Where things stand in the dashboard: views apart from one another, filters of templates for templates alone."""

from pathlib import Path

from tests.test_layers import ROOT, imported

DASHBOARD = ROOT / "dashboard"


def names(folder: Path) -> set[tuple[str, str]]:
    return {(where.partition(":")[0], name) for where, name in imported(folder)}


def test_no_view_leans_on_another_view() -> None:
    assert [(where, name) for where, name in names(DASHBOARD / "views") if name.startswith("dashboard.views")] == []


def test_filters_of_templates_are_used_by_templates() -> None:
    wrong = [
        (where, name)
        for where, name in names(DASHBOARD)
        if name.startswith("dashboard.templatetags") and not where.startswith("dashboard/templatetags/")
    ]
    assert wrong == []


def test_views_ask_the_policy_and_never_the_groups() -> None:
    text = "".join(file.read_text() for file in (DASHBOARD / "views").glob("*.py"))

    assert "is_ops" not in text


def test_which_roles_are_no_people_is_decided_once() -> None:
    reading = [
        str(file.relative_to(ROOT))
        for app in ("rooms", "analytics", "webhooks", "dashboard")
        for file in (ROOT / app).rglob("*.py")
        if "HMS_ROLES_NOT_COUNTED" in file.read_text()
    ]

    assert sorted(reading) == ["analytics/queries.py", "dashboard/settings.py"]
