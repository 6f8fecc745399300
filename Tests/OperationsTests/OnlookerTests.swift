import Foundation
import Testing

@testable import Operations

@Suite("As whom places are judged")
struct OnlookerTests {
  private func units(_ lines: String..., dropIn: String? = nil) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try TextFile.write(
      (["[Service]"] + lines).joined(separator: "\n") + "\n", to: folder.file("r.service"),
      mode: 0o644, overwrites: false)
    if let dropIn {
      try Folder.make(folder.file("r.service.d"))
      try TextFile.write(
        dropIn + "\n", to: folder.file("r.service.d/local.conf"), mode: 0o644, overwrites: false)
    }
    return folder
  }

  private func line(_ name: String, _ folder: TemporaryFolder) -> DiagnosisLine {
    LentCredential.line(name, unit: "r.service", in: [folder.path])
  }

  @Test("A credential of a name that the unit does not lend is red, and the unit's are named")
  func misspelt() throws {
    let folder = try units("LoadCredential=accord-master:/etc/hostname")
    #expect(line("accord-master", folder).level == .green)
    let wrong = line("accord-mster", folder)
    #expect(wrong.level == .red && wrong.text.contains("'accord-master', and not 'accord-mster'"))
    #expect(line("other", try TemporaryFolder()).level == .green, "no unit, nothing against it")
  }

  @Test("A credential whose file is gone, or empty, is red, and the file is named")
  func gone() throws {
    let folder = try units("LoadCredential=accord-master:/nowhere/master.key")
    let gone = line("accord-master", folder)
    #expect(gone.level == .red && gone.text.contains("/nowhere/master.key"))
    #expect(gone.remedy?.contains("from the safe") == true)
    try TextFile.write("", to: folder.file("key"), mode: 0o600, overwrites: false)
    let empty = try units("LoadCredential=accord-master:\(folder.file("key"))")
    #expect(line("accord-master", empty).level == .red)
  }

  @Test("A drop-in adds to what the unit lends, or takes it back")
  func dropIns() throws {
    let added = try units(
      "LoadCredential=accord-master:/nowhere",
      dropIn: "[Service]\nLoadCredential=\nLoadCredentialEncrypted=mine")
    #expect(line("mine", added).level == .green)
    #expect(line("accord-master", added).level == .red)
  }

  @Test("To a stranger a closed place says nothing, and to root and the daemon everything")
  func stranger() {
    #expect(Onlooker(user: 1_000, daemon: 999).isStranger)
    for (user, daemon) in [(0, 999), (999, 999), (1_000, nil)] as [(UInt32, UInt32?)] {
      let onlooker = Onlooker(user: user, daemon: daemon)
      #expect(!onlooker.isStranger)
      #expect(onlooker.unjudged("/nowhere", "key") == nil)
    }
    // Never whoever only looks.
    for daemon in [nil, 0] as [UInt32?] {
      #expect(Onlooker(user: 1_000, daemon: daemon).daemonName == "the daemon's user")
    }
  }

  @Test("Users and groups in 'roles' that the machine does not know are named with their role")
  func unknownHolders() {
    let roles = RoleHolders([
      .operator: [.group("accord-oprators"), .user("root")], .observer: [.user("no-such-user")],
    ])
    #expect(roles.unknown == [
      "group:accord-oprators for operator", "user:no-such-user for observer",
    ])
  }

  @Test("A host that no name service knows is told apart from one that does not answer")
  func hosts() {
    #expect(PlaceCheck.isKnown("127.0.0.1") && PlaceCheck.isKnown("localhost"))
    #expect(!PlaceCheck.isKnown("no-such-host.invalid"))
  }
}
