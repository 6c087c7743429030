"""Room templates: roles, settings, destinations, recordings (contract, tag Policy). Spelled in camelCase there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rooms.hms.limits import check
from rooms.hms.resources.base import Moment, Object, Resource, body, operation, read
from rooms.hms.resources.template_limits import DESTINATIONS, RECORDINGS, ROLE, SETTINGS, TEMPLATE


class PublishParams(Object, frozen=True, kw_only=True, rename="camel"):
    """What a role may publish: any of audio, video, screen, simulcast, and in what quality."""

    allowed: tuple[str, ...] = ()
    audio: dict[str, Any] = {}
    video: dict[str, Any] = {}
    screen: dict[str, Any] = {}
    simulcast: dict[str, Any] = {}


class SubscribeParams(Object, frozen=True, kw_only=True, rename="camel"):
    """Whom a role sees and hears. `max_subs_bit_rate` in kbps."""

    subscribe_to_roles: tuple[str, ...] = ()
    max_subs_bit_rate: int | None = None
    subscribe_degradation: dict[str, Any] = {}


class Permissions(Object, frozen=True, kw_only=True, rename="camel"):
    """What a role may do. 100ms leaves false ones of the first kind out of its answers: missing is false."""

    end_room: bool = False
    remove_others: bool = False
    mute: bool = False
    unmute: bool = False
    change_role: bool = False
    send_room_state: bool = False
    poll_read: bool = False
    poll_write: bool = False
    browser_recording: bool = True
    rtmp_streaming: bool = True
    hls_streaming: bool = True


class Role(Object, frozen=True, kw_only=True, rename="camel"):
    """A role. `priority` 1 is the highest, 5 the lowest; `max_peer_count` 0 is no limit, -1 nobody."""

    name: str = ""
    publish_params: PublishParams = PublishParams()
    subscribe_params: SubscribeParams = SubscribeParams()
    permissions: Permissions = Permissions()
    priority: int | None = None
    max_peer_count: int = 0


class Settings(Object, frozen=True, kw_only=True, rename="camel"):
    """Settings of a template. `recording` may hold the keys of a bucket, hence no `repr`."""

    region: str = ""
    recording: dict[str, Any] | None = None
    room_state: dict[str, Any] = {}
    retry: dict[str, Any] = {}


class Destinations(Object, frozen=True, kw_only=True, rename="camel"):
    """Where a template's rooms are streamed, transcribed and recorded to, by name of the destination."""

    rtmp_destinations: dict[str, dict[str, Any]] = {}
    hls_destinations: dict[str, dict[str, Any]] = {}
    transcriptions: dict[str, dict[str, Any]] = {}
    browser_recordings: dict[str, dict[str, Any]] = {}


class RecordingsConfig(Object, frozen=True, kw_only=True, rename="camel"):
    """How a template's rooms are recorded. Flags that are false are left out of answers: missing is false."""

    name: str
    role: str
    max_duration: int | None = None
    presign_duration: int | None = None
    thumbnails: dict[str, Any] = {}
    composite_recording: dict[str, Any] = {}
    track_recording: dict[str, Any] = {}
    stream_recording: dict[str, Any] = {}


class Template(Object, frozen=True, kw_only=True, rename="camel"):
    """A template; `roles` by name. One sample of an update answers the zero time for both times: None here."""

    id: str
    name: str
    default: bool = False
    app_id: str = ""
    roles: dict[str, Role] = {}
    settings: Settings = Settings()
    destinations: Destinations = Destinations()
    created_at: Moment | None = None
    updated_at: Moment | None = None

    @property
    def customer_id(self) -> str:
        """`customerId` in samples and SDK, `customer_id` on the object's page, `customer` of old."""
        return str(self.raw.get("customerId") or self.raw.get("customer_id") or self.raw.get("customer") or "")

    @property
    def plugins(self) -> dict[str, Any]:
        """Samples have them beside the destinations and inside them."""
        inside = self.raw.get("destinations") or {}
        return dict(self.raw.get("plugins") or inside.get("plugins") or {})


class Templates(Resource):
    """`client.templates`. A template cannot be deleted.

    Roles, settings, destinations and recordings go out as mappings in 100ms's own spelling: take the `raw` of
    what was read, change it, and send it whole.
    """

    @operation("list_templates")
    def list(self, *, limit: int = 100) -> Iterator[Template]:
        """All templates, page by page as they are used."""
        return self._list(Template, "templates", limit=limit, least=10)

    @operation("create_template")
    def create(
        self,
        *,
        name: str | None = None,
        default: bool | None = None,
        roles: Mapping[str, Mapping[str, Any]] | None = None,
        settings: Mapping[str, Any] | None = None,
        destinations: Mapping[str, Any] | None = None,
        plugins: Mapping[str, Any] | None = None,
    ) -> Template:
        """A new template, or the template of that name overwritten. A role of {} takes all defaults.

        `default` makes it the workspace's; it is known from an older page and the SDK only. Raises BadRequest.
        Safe to repeat with a name, which is met again; without one it is sent once, for a repeat would make a
        second template.
        """
        asked = body(
            name=name, default=default, roles=roles, settings=settings, destinations=destinations, plugins=plugins
        )
        check(asked, TEMPLATE)
        return read(Template, self._post("templates", body=asked, repeatable=name is not None))

    @operation("get_template")
    def get(self, template_id: str) -> Template:
        """One template. Raises NotFound."""
        return read(Template, self._get("templates", template_id))

    @operation("update_template")
    def update(
        self,
        template_id: str,
        *,
        roles: Mapping[str, Mapping[str, Any]],
        settings: Mapping[str, Any],
        name: str | None = None,
        default: bool | None = None,
        destinations: Mapping[str, Any] | None = None,
        plugins: Mapping[str, Any] | None = None,
    ) -> Template:
        """Replace a template: only the name may be left out, all else that is left out is lost.

        Raises NotFound, and BadRequest or Conflict (which one is not documented) for the name of another
        template. Safe to repeat: it sets what it says.
        """
        asked = body(
            name=name, default=default, roles=roles, settings=settings, destinations=destinations, plugins=plugins
        )
        check(asked, TEMPLATE)
        return read(Template, self._post("templates", template_id, body=asked, repeatable=True))

    @operation("get_role")
    def get_role(self, template_id: str, role: str) -> Role:
        """One role. Raises NotFound."""
        return read(Role, self._get("templates", template_id, "roles", role))

    @operation("create_or_update_role")
    def set_role(self, template_id: str, role: str, settings: Mapping[str, Any]) -> Role:
        """Create or change the role; another `name` in `settings` renames it.

        Whether fields that are left out keep their values is not stated: send all. Raises NotFound, and
        BadRequest or Conflict (which one is not documented) for the name of another role. Safe to repeat, but
        for a rename, which is sent once: a repeat would make the old role anew.
        """
        check(settings, ROLE)
        renames = settings.get("name") not in (None, role)
        answer = self._post("templates", template_id, "roles", role, body=dict(settings), repeatable=not renames)
        return read(Role, answer)

    @operation("delete_role")
    def delete_role(self, template_id: str, role: str) -> None:
        """Delete a role. Raises NotFound, as a second delete does.

        Safe to repeat: it is gone either way, so NotFound after a failed connection may mean success.
        """
        self._delete("templates", template_id, "roles", role, repeatable=True)

    @operation("get_settings")
    def get_settings(self, template_id: str) -> Settings:
        """The settings. Raises NotFound."""
        return read(Settings, self._get("templates", template_id, "settings"))

    @operation("update_settings")
    def update_settings(self, template_id: str, settings: Mapping[str, Any]) -> Settings:
        """Change the settings. Whether they are merged or replaced is not stated: send all.

        Raises NotFound or BadRequest. Safe to repeat: it sets what it says.
        """
        check(settings, SETTINGS)
        return read(Settings, self._post("templates", template_id, "settings", body=dict(settings), repeatable=True))

    @operation("get_recordings_config")
    def get_recordings(self, template_id: str) -> tuple[RecordingsConfig, ...]:
        """How rooms are recorded: one config at most for now. Raises NotFound."""
        return self._configs(self._get_array("templates", template_id, "recordings"))

    @operation("configure_recordings")
    def configure_recordings(
        self, template_id: str, configs: Sequence[Mapping[str, Any]]
    ) -> tuple[RecordingsConfig, ...]:
        """Set how rooms are recorded: one config at most for now, each with `name` and `role`.

        Raises NotFound or BadRequest. Safe to repeat: it sets what it says.
        """
        check(configs, RECORDINGS, "recordings")
        return self._configs(self._post_array("templates", template_id, "recordings", body=configs, repeatable=True))

    @operation("get_destinations")
    def get_destinations(self, template_id: str) -> Destinations:
        """The destinations. Raises NotFound."""
        return read(Destinations, self._get("templates", template_id, "destinations"))

    @operation("update_destinations")
    def update_destinations(self, template_id: str, destinations: Mapping[str, Any]) -> Destinations:
        """Change the destinations. Whether they are merged or replaced is not stated: send all.

        Raises NotFound or BadRequest. Safe to repeat: it sets what it says.
        """
        check(destinations, DESTINATIONS)
        answer = self._post("templates", template_id, "destinations", body=dict(destinations), repeatable=True)
        return read(Destinations, answer)

    def _configs(self, answer: Sequence[Any]) -> tuple[RecordingsConfig, ...]:
        # Configs are bare arrays, unlike every other answer of the API.
        return tuple(read(RecordingsConfig, config) for config in answer)
