import Testing
@Suite struct AdapterKitSkeleton {}
