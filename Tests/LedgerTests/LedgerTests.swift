import Testing
@Suite struct LedgerSkeleton {}
