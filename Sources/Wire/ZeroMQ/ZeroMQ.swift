enum ZeroMQRoom {}
