import Testing
@Suite struct EndToEndSkeleton {}
