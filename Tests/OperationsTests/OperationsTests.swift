import Testing
@Suite struct OperationsSkeleton {}
