public import HubModel

/// The roles of each kind of agency, and what each may do.
public enum DeskRoles {
  public static func all(of role: Role) -> [DeskRole] {
    switch role {
    case .prosecutor:
      [
        DeskRole("attorney", "attorney", [.look, .decide]),
        DeskRole("clerk", "clerk", [.look]),
        DeskRole("supervisor", "supervisor", [.look, .decide, .audit]),
      ]
    case .behavioralHealth:
      [
        DeskRole("case-manager", "case manager", [.look, .answer, .capture]),
        DeskRole("on-call", "on call", [.answer]),
        DeskRole("supervisor", "supervisor", [.look, .answer, .capture, .assign, .audit]),
      ]
    case .sheriff:
      [
        DeskRole("officer", "officer", [.refer]),
        DeskRole("supervisor", "supervisor", [.refer, .audit]),
      ]
    case .publicDefender:
      [
        DeskRole("attorney", "attorney", [.look]),
        DeskRole("supervisor", "supervisor", [.look, .assign, .audit]),
      ]
    case .programOffice, .privacyOfficer: []
    }
  }

  static func names(of role: Role) -> [String] { all(of: role).map(\.name) }
}
