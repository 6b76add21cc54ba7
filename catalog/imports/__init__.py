"""Spreadsheets of listings, read and written: files, columns, cells, rows. Pure; the database is `operations`' part."""
