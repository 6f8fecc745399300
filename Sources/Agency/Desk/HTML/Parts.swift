/// The parts of which every desk's pages are made, after patterns that people know from public
/// services: summary list, error summary, warning, tags, empty states.
public enum Part {
  /// Facts by label; a missing or empty value has no line.
  public static func summary(_ rows: [(label: String, value: HTML?)]) -> HTML {
    let lines = rows.compactMap { label, value -> HTML? in
      guard let value, !value.text.isEmpty else { return nil }
      return "<div class='row'><dt>\(label)</dt><dd>\(value)</dd></div>"
    }
    return "<dl class='summary'>\(lines)</dl>"
  }

  /// A word about a state: never by colour alone, since the word is there.
  public enum Tone: String, Sendable { case plain, good, warning, urgent }

  public static func tag(_ text: String, _ tone: Tone = .plain) -> HTML {
    "<span class='tag tag-\(tone.rawValue)'>\(text)</span>"
  }

  /// What an empty list says: what would stand there, and that all is well.
  public static func empty(_ text: String) -> HTML { "<p class='empty'>\(text)</p>" }

  public static func warning(_ title: String, _ body: HTML) -> HTML {
    """
    <div class='callout callout-urgent' role='alert'><p class='callout-title'>\(title)</p>
    \(body)</div>
    """
  }

  public static func note(_ body: HTML) -> HTML { "<div class='callout'>\(body)</div>" }

  /// A link that is not to be followed by a form: plain navigation.
  public static func link(_ path: String, _ text: String, named hidden: String = "") -> HTML {
    let more: HTML? = hidden.isEmpty ? nil : "<span class='hidden'> \(hidden)</span>"
    return "<a href='\(path)'>\(text)\(more)</a>"
  }

  /// Rows under headings that can be scrolled sideways by keyboard on a narrow screen.
  public static func table(caption: String, _ header: [String], _ rows: [[HTML]]) -> HTML {
    let head: HTML = header.map { "<th scope='col'>\($0)</th>" }.joined()
    let body = rows.map { cells -> HTML in
      let inner = zip(header, cells).map { "<td data-label='\($0)'>\($1)</td>" as HTML }
      return "<tr>\(inner)</tr>"
    }
    return """
      <table class='list'><caption>\(caption)</caption><thead><tr>\(head)</tr></thead>
      <tbody>\(body)</tbody></table>
      """
  }
}
