import AdapterKit
import Desk
import Foundation
import GRDB
import HubModel

/// The provider's desk: the call at night first, then the people, their releases and their days.
struct ProviderDesk: DeskPages {
  let office: DeskOffice<ProviderAdapter>
  let captures: SealedForms

  init(_ office: DeskOffice<ProviderAdapter>) throws {
    self.office = office
    captures = try SealedForms(key: office.secret("captures") { SealedForms.freshKey })
  }

  var adapter: ProviderAdapter { office.host.adapter }
  var agreement: ProgramAgreement { adapter.settings.agreement }
  var dates: NoticeDates { NoticeDates(calendar: agreement.calendar) }
  var isDemonstration: Bool { agreement.isDemonstration }

  var tabs: [DeskTab] {
    [
      DeskTab("/alerts", "Hand-offs", .answer, openWhenLocked: true),
      DeskTab("/people", "Participants"), DeskTab("/bookings", "Bookings"),
      DeskTab("/rota", "On call", .answer, openWhenLocked: true),
      DeskTab("/release", "New release", .capture),
    ]
  }

  func add(to routes: DeskRoutes) {
    // An alert names no person, and must not wait for a password.
    routes.get("/alerts", .answer, openWhenLocked: true) { .page(try alerts($0, problems: [])) }
    routes.post("/alerts/:link", .answer, openWhenLocked: true) { try answer($0) }
    routes.get("/rota", .answer, openWhenLocked: true) { .page(try rota($0, problems: [])) }
    routes.post("/rota/swap", .assign) { try swap($0) }
    routes.get("/people") { .page(try people($0)) }
    routes.post("/people", .look) { try find($0) }
    routes.get("/bookings") { .page(try bookings($0)) }
    routes.get("/person/:link") { .page(try person($0, problems: [])) }
    routes.get("/person/:link/accounting") { .page(try accounting($0)) }
    routes.post("/person/:link/revoke", .capture) { try revoke($0) }
    routes.post("/person/:link/report", .capture) { try report($0) }
    routes.get("/release", .capture) { .page(try release($0, problems: [])) }
    routes.post("/release", .capture) { try take($0) }
    routes.post("/release/sealed", .capture, largest: SealedForms.largest) { try takeSealed($0) }
    routes.get("/signature/:link", .look) { .document(try signature($0)) }
  }

  func path(of alias: String) -> String { "/person/" + office.links.link("person", alias) }

  func alias(_ visit: Visit) throws -> String {
    guard let link = visit.path["link"], let alias = office.links.number("person", link) else {
      throw DeskProblem.notFound
    }
    return alias
  }

  /// By which the rota and the officer know whoever answers.
  func staff(_ visit: Visit) -> String { visit.account.staff ?? visit.account.name }

  /// An agency by the words that the site gave it.
  func name(of agency: String) -> String {
    if agency == office.host.setting.configuration.agency.text { return office.settings.name }
    return adapter.settings.partners.first { $0.id == agency }?.name ?? agency
  }
}
