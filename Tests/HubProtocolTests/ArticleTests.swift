import Testing

@Suite("The contract's article says what the code does")
struct ArticleTests {
  @Test("Its tables are those of the catalogue, the limits and the error codes",
    arguments: ArticleTables.all.map(\.name))
  func tables(_ name: String) throws {
    let expected = try #require(ArticleTables.all.first { $0.name == name }?.table)
    let written = try ArticleTables.inArticle(name)
    #expect(
      written == expected,
      "replace what stands behind <!-- \(name) --> in Joining-as-an-agency.md by:\n\(expected)")
  }
}
