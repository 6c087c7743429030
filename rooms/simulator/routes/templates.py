"""Section Policy, what is read of it here: list and read templates."""

from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.refusals import Refused
from rooms.simulator.routes import page
from rooms.simulator.templates import Template
from rooms.simulator.world import World


def routes(world: World) -> list[Route]:
    """The section's routes over a world."""

    def list_templates(request: Request) -> Answer:
        templates = sorted(world.templates.values(), key=lambda one: (one.created, one.id), reverse=True)
        return page(request, templates, Template.as_object)

    def get_template(request: Request) -> Answer:
        template = world.templates.get(request.parameters["template_id"])
        if template is None:
            raise Refused(404, "template not found")
        return answer(template.as_object())

    return [
        ("GET", "/v2/templates", list_templates),
        ("GET", "/v2/templates/{template_id}", get_template),
    ]
