import Testing
@Suite struct HubClientSkeleton {}
