import Testing
@Suite struct TidySkeleton {}
