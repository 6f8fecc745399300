/// The desk's own style, scripts and sound: in the program itself, nothing to install.
public enum DeskAsset: String, Sendable, CaseIterable {
  case style = "desk.css"
  case live = "desk.js"
  case capture = "capture.js"
  case offline = "offline.js"
  case alarm = "alarm.wav"
  case icon = "icon.svg"

  var type: String {
    switch self {
    case .style: "text/css; charset=utf-8"
    case .live, .capture, .offline: "text/javascript; charset=utf-8"
    case .alarm: "audio/wav"
    case .icon: "image/svg+xml"
    }
  }

  var bytes: [UInt8] {
    switch self {
    case .style: PackageResources.desk_css
    case .live: PackageResources.desk_js
    case .capture: PackageResources.capture_js
    case .offline: PackageResources.offline_js
    case .alarm: Alarm.wave
    case .icon: Array(Self.mark.utf8)
    }
  }

  private static let mark = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" \
    rx="3" fill="#16324f"/><path d="M3 13 8 3l5 10M5 10h6" fill="none" stroke="#fff" \
    stroke-width="2"/></svg>
    """

  /// The offline worker may answer for all pages, so it stands at the top.
  var path: String { self == .offline ? "/offline.js" : "/assets/\(rawValue)" }
}

/// Two tones, made here: a second of sound that an alert repeats.
enum Alarm {
  private static let rate = 8_000

  /// A RIFF file, 8 bits, one channel.
  static let wave: [UInt8] = {
    let samples = (0..<rate).map { index -> UInt8 in
      let isPause = index % (rate / 4) > rate / 5
      let period = (index / (rate / 4)) % 2 == 0 ? 9 : 12
      // A square wave carries furthest on a small speaker.
      return isPause ? 128 : (index / (period / 2 + 1)) % 2 == 0 ? 208 : 48
    }
    func little(_ value: Int, _ bytes: Int) -> [UInt8] {
      (0..<bytes).map { UInt8((value >> (8 * $0)) & 0xff) }
    }
    var file = Array("RIFF".utf8) + little(36 + samples.count, 4) + Array("WAVEfmt ".utf8)
    file += little(16, 4) + little(1, 2) + little(1, 2) + little(rate, 4) + little(rate, 4)
    file += little(1, 2) + little(8, 2) + Array("data".utf8) + little(samples.count, 4)
    return file + samples
  }()
}
