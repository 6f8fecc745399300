import AdapterKit
import HubClient
import HubModel

/// Head and foot of every page.
struct Layout: Sendable {
  let settings: DeskSettings
  let tabs: [DeskTab]
  let isDemonstration: Bool
  let link: LinkState
  let dates: NoticeDates

  func whole(_ page: Page, _ visit: Visit, alarm: HTML?) -> HTML {
    let shown = tabs.filter { visit.may($0.right) && (!visit.isLocked || $0.openWhenLocked) }
    let items = shown.map { tab -> HTML in
      let isHere = visit.address == tab.path || visit.address.hasPrefix(tab.path + "?")
      let here: HTML? = isHere ? " aria-current='page'" : nil
      return "<li><a href='\(tab.path)'\(here)>\(tab.text)</a></li>"
    }
    let audit: HTML? =
      visit.may(.audit) && !visit.isLocked ? "<a href='/views'>Who looked</a>" : nil
    let head: HTML = """
      <header class='head'>\(demonstration)<div class='bar'><p class='agency'>\(settings.name)</p>
      <div class='me'><span>\(visit.account.display), \(visit.role.words)</span>\(audit)
      <form method='post' action='/sign-out'>\(visit.token)
      <button class='quiet'>Sign out</button></form></div></div>
      <nav aria-label='Desk'><ul class='tabs'>\(items)</ul></nav></header>
      """
    return frame(page, head: head, foot: foot(page, visit), visit, alarm: alarm)
  }

  /// For whoever is not signed in.
  func outside(_ page: Page) -> HTML {
    frame(
      page,
      head: """
        <header class='head'>\(demonstration)<div class='bar'><p class='agency'>\(settings.name)</p>
        </div></header>
        """, foot: "<footer class='foot'><p>Accord</p></footer>", nil)
  }

  private var demonstration: HTML? {
    guard isDemonstration else { return nil }
    return "<p class='demo'>Demonstration: no real people, and every window is shortened.</p>"
  }

  private func frame(
    _ page: Page, head: HTML, foot: HTML, _ visit: Visit?, alarm: HTML? = nil
  ) -> HTML {
    let scripts = ([.live] + page.scripts).map { asset -> HTML in
      "<script src='\(asset.path)' defer></script>"
    }
    let seconds = Int(settings.idle.milliseconds / 1_000) + 5
    let lock: HTML? =
      visit.map { $0.isLocked ? nil : " data-lock-after='\(seconds)'" as HTML } ?? nil
    let refresh: HTML? =
      visit == nil
      ? nil
      : """
        <noscript><meta http-equiv='refresh' content='\(page.isLive ? 20 : seconds)'></noscript>
        """
    let banner: HTML? = visit == nil ? nil : banner
    return """
      <!doctype html>
      <html lang='en'><head><meta charset='utf-8'>
      <meta name='viewport' content='width=device-width, initial-scale=1'>
      <meta name='color-scheme' content='light dark'><title>\(page.title) – \(settings.name)</title>
      <link rel='icon' href='\(DeskAsset.icon.path)'>
      <link rel='stylesheet' href='\(DeskAsset.style.path)'>\(refresh)\(scripts)</head>
      <body\(" data-live", if: page.isLive)\(lock)>
      <a class='skip' href='#main'>Skip to the content</a>\(head)
      <div id='banner'>\(banner)</div>
      <main id='main' tabindex='-1'>\(alarm)\(page.body)</main>
      <p id='said' class='hidden' role='status'></p>\(foot)</body></html>
      """
  }

  /// Since when the hub is out of touch, and what still works.
  private var banner: HTML? {
    let waiting = Int(link.dataDepth + link.controlDepth)
    let kept: HTML? =
      waiting == 0 ? nil : " <strong>\(waiting)</strong> of your messages wait here."
    guard !link.isConnected else { return nil }
    let since = link.lastContact.map { "since \(dates.moment($0))" } ?? "yet"
    let call: HTML? = settings.dutyLine.map { " If it cannot wait, call \($0)." }
    return """
      <section class='banner' aria-label='Connection'><p><strong>Not in touch with the hub
      \(since).</strong> You see what was known then. You can go on working: what you decide or
      answer is kept here and goes out by itself.\(kept)\(call)</p></section>
      """
  }

  private func foot(_ page: Page, _ visit: Visit) -> HTML {
    let stamp: HTML? =
      page.isOfPerson
      ? """
        <p class='stamp'>Shown to \(visit.account.display) on \(dates.moment(visit.now)). Each look
        at this page is recorded.</p>
        """ : nil
    let touch =
      link.lastContact.map { "Last in touch with the hub: \(dates.moment($0))." }
      ?? "Not yet in touch with the hub."
    return "<footer class='foot'>\(stamp)<p>\(touch)</p></footer>"
  }
}
