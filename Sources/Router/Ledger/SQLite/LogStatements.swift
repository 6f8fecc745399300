/// The tamper-evident log: its entries, its tree, its checkpoints.
struct LogStatements {
  let lastAudit, addAudit, tally, edge, setEdge, addNode, hashes, nodes: Prepared
  let lastCheckpoint, lastLink, addCheckpoint, links: Prepared

  init(_ make: Preparer) throws {
    lastAudit = try make("read log", "SELECT max(position) FROM audit")
    addAudit = try make(
      "write log", """
        INSERT INTO audit (position, message, hash, leaf, salt) VALUES (?, ?, ?, ?, ?)
        """)
    tally = try make(
      "write log", """
        INSERT INTO audit_tally VALUES (?, ?)
        ON CONFLICT DO UPDATE SET count = count + excluded.count
        """)
    edge = try make("read log", "SELECT size, hashes FROM audit_edge")
    setEdge = try make(
      "write log", """
        INSERT INTO audit_edge VALUES (1, ?, ?)
        ON CONFLICT DO UPDATE SET size = excluded.size, hashes = excluded.hashes
        """)
    addNode = try make("write log", "INSERT INTO audit_node VALUES (?, ?, ?)")
    hashes = try make(
      "read log", "SELECT hash FROM audit WHERE position >= ? AND position < ? ORDER BY position")
    nodes = try make(
      "read log", """
        SELECT hash FROM audit_node WHERE level = ? AND place >= ? AND place < ? ORDER BY place
        """)
    lastCheckpoint = try make(
      "read checkpoint", "SELECT size, at FROM checkpoint ORDER BY entry DESC LIMIT 1")
    lastLink = try make(
      "read checkpoint", """
        SELECT link, value, at FROM checkpoint WHERE link IS NOT NULL ORDER BY link DESC LIMIT 1
        """)
    addCheckpoint = try make(
      "write checkpoint", """
        INSERT INTO checkpoint (size, note, key, at, link, salt, commitment, value)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    links = try make(
      "read checkpoint", """
        SELECT link, commitment, value FROM checkpoint WHERE link > ? ORDER BY link LIMIT ?
        """)
  }
}
