public import GRDB
public import HubModel

/// What an adapter does with what it is sent.
public protocol DeliveryHandler: Sendable {
  /// Applies one delivery. Called on the link's thread, once for each delivery however often it
  /// is sent, inside the transaction that records it: whatever is written to `database` (spooled
  /// answers too) stays with it or not at all.
  ///
  /// Only `database` may be used here, not the store's own calls, and nothing outside the store
  /// may be changed: where the machine stops before the commit, the call comes again.
  ///
  /// - Parameter number: of the delivery, within the present life of the router's ledger.
  /// - Throws: to have the delivery set aside (quarantined), its writes undone; the next ones are
  ///   applied.
  func apply(_ content: Delivery.Content, number: UInt64, in database: Database) throws

  /// Called on the link's thread after a commit that applied deliveries: the place to wake whoever
  /// writes files or sends mail from the store.
  func afterCommit()
}
