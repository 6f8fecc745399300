import Testing
@Suite struct HubProtocolSkeleton {}
