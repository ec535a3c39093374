"""What the user says: frozen models, YAML files, calendars and distributions."""
