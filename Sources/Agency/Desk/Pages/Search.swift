import AdapterKit

/// A desk's search: a form above a list, and the page that answers it. It is posted, so that
/// nothing of what was typed stands in an address.
public struct Search: Sendable {
  private let title: String
  private let action: String
  private let field: String
  private let label: String
  private let hint: String
  private let missing: String

  /// - Parameters:
  ///   - title: of the page that answers.
  ///   - action: where the form is posted.
  ///   - field: the one field's name.
  ///   - missing: what is said where nothing was typed.
  public init(
    _ title: String, at action: String, field: String, label: String, hint: String = "",
    missing: String
  ) {
    self.title = title
    self.action = action
    self.field = field
    self.label = label
    self.hint = hint
    self.missing = missing
  }

  /// The form, with what was typed before.
  public func form(_ visit: Visit, problems: [Fields.Problem] = []) -> HTML {
    let fields = Fields(visit.form, problems: problems)
    return """
      <form method='post' action='\(action)' class='search' role='search'>\(visit.token)
      \(fields.input(field, label, hint: hint, isRequired: true, width: "middle"))
      <button class='button'>Find</button></form>
      """
  }

  /// What was typed; nothing where that is only spaces.
  public func words(_ visit: Visit) -> String? { visit.form.text(field) }

  /// Asks again, where nothing was typed.
  public func again(_ visit: Visit) -> DeskReply {
    .page(
      Page(
        title, status: 422,
        body: """
          <h1>\(title)</h1>
          \(form(visit, problems: [.init(field: field, missing)]))
          """))
  }

  /// Shows what was found, each of which counts as looked at.
  /// - Parameters:
  ///   - subjects: whom, or which case, each row is about.
  ///   - nothing: what is said where there is none.
  public func answer<Adapter>(
    _ visit: Visit, in office: DeskOffice<Adapter>, about subjects: [String], _ found: HTML,
    orWhereNone nothing: HTML
  ) throws -> DeskReply {
    for subject in subjects { try office.record(visit, page: "search", subject: subject) }
    return .page(
      Page(
        title, isOfPerson: !subjects.isEmpty,
        body: """
          <h1>\(title)</h1>\(form(visit))
          \(subjects.isEmpty ? Part.note(nothing) : found)
          """))
  }
}
