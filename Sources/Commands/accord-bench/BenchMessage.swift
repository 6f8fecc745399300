import Glibc
import HubModel

/// The message that is measured: a provider's status of one participant, about 1 KiB on the wire.
enum BenchMessage {
  static let bytes = 1_024
  static let publisher = "harbor-behavioral"
  static let consumer = "lakewood-office"
  static let program = "lakewood"

  static func status(
    _ id: MessageID, at time: WallTime, participant: ParticipantAlias, stamp: Int64
  ) -> Message? {
    guard let source = AgencyID(publisher), let program = ProgramID(program) else {
      return nil
    }
    var attachment = [UInt8](repeating: 0x2e, count: bytes - 200)
    for index in 0..<8 { attachment[index] = UInt8(truncatingIfNeeded: stamp >> (8 * index)) }
    return Message(
      id: id, topic: .participantStatus, source: source, program: program, sentAt: time,
      purpose: .careCoordination, participant: participant,
      segments: [
        Segment(
          .engagement, fields: [Field("status", .code("engaged"))], attachment: attachment,
          mediaType: "application/octet-stream")
      ])
  }

  static func stamp(of message: Message) -> Int64? {
    guard let attachment = message.segments.first?.attachment, attachment.count >= 8 else {
      return nil
    }
    return (0..<8).reduce(0) { $0 | Int64(attachment[$1]) << (8 * $1) }
  }

  static func release(_ id: MessageID, at time: WallTime, participant: ParticipantAlias)
    -> Message?
  {
    guard let source = AgencyID(publisher), let recipient = AgencyID(consumer),
      let program = ProgramID(program), let release = RoiID("bench-release")
    else { return nil }
    let roi = ReleaseOfInformation(
      id: release, kind: .multiParty, disclosers: [.agency(source)],
      recipients: [.agency(recipient)],
      information: [InformationScope(categories: [.engagement], labels: [.part2])],
      purposes: [.careCoordination], signedAt: time,
      expiry: .at(time + .days(365)), formImageHash: [UInt8](repeating: 7, count: 32),
      statements: FormStatement.codes)
    return Message(
      id: id, topic: .roiSigned, source: source, program: program, sentAt: time,
      purpose: .careCoordination, participant: participant, consent: .release(roi))
  }

  /// Monotonic nanoseconds, the same for all processes of the machine.
  static func nanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// CPU seconds that this process has used.
  static func cpuSeconds() -> Double {
    var usage = rusage()
    // Glibc declares the argument as a plain integer.
    _ = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }
}
