"""WHAT IS KEPT: tables, the only SQL, the event log, migrations."""
