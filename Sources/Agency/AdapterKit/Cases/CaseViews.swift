public import DiversionWorkflow
import Foundation
public import GRDB
public import HubClient
public import HubModel

/// An agency's view of each of its cases, kept by the same rules by which the router computes it:
/// what an agency's lists show is what the router's clock reckons with, and nothing beyond what
/// the agency sent or was given.
public struct CaseViews: Sendable {
  public static let migration = AdapterMigration("case-views") { database in
    try database.execute(
      sql: "CREATE TABLE case_view (case_id TEXT PRIMARY KEY, view BLOB NOT NULL) WITHOUT ROWID")
  }

  public let agreement: ProgramAgreement
  private let viewer: AgencyID
  private let role: Role

  /// - Parameter agreement: gives windows, conditions and the calendar.
  public init(viewer: AgencyID, role: Role, agreement: ProgramAgreement) {
    self.viewer = viewer
    self.role = role
    self.agreement = agreement
  }

  /// Learns a message that the agency sent or was given at `time`; nothing where it names no case.
  /// What the view would have its clock say is the router's to say.
  @discardableResult
  public func learn(
    _ message: Message, at time: WallTime, in database: Database
  ) throws -> CaseView? {
    guard let caseID = message.caseID else { return nil }
    var view =
      try view(of: caseID, in: database) ?? CaseView(viewer: viewer, role: role, caseID: caseID)
    _ = view.learn(message, at: time, under: agreement)
    try database.execute(
      sql: "INSERT OR REPLACE INTO case_view (case_id, view) VALUES (?, ?)",
      arguments: [caseID.text, try JSONEncoder().encode(view)])
    return view
  }

  public func view(of caseID: CaseID, in database: Database) throws -> CaseView? {
    let statement = try database.cachedStatement(
      sql: "SELECT view FROM case_view WHERE case_id = ?")
    let row = try Row.fetchOne(statement, arguments: [caseID.text])
    return try row.map { try JSONDecoder().decode(CaseView.self, from: $0["view"]) }
  }
}
