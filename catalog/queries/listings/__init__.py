"""A supplier's own listings: as stored, in the editor, in the workbench."""
