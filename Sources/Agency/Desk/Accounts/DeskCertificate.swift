import Foundation
import Operations

/// A certificate that a desk makes for itself, for a start: browsers warn of it until it is
/// trusted or replaced by one of the agency's own authority.
public enum DeskCertificate {
  static let certificateFile = "desk-certificate.pem"
  static let keyFile = "desk-key.pem"

  /// Writes both files below `folder`, the key readable by its owner alone.
  public static func make(in folder: String, host: String) throws(DeskError) {
    let certificate = folder + "/" + certificateFile
    let key = folder + "/" + keyFile
    let isAddress = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
    let names = (isAddress ? "IP:" : "DNS:") + host + ",DNS:localhost,IP:127.0.0.1"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
      "-keyout", key, "-out", certificate, "-days", "397", "-subj", "/CN=\(host)", "-addext",
      "subjectAltName=\(names)", "-addext", "extendedKeyUsage=serverAuth",
    ]
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    let before = umask(0o077)
    defer { umask(before) }
    do {
      try process.run()
    } catch {
      throw .openssl("it could not be started: install the package openssl")
    }
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw .openssl(String(decoding: said.suffix(400), as: UTF8.self))
    }
  }
}
