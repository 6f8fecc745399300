import Testing

@testable import Desk

@Suite struct HTMLTests {
  static let hostile = [
    "<script>alert(1)</script>", "' onmouseover='alert(1)", "\" autofocus onfocus=\"x", "&lt;",
    "a\u{0}b", "</textarea><img src=x onerror=x>", "\u{7F}\u{1B}[31m",
  ]

  @Test(
    "Whatever is put into a page is text: it opens no tag and leaves no quote",
    arguments: hostile)
  func escaped(text: String) {
    let page: HTML = "<td title='\(text)'>\(text)</td>"
    let inside = page.text.dropFirst("<td title='".count).dropLast("</td>".count)
    let parts = inside.split(separator: "'>", maxSplits: 1)
    #expect(parts.count == 2)
    for part in parts {
      #expect(!part.contains { "<>\"'".contains($0) })
      #expect(part.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 })
    }
  }

  @Test("Markup comes from the program's own literals, and from nowhere else")
  func markup() {
    let inner: HTML = "<b>\("a & b")</b>"
    let outer: HTML = "<p>\(inner)\([inner, inner])\(nil as HTML?)\(3)</p>"
    #expect(outer.text == "<p><b>a &amp; b</b><b>a &amp; b</b><b>a &amp; b</b>3</p>")
    let typed = "<i>"
    #expect(HTML(typed).text == "&lt;i&gt;")
    let checked: HTML = "<input\(" checked", if: true)\(" disabled", if: false)>"
    #expect(checked.text == "<input checked>")
  }

  @Test("A field keeps what was typed, escaped, and has its message beside it")
  func field() {
    let form = Form(["name": "O'Neil <x>"])
    let fields = Fields(form, problems: [.init(field: "name", "Say who.")])
    let html = fields.input("name", "Name").text
    #expect(html.contains("value='O&#39;Neil &lt;x&gt;'"))
    #expect(html.contains("aria-describedby='e-name'"))
    #expect(html.contains("Say who."))
    #expect(fields.errorSummary.text.contains("href='#f-name'"))
  }

  @Test("A password is never shown again")
  func password() {
    let fields = Fields(Form(["password": "secret of mine"]))
    #expect(!fields.input("password", "Password", .password).text.contains("secret"))
  }
}

@Suite struct FormTests {
  @Test("A posted form is read with its repeats, spaces and signs")
  func read() throws {
    let form = try #require(Form(encoded: "a=1&b=x+y%26z&a=2&empty=&flag"))
    #expect(form.all("a") == ["1", "2"])
    #expect(form.first("b") == "x y&z")
    #expect(form.text("empty") == nil)
    #expect(form.has("flag"))
    #expect(form.record(["a", "b", "empty", "none"]) == ["a": "1;2", "b": "x y&z"])
  }

  @Test(
    "What is no form is refused",
    arguments: ["a=%", "a=%ff", "%zz=1", String(repeating: "a=1&", count: 300)])
  func refused(text: String) {
    #expect(Form(encoded: text) == nil)
  }
}
