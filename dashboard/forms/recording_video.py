"""Which video at api.video shows a recording."""

from django import forms


class VideoForm(forms.Form):
    video = forms.CharField(
        label="Video at api.video",
        max_length=500,
        strip=True,
        help_text="Its id (vi4k0jvEUuaTdRAEjQ4Jfrgz) or an address with the id in it. The video must show this "
        "recording from its first second on, or positions will not fit.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
