import Fuzzing
import Glibc

// libFuzzer's main calls this again and again. Which decoder it feeds stands in the environment;
// a finding ends the process, and libFuzzer keeps the bytes.

private let target: FuzzTarget = {
  let name = getenv("ACCORD_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    print("set ACCORD_FUZZ_TARGET to one of:")
    for target in FuzzTarget.allCases { print(target.rawValue) }
    exit(64)
  }
  return target
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    try target.run(Array(UnsafeBufferPointer(start: start, count: count)))
  } catch {
    print("finding: \(error)")
    abort()
  }
  return 0
}
