import Testing
@Suite struct HubModelSkeleton {}
