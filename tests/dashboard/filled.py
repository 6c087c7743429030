"""A page's form as a browser would send it: its fields as they are drawn, to be changed and posted."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client


class _Fields(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.inside = False
        self.found: dict[str, list[str]] = {}
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attrs = dict(given)
        if tag == "form":
            self.inside = attrs.get("id") == self.form_id
        name = attrs.get("name") or ""
        if not self.inside:
            return
        if tag == "input" and name and (attrs.get("type") not in ("checkbox", "radio") or "checked" in attrs):
            if attrs.get("type") != "file" and "disabled" not in attrs:
                self.found.setdefault(name, []).append(attrs.get("value") or ("on" if "checked" in attrs else ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in attrs:
            self.found.setdefault(self._select, []).append(attrs.get("value") or "")
        elif tag == "textarea":
            self._textarea = name
            self.found[name] = [""]
        elif tag == "button" and name:
            self.found.setdefault(f"button {name}", []).append(attrs.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self.inside and self._textarea:
            self.found[self._textarea][0] += data


class Sheet:
    """The form `edit` of a page that was just answered. `text` is the whole page."""

    def __init__(self, client: Client, url: str, answer: Any) -> None:
        self.client, self.url, self.status = client, url, answer.status_code
        self.location = answer.headers.get("Location", "")
        self.text = answer.content.decode()
        reader = _Fields("edit")
        reader.feed(self.text)
        self.buttons = {
            name.removeprefix("button "): one for name, one in reader.found.items() if name[:7] == "button "
        }
        self.fields = {name: values for name, values in reader.found.items() if not name.startswith("button ")}
        for name, values in self.fields.items():
            # A textarea's first line break is not part of it.
            self.fields[name] = [value.removeprefix("\n") for value in values]

    def send(self, **changes: str | list[str] | None) -> "Sheet":
        """Send it with some fields changed; None takes a field away, as an unticked box is."""
        sent = {
            **self.fields,
            **{name: one if isinstance(one, list) else [one] for name, one in changes.items() if one is not None},
        }
        data = {name: values for name, values in sent.items() if changes.get(name, "") is not None}
        return Sheet(self.client, self.url, self.client.post(self.url, data))

    def save(self, **changes: str | list[str] | None) -> "Sheet":
        """Press the button of the review."""
        return self.send(reviewed=self.buttons["reviewed"][0], **changes)


def sheet(client: Client, url: str) -> Sheet:
    return Sheet(client, url, client.get(url))
