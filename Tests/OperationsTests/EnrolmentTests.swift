import Crypto
import Foundation
import HubModel
import HubProtocol
import Testing

@testable import Operations

/// What travels between a hub and an agency that joins, and what is believed of it.
@Suite("Codes of enrolment")
struct EnrolmentTests {
  static let now = WallTime(milliseconds: 1_795_000_000_000)
  let router: KeyFile
  let agency: KeyFile
  let invitation: Invitation

  init() throws {
    router = try KeyFile.generate(at: Self.now)
    agency = try KeyFile.generate(at: Self.now)
    invitation = Invitation(
      program: try #require(ProgramID("lakewood")),
      agency: try #require(AgencyID("lakewood-prosecutor")), role: .prosecutor,
      name: "Lakewood Prosecutor", host: "10.8.0.1", submitPort: 7400,
      routerCurve: router.curve.publicKey.bytes, routerSigning: router.signingPublicKey,
      timeZone: "America/Los_Angeles", expires: Self.now + .hours(24))
  }

  private func reply(
    to invitation: Invitation, _ sealing: Curve25519.KeyAgreement.PrivateKey = .init()
  ) throws -> JoinReply {
    try JoinReply(to: invitation, keys: agency, sealing: sealing.publicKey)
  }

  private func welcome(to reply: JoinReply, _ key: MatchingKeyFile?) throws -> Welcome {
    try Welcome(
      to: reply, program: invitation.program, role: .prosecutor, agreement: "version: 1\n",
      matchingKey: key, signer: router.signing)
  }

  @Test("An invitation is read as it was written, however a mail program broke its line")
  func invitationText() throws {
    #expect(try Invitation(text: invitation.text) == invitation)
    var broken = "  > "
    for (index, character) in invitation.text.enumerated() {
      broken.append(character)
      if index % 60 == 59 { broken += "\r\n> " }
    }
    #expect(try Invitation(text: broken) == invitation)
    #expect(
      try Invitation(text: invitation.text).routerFingerprint == router.fingerprint)
  }

  @Test("A code that was cut or changed anywhere is refused as such")
  func damaged() throws {
    let text = invitation.text
    let start = text.index(text.startIndex, offsetBy: "accord-invite-1:".count)
    for offset in stride(from: 0, to: text.distance(from: start, to: text.endIndex), by: 7) {
      var changed = Array(text)
      let place = text.distance(from: text.startIndex, to: start) + offset
      changed[place] = changed[place] == "A" ? "B" : "A"
      #expect(throws: EnrolmentError.self) { try Invitation(text: String(changed)) }
      #expect(throws: EnrolmentError.self) { try Invitation(text: String(text.prefix(place))) }
    }
    for strange in ["", "hello", "accord-invite-1:", "accord-invite-9:AAAA"] {
      #expect(throws: EnrolmentError.self) { try Invitation(text: strange) }
    }
  }

  @Test("A code of another step is told apart from a damaged one")
  func steps() throws {
    let error = try #require(throws: EnrolmentError.self) {
      try Invitation(text: try reply(to: invitation).text)
    }
    #expect(error.description.contains("the agency's reply"))
  }

  @Test("What is kept of an invitation is not its secret")
  func kept() throws {
    var file = InvitationFile()
    try file.add(invitation, at: Self.now)
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("invitations-\(UUID().uuidString).yaml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try file.write(to: path)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(!text.contains(Hex.encode(invitation.secret)))
    #expect(!text.contains(invitation.text))
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try InvitationFile.load(path) == file)
  }

  @Test("A reply made with the code is taken once")
  func once() throws {
    var file = InvitationFile()
    try file.add(invitation, at: Self.now)
    let reply = try JoinReply(text: reply(to: invitation).text)
    #expect(reply.fingerprint == agency.fingerprint)
    #expect(try file.check(reply, at: Self.now).get().role == .prosecutor)
    file.markUsed(invitation.id)
    let refused = file.check(reply, at: Self.now)
    #expect(refused.refusal?.contains("used before") == true)
  }

  @Test("A reply after the invitation's end, to one replaced or to none of this hub is refused")
  func dead() throws {
    var file = InvitationFile()
    try file.add(invitation, at: Self.now)
    let reply = try reply(to: invitation)
    #expect(file.check(reply, at: Self.now + .hours(24)).refusal?.contains("ended") == true)
    var newer = invitation
    newer.secret = Invitation.freshSecret()
    #expect(
      file.check(try self.reply(to: newer), at: Self.now).refusal?.contains("no invitation")
        == true)
    try file.add(newer, at: Self.now)
    #expect(file.check(reply, at: Self.now).refusal?.contains("replaced") == true)
  }

  @Test("Who has not the code is counted, and five wrong replies kill the invitation")
  func counted() throws {
    var file = InvitationFile()
    try file.add(invitation, at: Self.now)
    // The id of the invitation is known to somebody, its secret is not.
    file.entries[0].verifier = [UInt8](repeating: 7, count: 32)
    let wrong = try reply(to: invitation)
    for _ in 1...InvitationFile.mostFailures {
      #expect(file.check(wrong, at: Self.now).refusal?.contains("code") == true)
    }
    file.entries[0].verifier = invitation.verifier
    #expect(file.check(wrong, at: Self.now).refusal?.contains("died") == true)
  }

  @Test("No more than sixteen invitations are open at a time")
  func bounded() throws {
    var file = InvitationFile()
    for number in 1...InvitationFile.mostOpen {
      var other = invitation
      other.agency = try #require(AgencyID("agency-\(number)"))
      other.secret = Invitation.freshSecret()
      try file.add(other, at: Self.now)
    }
    #expect(throws: EnrolmentError.self) { try file.add(invitation, at: Self.now) }
    #expect(throws: Never.self) { try file.add(invitation, at: Self.now + .hours(25)) }
  }

  @Test("A welcome brings the matching key to the machine that replied, and to no other")
  func sealed() throws {
    let sealing = Curve25519.KeyAgreement.PrivateKey()
    let key = MatchingKeyFile.generate()
    let text = try welcome(to: reply(to: invitation, sealing), key).text
    let read = try Welcome(text: text)
    #expect(read.isSigned(by: router.signingPublicKey))
    #expect(!read.isSigned(by: agency.signingPublicKey))
    #expect(try read.matchingKey(openedBy: sealing)?.bytes == key.bytes)
    #expect(throws: EnrolmentError.self) { try read.matchingKey(openedBy: .init()) }
    #expect(read.agreement == "version: 1\n")
    #expect(try welcome(to: reply(to: invitation), nil).matchingKey(openedBy: sealing) == nil)
  }
}

extension Result where Failure == EnrolmentError {
  fileprivate var refusal: String? {
    if case .failure(let error) = self { error.description } else { nil }
  }
}
