import ArgumentParser
import HubProtocol
import Operations

/// How a command prints.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON document instead of text.")
  var json = false
}

/// Where the router is.
struct RouterOptions: ParsableArguments {
  @Option(help: "The router's configuration file.")
  var config = RouterConfiguration.defaultPath

  @Option(help: "The router's admin socket, where it is not the configuration's.")
  var socket: String?

  @Option(help: "Seconds to wait for the router's answer.")
  var timeout = 5

  func validate() throws {
    guard (1...600).contains(timeout) else {
      throw ValidationError("--timeout must be from 1 to 600 seconds.")
    }
  }

  func configuration() throws(ConfigurationError) -> RouterConfiguration {
    try RouterConfiguration.load(config)
  }

  /// Sends one request; a refusal of the router's is thrown as ``RouterRefusal``.
  func ask(_ request: AdminRequest) throws -> AdminResponse {
    let path = try socket ?? configuration().adminSocket
    let response = try AdminSocket.ask(request, at: path, timeout: .seconds(timeout))
    if case .failed(let code, let remedy) = response {
      throw RouterRefusal(code: code, remedy: remedy)
    }
    return response
  }
}

/// The router answered that it will not, or cannot.
struct RouterRefusal: Error, CustomStringConvertible {
  let code: String
  let remedy: String
  var description: String { "\(LogText.escaped(code)): \(LogText.escaped(remedy))" }
}

extension RouterRefusal: CodedError {
  /// A refusal of the core also names a place behind its code.
  var stableCode: String { String(code.prefix { $0 != ":" }) }
}

extension UnexpectedAnswer: CodedError {
  var stableCode: String { "unexpected-answer" }
}

extension CountyError: CodedError {
  var stableCode: String { "setup" }
}

/// The router's answer is of another kind than the question.
struct UnexpectedAnswer: Error, CustomStringConvertible {
  var description: String {
    "the router answered something else: compare 'accord --version' with the router's"
  }
}
