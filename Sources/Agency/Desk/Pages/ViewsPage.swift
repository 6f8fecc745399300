import AdapterKit

/// Who looked at whose page.
enum ViewsPage {
  static func page(_ viewings: [DeskStore.Viewing], _ dates: NoticeDates) -> Page {
    let rows = viewings.map { viewing -> [HTML] in
      [
        "\(dates.moment(viewing.at))", "\(viewing.account)", "\(viewing.page)",
        "\(viewing.subject)",
      ]
    }
    return Page(
      "Who looked",
      body: """
        <h1>Who looked at whose page</h1>
        <p>Each look at a page about a person is kept here: the latest 500.</p>
        \(rows.isEmpty
          ? Part.empty("Nobody has looked at a person's page yet.")
          : Part.table(caption: "Looks", ["When", "Who", "Page", "Case or person"], rows))
        """)
  }
}
