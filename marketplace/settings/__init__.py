"""Settings: `local` (make up), `test` and `production`, all from `base`. Imported by nobody."""
