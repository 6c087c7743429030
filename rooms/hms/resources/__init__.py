"""One module per section of the API: its types, then its endpoints. `base` holds what they share."""
