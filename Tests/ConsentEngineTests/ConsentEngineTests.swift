import Testing
@Suite struct ConsentEngineSkeleton {}
