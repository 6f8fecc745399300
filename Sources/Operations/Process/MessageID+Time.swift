public import HubModel

extension MessageID {
  /// When its sender's adapter made it: an id begins with that.
  public var madeAt: WallTime {
    WallTime(milliseconds: bytes.prefix(6).reduce(Int64(0)) { $0 << 8 | Int64($1) })
  }
}
