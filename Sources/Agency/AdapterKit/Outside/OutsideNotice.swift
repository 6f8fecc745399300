import HubModel

/// What leaves by mail, message or webhook: kinds, counts and a link that tells nothing. Everything
/// else is read at the desk, behind its sign-in.
struct OutsideNotice: Hashable, Sendable {
  /// The same each time the same notice is sent, so that its recipient can tell.
  var id: String
  var agency: String
  /// Whether what was told of before is over.
  var isOver: Bool
  var counts: [AlarmKind: Int]
  /// At which it is seen and confirmed, where a desk is configured.
  var link: String?
  var at: WallTime

  var title: String {
    if isOver { return "Accord: over" }
    let count = counts.values.reduce(0, +)
    return count == 1 ? "Accord: an alert waits" : "Accord: \(count) alerts wait"
  }

  /// For a short message: what waits, and where to see it.
  var line: String {
    let kinds = counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { $0.key.words($0.value) }
    let start = isOver ? "Over, nothing to do: " : "Accord: "
    let place = link.map { " Open the desk: \($0)" } ?? " Open the desk."
    return start + kinds.joined(separator: ", ") + "." + place
  }

  var text: String {
    isOver
      ? "\(line)\n"
      : """
      \(line)

      Confirm there that you have seen it. Until somebody does, this notice is repeated, and then \
      the next person is called.

      """
  }
}

/// A way by which a notice leaves. Blocks while it sends.
protocol NoticeChannel: Sendable {
  /// - Throws: ``NoticeFailure``.
  func send(_ notice: OutsideNotice, to address: String) throws(NoticeFailure)
  /// What would be sent, for a check: nothing is.
  func shown(_ notice: OutsideNotice, to address: String) -> String
}

/// Why a notice did not leave. Names no address.
struct NoticeFailure: Error, Hashable, Sendable, CustomStringConvertible {
  let description: String
  /// Whether it is worth another try.
  let isPassing: Bool

  init(_ description: String, isPassing: Bool = true) {
    self.description = description
    self.isPassing = isPassing
  }
}
