"""Files that go to and come from a bank: pain.001 and CSV out, CAMT.053 and CSV in. Pure: no database, no clock."""
