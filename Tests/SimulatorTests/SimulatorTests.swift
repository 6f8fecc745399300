import Testing
@Suite struct SimulatorSkeleton {}
