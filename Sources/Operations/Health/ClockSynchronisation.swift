import CProcess

extension SystemClock {
  /// Whether the kernel counts its clock as kept by a time source (`adjtimex`). In a container it
  /// is the host's word.
  public static var isSynchronised: Bool { accord_clock_is_synchronised() != 0 }
}
