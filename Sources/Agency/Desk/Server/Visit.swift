public import AdapterKit
public import Foundation
public import HubModel

/// One request by a person who is signed in.
public struct Visit: Sendable {
  public let account: Account
  public let role: DeskRole
  public let now: WallTime
  /// Parts of the path that a route names, as `:link`.
  public let path: [String: String]
  public let query: Form
  /// What was posted.
  public let form: Form
  /// The session was not used for long: only what names no person may be shown.
  public let isLocked: Bool
  /// Stands in each form as the field ``formField``.
  let formToken: String
  /// Where the person is, for coming back.
  let address: String

  public static let formField = "form-token"

  public func may(_ right: DeskRight) -> Bool { role.rights.contains(right) }

  /// The hidden field without which no form is taken.
  public var token: HTML { "<input type='hidden' name='form-token' value='\(formToken)'>" }
}

/// What is answered.
public enum DeskReply: Sendable {
  case page(Page)
  /// After a form was taken: the browser asks for another page, so that nothing is sent twice.
  case seeOther(String)
  case document(Document)
}

/// A file to save or to subscribe to.
public struct Document: Sendable {
  public var bytes: Data
  public var type: String
  /// What it is saved as; shown in the browser where there is none.
  public var name: String?
  public init(_ bytes: Data, type: String, name: String? = nil) {
    self.bytes = bytes
    self.type = type
    self.name = name
  }
}

/// A page between the head and foot that all share.
public struct Page: Sendable {
  /// In the window's title: never anything of a person.
  public var title: String
  public var body: HTML
  /// Follows what happens by itself.
  public var isLive: Bool
  /// About a person: says who looked and when, and is recorded.
  public var isOfPerson: Bool
  public var status: Int
  /// Further scripts, by name.
  public var scripts: [DeskAsset]

  public init(
    _ title: String, isLive: Bool = false, isOfPerson: Bool = false, status: Int = 200,
    scripts: [DeskAsset] = [], body: HTML
  ) {
    self.title = title
    self.isLive = isLive
    self.isOfPerson = isOfPerson
    self.status = status
    self.scripts = scripts
    self.body = body
  }
}

/// What keeps a page from being shown; each becomes a page that says what to do.
public enum DeskProblem: Error, Sendable, Hashable {
  case notFound
  case notAllowed
  /// The form does not come from a page of this session.
  case foreignForm
  case badForm
}

/// A link in the head of each page.
public struct DeskTab: Sendable {
  public let path: String
  public let text: String
  public let right: DeskRight
  public let openWhenLocked: Bool
  public init(
    _ path: String, _ text: String, _ right: DeskRight = .look, openWhenLocked: Bool = false
  ) {
    self.path = path
    self.text = text
    self.right = right
    self.openWhenLocked = openWhenLocked
  }
}

/// The pages of one kind of agency.
public protocol DeskPages: Sendable {
  associatedtype Adapter: AgencyAdapter
  init(_ office: DeskOffice<Adapter>) throws
  /// Where people begin is the first.
  var tabs: [DeskTab] { get }
  /// Whether windows are shortened, which every page says.
  var isDemonstration: Bool { get }
  /// Stands above every page of a session that is not locked: what nobody may miss.
  func alarm(_ visit: Visit) throws -> HTML?
  func add(to routes: DeskRoutes)
}

extension DeskPages {
  public func alarm(_ visit: Visit) throws -> HTML? { nil }
}

/// The pages of a desk by path. A handler's place says who may call it.
public final class DeskRoutes {
  public typealias Handler = @Sendable (Visit) async throws -> DeskReply

  struct Route: Sendable {
    let isPost: Bool
    let path: String
    /// Whoever is signed in, where there is none.
    let right: DeskRight?
    let openWhenLocked: Bool
    let largest: Int
    let handler: Handler
  }

  /// Bytes of an ordinary form.
  static let ordinaryForm = 64 << 10
  private(set) var all: [Route] = []
  /// Whatever carries a secret of its own in the address and names no person.
  private(set) var feeds: [(path: String, feed: @Sendable (String) throws -> Document?)] = []

  public func get(
    _ path: String, _ right: DeskRight? = .look, openWhenLocked: Bool = false,
    _ handler: @escaping Handler
  ) {
    all.append(
      Route(
        isPost: false, path: path, right: right, openWhenLocked: openWhenLocked, largest: 0,
        handler: handler))
  }

  public func post(
    _ path: String, _ right: DeskRight, openWhenLocked: Bool = false,
    largest: Int? = nil, _ handler: @escaping Handler
  ) {
    all.append(
      Route(
        isPost: true, path: path, right: right, openWhenLocked: openWhenLocked,
        largest: largest ?? Self.ordinaryForm, handler: handler))
  }

  /// - Parameter path: ends in `:feed`, the account's own secret.
  public func feed(_ path: String, _ feed: @escaping @Sendable (String) throws -> Document?) {
    feeds.append((path, feed))
  }
}
