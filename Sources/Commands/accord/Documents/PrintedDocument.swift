import Foundation
import Operations

/// A document of facts and tables, for a terminal and for paper alike.
struct PrintedDocument {
  struct Section {
    var heading: String
    /// Said where there are no rows.
    var none: String
    var columns: [String]
    var rows: [[String]]
    var note = ""
  }
  var title: String
  /// Under the title: what the document is about.
  var facts: [(name: String, value: String)]
  var sections: [Section]
  /// What whoever reads it should know, at the end.
  var closing: [String]

  func text(_ paint: Paint) -> String {
    var lines = [paint.bold(title), ""]
    let width = facts.map(\.name.count).max() ?? 0
    for fact in facts {
      let gap = String(repeating: " ", count: width - fact.name.count + 2)
      lines.append(LogText.escaped(fact.name + ":" + gap + fact.value))
    }
    for section in sections {
      lines += ["", paint.bold(section.heading)]
      if section.rows.isEmpty {
        lines.append(section.none)
      } else {
        var table = Table(headings: section.columns.map { $0.uppercased() })
        for row in section.rows { table.add(row: row) }
        lines.append(table.text(paint))
      }
      if !section.note.isEmpty { lines.append(section.note) }
    }
    return (lines + [""] + closing).joined(separator: "\n")
  }

  /// One page that needs nothing from anywhere else: printed, its headings and the document's
  /// title stand on every sheet.
  var html: String {
    let head = Self.escaped(title)
    var lines = [
      "<!DOCTYPE html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
      "<meta http-equiv=\"Content-Security-Policy\" "
        + "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
      "<title>\(head)</title>", "<style>\(Self.style(runningTitle: title))</style>", "</head>",
      "<body>", "<h1>\(head)</h1>", "<dl>",
    ]
    for fact in facts {
      lines.append("<dt>\(Self.escaped(fact.name))</dt><dd>\(Self.escaped(fact.value))</dd>")
    }
    lines.append("</dl>")
    for section in sections { lines += Self.html(section) }
    lines += closing.map { "<p>\(Self.escaped($0))</p>" }
    return (lines + ["</body>", "</html>", ""]).joined(separator: "\n")
  }

  private static func html(_ section: Section) -> [String] {
    var lines = ["<h2>\(escaped(section.heading))</h2>"]
    if section.rows.isEmpty {
      lines.append("<p>\(escaped(section.none))</p>")
    } else {
      let columns = section.columns.map { "<th scope=\"col\">\(escaped($0))</th>" }
      lines += ["<table>", "<thead><tr>\(columns.joined())</tr></thead>", "<tbody>"]
      for row in section.rows {
        lines.append("<tr>\(row.map { "<td>\(escaped($0))</td>" }.joined())</tr>")
      }
      lines += ["</tbody>", "</table>"]
    }
    if !section.note.isEmpty { lines.append("<p>\(escaped(section.note))</p>") }
    return lines
  }

  /// Text as it may stand between tags and in attributes.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }

  private static func style(runningTitle: String) -> String {
    // Inside a style element nothing is unescaped: what could end it, or the string, is left out.
    let title = runningTitle.filter { $0.isLetter || $0.isNumber || " -/.,()".contains($0) }
    return """

      @page { size: letter; margin: 20mm 15mm;
        @top-center { content: "\(title)"; font: 9pt sans-serif; }
        @bottom-right { content: "Page " counter(page) " of " counter(pages);
          font: 9pt sans-serif; } }
      body { font: 11pt/1.4 sans-serif; color: #000; background: #fff; margin: 2em auto;
        max-width: 70em; padding: 0 1em; }
      dl { display: grid; grid-template-columns: max-content auto; gap: .2em 1em; }
      dt { font-weight: bold; } dd { margin: 0; }
      table { border-collapse: collapse; width: 100%; font-size: 9pt; }
      thead { display: table-header-group; }
      tr { break-inside: avoid; }
      th, td { border: 1px solid #666; padding: .3em .5em; text-align: left;
        vertical-align: top; overflow-wrap: anywhere; }
      h2 { break-after: avoid; }
      @media print { body { margin: 0; max-width: none; padding: 0; } }

      """
  }
}
