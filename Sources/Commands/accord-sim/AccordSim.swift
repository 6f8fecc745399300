import ArgumentParser
import Foundation
import Simulator

/// `accord-sim`: seeded, repeatable simulation.
@main
struct AccordSim: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accord-sim",
    abstract: "Simulate: a county's files, or the whole hub; the same for the same seed.",
    subcommands: [CountyCommand.self, RunCommand.self])
}

/// Writes a year of a county's files.
struct CountyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "county",
    abstract: "Write a year of referrals, bookings and casework of fictional people.",
    discussion: """
      The folder gets one subfolder for each agency, and `truth` with what only the test knows. \
      Files of the same name are replaced; others are left alone.
      """)

  @Option(help: "The seed; the same seed and year give the same bytes.")
  var seed: UInt64 = SampleCounty.publishedSeed

  @Option(name: .customLong("out"), help: "The folder to write into; made if it is missing.")
  var folder: String

  @Option(help: "The calendar year, 1990 to 2099.")
  var year: Int = SampleCounty.publishedYear

  @Flag(help: "Print the summary as JSON.")
  var json = false

  func validate() throws {
    guard (1990...2099).contains(year) else {
      throw ValidationError("--year \(year): give a year from 1990 to 2099")
    }
  }

  func run() throws {
    let files = SampleCounty(seed: seed, year: year).files
    let root = URL(fileURLWithPath: folder, isDirectory: true)
    var total = 0
    for file in files {
      let target = root.appendingPathComponent(file.path)
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.bytes).write(to: target)
      total += file.bytes.count
    }
    if json {
      let counts = "\"files\": \(files.count), \"bytes\": \(total)"
      print("{\"seed\": \(seed), \"year\": \(year), \(counts)}")
    } else {
      print("\(files.count) files, \(total) bytes, seed \(seed), year \(year): \(root.path)")
    }
  }
}
