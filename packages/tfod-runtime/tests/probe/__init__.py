"""The probe, run against images, drivers and models that are laid out for it."""
