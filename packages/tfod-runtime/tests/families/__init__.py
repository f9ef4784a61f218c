"""The kinds of SavedModel, each with answers that were made by hand."""
