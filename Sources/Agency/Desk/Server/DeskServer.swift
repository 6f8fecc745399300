public import AdapterKit
import Foundation
import HubModel
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import Operations
import ServiceLifecycle

/// An agency's desk: a web server inside its daemon.
public struct Desk<Pages: DeskPages>: AdapterCompanion {
  public typealias Adapter = Pages.Adapter

  public init(_ pages: Pages.Type) {}

  /// Serves until the daemon ends; returns at once where the configuration has no desk.
  public func run(_ host: AdapterHost<Pages.Adapter>) async throws {
    guard let settings = try DeskSettings.load(host.setting.configuration) else {
      return await Self.idle()
    }
    let office = try DeskOffice(host, settings: settings)
    let pages = try Pages(office)
    let desk = try DeskFront(
      office: office, tabs: pages.tabs, isDemonstration: pages.isDemonstration,
      alarm: { try pages.alarm($0) }, roles: DeskRoles.all(of: host.setting.configuration.role))
    let routes = DeskRoutes()
    pages.add(to: routes)
    try office.store.forgetSessions(
      before: SystemClock().wall() + Span(milliseconds: -settings.longest.milliseconds))
    var quiet = Logger(label: "desk")
    quiet.logLevel = .warning
    let log = host.setting.log
    let application = Application(
      router: desk.router(routes), server: try Self.server(settings),
      configuration: ApplicationConfiguration(
        address: .hostname(settings.bind, port: settings.port), serverName: nil),
      onServerRunning: { _ in
        log.notice(
          "desk is open", metadata: ["address": "\(settings.bind):\(settings.port)"])
      }, logger: quiet)
    do {
      try await Self.serve(application, log: quiet)
    } catch let error as IOError {
      throw DeskError.address(
        "\(settings.bind):\(settings.port)", String(cString: strerror(error.errnoCode)))
    } catch let error as SocketAddressError {
      throw DeskError.address("\(settings.bind):\(settings.port)", "\(error)")
    }
  }

  private static func idle() async {
    let (never, end) = AsyncStream<Void>.makeStream()
    for await _ in never {}
    end.finish()
  }

  private static func serve(_ application: some ApplicationProtocol, log: Logger) async throws {
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(services: [application], logger: log))
    // The daemon's cancellation closes the door and lets running answers end.
    try await withTaskCancellationHandler {
      try await group.run()
    } onCancel: {
      Task { await group.triggerGracefulShutdown() }
    }
  }

  private static func server(_ settings: DeskSettings) throws -> HTTPServerBuilder {
    switch settings.transport {
    case .plain: return .http1()
    case .tls(let certificate, let key):
      for path in [certificate, key] where !FileManager.default.isReadableFile(atPath: path) {
        throw DeskError.noCertificate(path)
      }
      do {
        var configuration = TLSConfiguration.makeServerConfiguration(
          certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map {
            .certificate($0)
          },
          privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        return try .tls(.http1(), tlsConfiguration: configuration)
      } catch is NIOSSLError {
        throw DeskError.badCertificate(certificate, key)
      }
    }
  }
}
