/// A release as the router keeps it.
///
/// A value like any other; inside it is shared and never changed in place, because records are
/// looked at by the million and copying one with all that its form says costs more than judging it.
public struct RoiRecord: Hashable, Sendable {
  @usableFromInline var shared: Shared

  // What every decision looks at stands first: close together it is fetched from memory at once.
  @usableFromInline struct Fields: Hashable, Sendable {
    @usableFromInline var state: RoiState
    @usableFromInline var revokedToward: [Party]
    @usableFromInline var roi: ReleaseOfInformation
    @usableFromInline var missing: [String]
    @usableFromInline var capturedBy: AgencyID
    @usableFromInline var position: UInt64
  }

  @usableFromInline final class Shared: Hashable, Sendable {
    @usableFromInline let fields: Fields
    init(_ fields: Fields) { self.fields = fields }

    @usableFromInline static func == (one: Shared, other: Shared) -> Bool {
      one === other || one.fields == other.fields
    }
    @usableFromInline func hash(into hasher: inout Hasher) { hasher.combine(fields) }
  }

  public init(
    roi: ReleaseOfInformation, state: RoiState, capturedBy: AgencyID,
    revokedToward: [Party] = [], position: UInt64, missing: [String] = []
  ) {
    shared = Shared(
      Fields(
        state: state, revokedToward: revokedToward, roi: roi, missing: missing,
        capturedBy: capturedBy, position: position))
  }

  @usableFromInline mutating func change(_ change: (inout Fields) -> Void) {
    var fields = shared.fields
    change(&fields)
    shared = Shared(fields)
  }

  @inlinable public var roi: ReleaseOfInformation {
    _read { yield shared.fields.roi }
    set { change { $0.roi = newValue } }
  }
  @inlinable public var state: RoiState {
    get { shared.fields.state }
    set { change { $0.state = newValue } }
  }
  @inlinable public var capturedBy: AgencyID {
    get { shared.fields.capturedBy }
    set { change { $0.capturedBy = newValue } }
  }
  /// Recipients toward whom it was revoked while it stays in force for others.
  @inlinable public var revokedToward: [Party] {
    _read { yield shared.fields.revokedToward }
    set { change { $0.revokedToward = newValue } }
  }
  /// Position of the last change in the participant's consent log, from 1.
  @inlinable public var position: UInt64 {
    get { shared.fields.position }
    set { change { $0.position = newValue } }
  }
  /// Codes of the elements that keep a draft from being active.
  @inlinable public var missing: [String] {
    _read { yield shared.fields.missing }
    set { change { $0.missing = newValue } }
  }
}
