"""The demo detector: synthetic pictures of shapes, training, export and measurement."""
