import Fuzzing
import Glibc

// libFuzzer feeds one decoder again and again. Which one stands in the environment; a finding ends
// the process, and libFuzzer keeps the bytes.

private let target: FuzzTarget = {
  let name = getenv("ACCORD_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    print("set ACCORD_FUZZ_TARGET to one of:")
    for target in FuzzTarget.allCases { print(target.rawValue) }
    exit(64)
  }
  return target
}()

/// libFuzzer's own loop.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ feed: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// What the package manager takes for this program's `main`.
@_cdecl("accord_fuzz_main")
public func accordFuzzMain(
  _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> CInt {
  _ = target
  var (count, arguments) = (count, arguments)
  return runDriver(&count, &arguments) { start, length in testOneInput(start, length) }
}

private func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    try target.run(Array(UnsafeBufferPointer(start: start, count: count)))
  } catch {
    print("finding: \(error)")
    abort()
  }
  return 0
}
