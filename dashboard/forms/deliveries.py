from datetime import date, timedelta
from typing import ClassVar

from django import forms
from django.db.models import Q, QuerySet

from dashboard.forms.fields import DayField
from dashboard.forms.filters import Filters, Menu
from dashboard.times import midnight
from webhooks.models import Delivery

Deliveries = QuerySet[Delivery]


class DeliveryFilters(Filters):
    placeholder = "Type, event or room id"

    state = forms.ChoiceField(label="State", required=False, choices=Delivery.State.choices)
    since = DayField(label="Since", required=False)
    until = DayField(label="Until", required=False)

    menus: ClassVar = (Menu("State", ("state",)), Menu("Date", ("since", "until")))

    def narrow_q(self, deliveries: Deliveries, text: str) -> Deliveries:
        return deliveries.filter(Q(event_type__icontains=text) | Q(event_id=text) | Q(room_id=text))

    def narrow_state(self, deliveries: Deliveries, state: str) -> Deliveries:
        return deliveries.filter(state=state)

    def narrow_since(self, deliveries: Deliveries, day: date) -> Deliveries:
        return deliveries.filter(received_at__gte=midnight(day))

    def narrow_until(self, deliveries: Deliveries, day: date) -> Deliveries:
        return deliveries.filter(received_at__lt=midnight(day + timedelta(days=1)))
