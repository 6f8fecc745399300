enum RouterServiceRoom {}
