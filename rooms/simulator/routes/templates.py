"""Section Policy: templates with their roles, settings, destinations and recordings."""

from typing import Any

from rooms.simulator import limits
from rooms.simulator.checks import flag, refuse
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.identifiers import object_id, uuid
from rooms.simulator.refusals import Refused
from rooms.simulator.routes import page
from rooms.simulator.templates import Template, whole_role
from rooms.simulator.world import World


def routes(world: World) -> list[Route]:
    """The section's routes over a world."""

    def named(request: Request) -> Template:
        return world.template(request.parameters["template_id"])

    def touched(template: Template) -> None:
        template.updated = world.now()

    def list_templates(request: Request) -> Answer:
        templates = sorted(world.templates.values(), key=lambda one: (one.created, one.id), reverse=True)
        return page(request, templates, Template.as_object)

    def get_template(request: Request) -> Answer:
        return answer(named(request).as_object())

    def create_template(request: Request) -> Answer:
        body = request.json()
        _check(body)
        name = body.get("name") or uuid("template", world.now(), len(world.templates))
        template = next((one for one in world.templates.values() if one.name == name), None)
        if template is None:
            now = world.now()
            new = object_id(now, world.seed, "template made", name, now, len(world.templates))
            template = Template(new, name, world.workspace, {}, now)
            world.templates[template.id] = template
        else:
            touched(template)
        return rewritten(template, body)

    def update_template(request: Request) -> Answer:
        template, body = named(request), request.json()
        for name in ("roles", "settings"):
            if not isinstance(body.get(name), dict):
                raise refuse(f"{name} is required")
        _check(body)
        wanted = body.get("name") or template.name
        if any(one.name == wanted for one in world.templates.values() if one is not template):
            raise Refused(400, "template name already exists")
        template.name = wanted
        for room in world.rooms.values():
            if room.template_id == template.id:
                room.template = wanted
        touched(template)
        return rewritten(template, body)

    def rewritten(template: Template, body: dict[str, Any]) -> Answer:
        """All but the name is overwritten; what is not sent falls back to the defaults."""
        roles = body.get("roles") or {}
        template.roles = {name: whole_role(name, wish or {}, roles) for name, wish in roles.items()}
        template.settings = body.get("settings") or {}
        template.destinations = body.get("destinations") or {}
        template.plugins = body.get("plugins")
        if "default" in body:
            for one in world.templates.values():
                one.default = one is template if body["default"] else one.default and one is not template
        return answer(template.as_object())

    def get_role(request: Request) -> Answer:
        return answer(_role(named(request), request))

    def set_role(request: Request) -> Answer:
        template, body = named(request), request.json()
        limits.ROLE("", body)
        present = request.parameters["role_name"]
        wanted = body.get("name") or present
        if wanted != present and wanted in template.roles:
            raise Refused(400, "role name already exists")
        # Whether absent fields keep their values is not stated; here they do.
        merged = {**template.roles.get(present, {}), **{key: one for key, one in body.items() if one is not None}}
        names = [wanted if name == present else name for name in template.roles]
        role = whole_role(wanted, merged, names if wanted in names else [*names, wanted])
        if present in template.roles:
            template.roles = dict(zip(names, template.roles.values(), strict=True))
        template.roles[wanted] = role
        touched(template)
        return answer(role)

    def delete_role(request: Request) -> Answer:
        template = named(request)
        del template.roles[_role(template, request)["name"]]
        touched(template)
        return Answer(204, b"")

    def get_settings(request: Request) -> Answer:
        return answer(named(request).all_settings())

    def update_settings(request: Request) -> Answer:
        template, body = named(request), request.json()
        limits.SETTINGS("", body)
        template.settings = body  # replaced, not merged (contract, x-uncertain)
        touched(template)
        return answer(template.all_settings())

    def get_recordings(request: Request) -> Answer:
        return answer(named(request).all_recordings())

    def configure_recordings(request: Request) -> Answer:
        template, body = named(request), request.items()
        limits.recordings(body, template.roles)
        template.recordings = body
        touched(template)
        return answer(template.all_recordings())

    def get_destinations(request: Request) -> Answer:
        return answer(named(request).destinations)

    def update_destinations(request: Request) -> Answer:
        template, body = named(request), request.json()
        limits.destinations("", body, template.roles, template.settings)
        template.destinations = body
        touched(template)
        return answer(template.destinations)

    one = "/v2/templates/{template_id}"
    return [
        ("GET", "/v2/templates", list_templates),
        ("POST", "/v2/templates", create_template),
        ("GET", one, get_template),
        ("POST", one, update_template),
        ("GET", f"{one}/roles/{{role_name}}", get_role),
        ("POST", f"{one}/roles/{{role_name}}", set_role),
        ("DELETE", f"{one}/roles/{{role_name}}", delete_role),
        ("GET", f"{one}/settings", get_settings),
        ("POST", f"{one}/settings", update_settings),
        ("GET", f"{one}/recordings", get_recordings),
        ("POST", f"{one}/recordings", configure_recordings),
        ("GET", f"{one}/destinations", get_destinations),
        ("POST", f"{one}/destinations", update_destinations),
    ]


def _check(body: dict[str, Any]) -> None:
    """A template as created or replaced."""
    if body.get("name") is not None:
        limits.TEMPLATE_NAME("name", body["name"])
    if "default" in body:
        flag("default", body["default"])
    roles = body.get("roles") or {}
    limits.ROLES("roles", {name: one or {} for name, one in roles.items()} if isinstance(roles, dict) else roles)
    settings = body.get("settings") or {}
    limits.SETTINGS("settings", settings)
    limits.destinations("destinations", body.get("destinations") or {}, roles, settings)
    limits.PLUGINS("plugins", body.get("plugins") or {})


def _role(template: Template, request: Request) -> dict[str, Any]:
    """Raises Refused (404) when there is none."""
    try:
        return template.roles[request.parameters["role_name"]]
    except KeyError:
        raise Refused(404, "role not found") from None
