import Testing
@Suite struct ZeroMQSkeleton {}
