public import AdapterKit

/// Form fields with label, hint and the message of an error beside the field that it is about.
public struct Fields: Sendable {
  /// What was typed before, by field.
  let values: Form
  let problems: [Problem]

  public struct Problem: Sendable, Hashable {
    public let field: String?
    public let text: String
    public init(field: String?, _ text: String) {
      self.field = field
      self.text = text
    }

    /// What an intake form would say, in the form's terms.
    public init(_ error: IntakeError) {
      field = error.field
      let name = error.field?.replacing("_", with: " ") ?? "this"
      text = "\(name.prefix(1).uppercased())\(name.dropFirst()) \(error.problem). \(error.remedy)"
    }
  }

  public init(_ values: Form = Form(), problems: [Problem] = []) {
    self.values = values
    self.problems = problems
  }

  /// Above the form: every problem with a link to its field.
  public var errorSummary: HTML {
    guard !problems.isEmpty else { return .nothing }
    let items = problems.map { problem -> HTML in
      guard let field = problem.field else { return "<li>\(problem.text)</li>" }
      return "<li><a href='#f-\(field)'>\(problem.text)</a></li>"
    }
    return """
      <div class='error-summary' role='alert' tabindex='-1' aria-labelledby='error-title'
      data-focus><h2 id='error-title'>There is a problem</h2><ul>\(items)</ul></div>
      """
  }

  private func message(of name: String) -> HTML? {
    problems.first { $0.field == name }.map {
      """
      <p class='field-error' id='e-\(name)'><span class='hidden'>Error: </span>\($0.text)</p>
      """
    }
  }

  private func describedBy(_ name: String, hint: String) -> HTML? {
    var ids: [String] = []
    if !hint.isEmpty { ids.append("h-\(name)") }
    if problems.contains(where: { $0.field == name }) { ids.append("e-\(name)") }
    return ids.isEmpty ? nil : " aria-describedby='\(ids.joined(separator: " "))'"
  }

  private func frame(_ name: String, _ label: String, hint: String, _ control: HTML) -> HTML {
    let hintLine: HTML? = hint.isEmpty ? nil : "<p class='hint' id='h-\(name)'>\(hint)</p>"
    return """
      <div class='field'><label for='f-\(name)'>\(label)</label>\(hintLine)\(message(of: name))
      \(control)</div>
      """
  }

  public enum Kind: String, Sendable {
    case text, password, date, number, tel
    case time = "datetime-local"
  }

  /// - Parameters:
  ///   - autocomplete: of the HTML standard, `off` for whatever is about another person.
  ///   - isNumeric: brings up the digits on a phone.
  public func input(
    _ name: String, _ label: String, _ kind: Kind = .text, hint: String = "",
    autocomplete: String = "off", isRequired: Bool = false, isNumeric: Bool = false,
    value: String? = nil, width: String = "wide"
  ) -> HTML {
    let shown = kind == .password ? "" : values.first(name) ?? value ?? ""
    return frame(
      name, label, hint: hint,
      """
      <input class='width-\(width)' id='f-\(name)' name='\(name)' type='\(kind.rawValue)' \
      value='\(shown)' autocomplete='\(autocomplete)'\(describedBy(name, hint: hint))\
      \(" inputmode='numeric'", if: isNumeric)\(" required", if: isRequired)>
      """)
  }

  public func choice(
    _ name: String, _ label: String, _ options: [(value: String, text: String)],
    hint: String = "", isRequired: Bool = false, chosen: String? = nil
  ) -> HTML {
    let current = values.first(name) ?? chosen
    let items = options.map { option -> HTML in
      """
      <option value='\(option.value)'\(" selected", if: option.value == current)>\(option.text)\
      </option>
      """
    }
    return frame(
      name, label, hint: hint,
      """
      <select id='f-\(name)' name='\(name)'\(describedBy(name, hint: hint))\
      \(" required", if: isRequired)>\(items)</select>
      """)
  }

  public enum Pick: String, Sendable { case one = "radio", several = "checkbox" }

  public struct Option: Sendable {
    public var value: String
    public var text: String
    public var hint: String
    public init(_ value: String, _ text: String, hint: String = "") {
      self.value = value
      self.text = text
      self.hint = hint
    }
  }

  public func group(
    _ name: String, _ label: String, _ pick: Pick, _ options: [Option], hint: String = "",
    chosen: Set<String> = [], isRequired: Bool = false
  ) -> HTML {
    let said = values.has(name) ? Set(values.all(name)) : chosen
    let items = options.enumerated().map { index, option -> HTML in
      let id = index == 0 ? "f-\(name)" : "f-\(name)-\(index)"
      let more: HTML? =
        option.hint.isEmpty ? nil : "<span class='hint' id='\(id)-hint'>\(option.hint)</span>"
      let described: HTML? =
        option.hint.isEmpty ? nil : " aria-describedby='\(id)-hint'"
      return """
        <div class='pick'><input type='\(pick.rawValue)' id='\(id)' name='\(name)' \
        value='\(option.value)'\(described)\(" checked", if: said.contains(option.value))\
        \(" required", if: isRequired && pick == .one)>\
        <label for='\(id)'>\(option.text)</label>\(more)</div>
        """
    }
    let hintLine: HTML? = hint.isEmpty ? nil : "<p class='hint' id='h-\(name)'>\(hint)</p>"
    return """
      <fieldset class='field'\(describedBy(name, hint: hint))><legend>\(label)</legend>
      \(hintLine)\(message(of: name))\(items)</fieldset>
      """
  }
}
