"""What every template of ours keeps to, so that the strict content security policy and the way of the pages hold."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "templates"
TEMPLATES = sorted(FOLDER.rglob("*.html"))
BARE = {"document.html"}  # the one that is not built upon another

names = pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(FOLDER)))


def tags(text: str) -> list[str]:
    """The opening tags of a template; what Django writes into them may hold a ">" of its own."""
    return re.findall(r"<[a-zA-Z](?:\{%.*?%\}|\{\{.*?\}\}|[^<>])*>", text)


@names
def test_no_inline_style_or_script(template: Path) -> None:
    for tag in tags(template.read_text()):
        assert not re.search(r"""\s(style|on[a-z]+)\s*=""", tag), tag
        assert not tag.startswith("<style"), tag
        assert not re.search(r"""\shx-(on|vals=['"]js|headers=['"]js)""", tag), tag
        if tag.startswith("<script"):
            assert "src=" in tag, tag
        assert "javascript:" not in tag, tag


@names
def test_a_page_extends_the_frame_and_a_fragment_nothing(template: Path) -> None:
    text = template.read_text()
    builds_on = re.search(r"{%\s*extends\s+(.+?)\s*%}", text)
    if template.name.startswith("_"):
        assert builds_on is None
    elif str(template.relative_to(FOLDER)) not in BARE:
        assert builds_on is not None
        assert re.fullmatch(
            r'"(base|document)\.html"|user\.is_authenticated\|yesno:"base.html,document.html"', builds_on[1]
        )


@names
def test_a_link_that_swaps_is_a_link_without_scripts_too(template: Path) -> None:
    for tag in tags(template.read_text()):
        if tag.startswith("<a ") and "hx-get" in tag:
            assert " href=" in tag, tag
        if tag.startswith("<form") and "hx-" in tag:
            assert " action=" in tag, tag


@names
def test_a_form_that_changes_something_carries_its_token(template: Path) -> None:
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", template.read_text(), re.DOTALL):
        assert "{% csrf_token %}" in form


@names
def test_nothing_is_loaded_from_elsewhere(template: Path) -> None:
    assert not re.search(r"""(src|href)=["'](https?:)?//""", template.read_text())


@names
def test_nothing_is_shown_unescaped(template: Path) -> None:
    text = template.read_text()

    assert not re.search(r"\|\s*safe\b", text)
    assert "autoescape off" not in text
