/// Every version of a release as it once stood: what went out under it goes on to be explained by
/// it, and authorisations are kept six years from when they were last in effect (45 CFR
/// 164.530(j)(2)).
struct VersionStatements {
  let addVersion: Prepared

  init(_ make: Preparer) throws {
    // What was deficient when it first came may come again complete under the same version.
    addVersion = try make(
      "write release", """
        INSERT INTO release_version (id, version, participant, sealed_body) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET participant = excluded.participant,
          sealed_body = excluded.sealed_body
        """)
  }
}
