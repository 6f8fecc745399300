enum DiversionWorkflowRoom {}
