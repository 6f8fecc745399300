import Testing
@Suite struct DiversionWorkflowSkeleton {}
