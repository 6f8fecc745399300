/// The release that all of the hub's programs are of.
public enum Version {
  public static let text = "0.1.0"
}
