enum OperationsRoom {}
