enum LedgerRoom {}
