import CPango
import Foundation

/// A notice as a PDF, for offices that file paper: US letter, real text that can be searched and
/// copied, headings and paragraphs tagged for screen readers as far as cairo can.
///
/// The text is that of the notice, line by line. A notice is not looked into: whatever it may say
/// to its reader, its PDF says too, and nothing else.
enum NoticePDF {
  /// In points: 8.5 by 11 inches, with margins of 0.9 inch.
  private static let page = (width: 612.0, height: 792.0)
  private static let margin = 65.0

  /// - Returns: `nil` where cairo cannot write, which only a lack of memory brings about.
  static func render(_ text: String) -> Data? {
    let output = Output()
    let context = Unmanaged.passRetained(output)
    defer { context.release() }
    guard
      let surface = cairo_pdf_surface_create_for_stream(
        take, context.toOpaque(), page.width, page.height)
    else { return nil }
    defer { cairo_surface_destroy(surface) }
    let lines = paragraphs(of: text)
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, lines.title)
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Accord")
    guard let cairo = cairo_create(surface) else { return nil }
    var writer = Writer(cairo: cairo)
    tagged(cairo, "Document") {
      writer.write(lines.title, as: "H1", font: "Sans Bold 15", after: 10)
      for paragraph in lines.body {
        let isItem = paragraph.hasPrefix("  ")
        writer.write(
          paragraph.trimmed, as: "P", font: "Sans 11", indent: isItem ? 18 : 0,
          after: isItem ? 3 : 8)
      }
    }
    cairo_destroy(cairo)
    cairo_surface_finish(surface)
    return cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS ? output.bytes : nil
  }

  /// The title without the rule below it, and what follows.
  private static func paragraphs(of text: String) -> (title: String, body: [String]) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
      .filter { line in !line.trimmed.isEmpty && !line.allSatisfy { $0 == "=" } }
    return (lines.first ?? "", Array(lines.dropFirst()))
  }

  private static func tagged(_ cairo: OpaquePointer, _ tag: String, _ body: () -> Void) {
    cairo_tag_begin(cairo, tag, "")
    body()
    cairo_tag_end(cairo, tag)
  }

  private struct Writer {
    let cairo: OpaquePointer
    var y = NoticePDF.margin

    mutating func write(
      _ text: String, as tag: String, font: String, indent: Double = 0, after: Double
    ) {
      guard let layout = pango_cairo_create_layout(cairo) else { return }
      defer { g_object_unref(UnsafeMutableRawPointer(layout)) }
      let description = pango_font_description_from_string(font)
      defer { pango_font_description_free(description) }
      pango_layout_set_font_description(layout, description)
      let width = NoticePDF.page.width - 2 * NoticePDF.margin - indent
      pango_layout_set_width(layout, Int32(width * Double(PANGO_SCALE)))
      pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
      pango_layout_set_text(layout, text, Int32(text.utf8.count))
      cairo_tag_begin(cairo, tag, "")
      for number in 0..<pango_layout_get_line_count(layout) {
        guard let line = pango_layout_get_line_readonly(layout, number) else { continue }
        var extents = PangoRectangle()
        pango_layout_line_get_extents(line, nil, &extents)
        let scale = Double(PANGO_SCALE)
        let height = Double(extents.height) / scale
        if y + height > NoticePDF.page.height - NoticePDF.margin {
          // A tag may not reach over the end of a NoticePDF.page.
          cairo_tag_end(cairo, tag)
          cairo_show_page(cairo)
          y = NoticePDF.margin
          cairo_tag_begin(cairo, tag, "")
        }
        cairo_move_to(cairo, NoticePDF.margin + indent, y - Double(extents.y) / scale)
        pango_cairo_show_layout_line(cairo, line)
        y += height
      }
      cairo_tag_end(cairo, tag)
      y += after
    }
  }

  private final class Output {
    var bytes = Data()
  }

  private static let take: cairo_write_func_t = { context, bytes, count in
    guard let context, let bytes else { return CAIRO_STATUS_WRITE_ERROR }
    Unmanaged<Output>.fromOpaque(context).takeUnretainedValue().bytes
      .append(bytes, count: Int(count))
    return CAIRO_STATUS_SUCCESS
  }
}
