"""Private files: checked by content and size, stored outside the web root, read only by those who may."""
