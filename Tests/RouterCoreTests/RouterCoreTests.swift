import Testing
@Suite struct RouterCoreSkeleton {}
