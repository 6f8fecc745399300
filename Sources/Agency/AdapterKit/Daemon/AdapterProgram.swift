public import ArgumentParser
import Foundation
public import Operations

/// An adapter's executable. Whatever goes wrong is told with the code by which `accord errors
/// lookup` explains it; a daemon ends with 78 where starting it again would mend nothing.
public protocol AdapterProgram: AsyncParsableCommand {}

extension AdapterProgram {
  public static func main() async {
    let name = configuration.commandName ?? _commandName
    do {
      try await runParsed()
    } catch let end as DaemonEnd {
      say(Complaint.text(end.error, ofDaemon: name))
      exit(withError: ExitCode(Complaint.status(of: end.error)))
    } catch {
      guard error is any CodedError else { exit(withError: parsingError(error)) }
      say(Complaint.text(error, of: name))
      exit(withError: ExitCode.failure)
    }
  }

  private static func say(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}

/// Why a daemon does not start, or ended by itself.
public struct DaemonEnd: Error {
  public let error: any Error
}

extension IntakeError: CodedError {
  public var stableCode: String { "file-rejected" }
}

extension NoticeFailure: CodedError {
  var stableCode: String { "notice" }
}

extension PolledFailure: CodedError {
  var stableCode: String { "connector" }
}
