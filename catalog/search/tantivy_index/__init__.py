"""The search index of this machine: tantivy (BM25, fast fields, aggregations) beside PostgreSQL, which stays the truth.

`schema` says what a document holds, `documents` makes one of a row, `writer` follows the feed, `folder` knows
the places on disk, `reader` opens what the writer committed, `conditions` and `engine` answer questions.
"""
