"""How the simulated 100ms says no: a status, a message and, at times, details (contract, schema Error)."""


class Refused(Exception):
    """Becomes the answer `{"code": status, "message": …, "details": […]}`; details only when there are any."""

    def __init__(self, status: int, message: str, *details: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = list(details)

    def as_object(self) -> dict[str, object]:
        """The error body."""
        body: dict[str, object] = {"code": self.status, "message": self.message}
        return {**body, "details": self.details} if self.details else body


def bad_query(*details: str) -> Refused:
    """400 for a query parameter that cannot be read (no source gives the text)."""
    return Refused(400, "Invalid query parameter", *details)


def bad_body(*details: str) -> Refused:
    """400 for a body field."""
    return Refused(400, "Invalid body param", *details)
