import HubModel

/// What a release says, in plain words a person can decide by, in English and Spanish.
enum ReleaseWords {
  enum Language: String, CaseIterable { case en, es }

  struct Choice {
    let code: String
    let english: String
    let spanish: String
    func words(_ language: Language) -> String { language == .es ? spanish : english }
  }

  /// What may be told: the form's own words, each with what it means.
  static let information = [
    Choice(
      code: "intake-status", english: "That I finished my first interview, and when",
      spanish: "Que terminé mi primera entrevista, y cuándo"),
    Choice(
      code: "participation-status", english: "Whether I am taking part in the program",
      spanish: "Si estoy participando en el programa"),
    Choice(
      code: "hold", english: "That charges wait while I take part, and until when",
      spanish: "Que los cargos esperan mientras participo, y hasta cuándo"),
    Choice(
      code: "bookings", english: "If I am booked into or leave the jail",
      spanish: "Si entro a la cárcel o salgo de ella"),
    Choice(
      code: "case-events", english: "Dates and results of my court cases",
      spanish: "Fechas y resultados de mis casos en la corte"),
    Choice(
      code: "defense-assignment", english: "Who my lawyer is",
      spanish: "Quién es mi abogado"),
    Choice(
      code: "contacts", english: "That my case manager met me, and when",
      spanish: "Que mi gestor de caso se reunió conmigo, y cuándo"),
  ]

  static let statements = [
    Choice(
      code: FormStatement.rightToRevoke.rawValue,
      english: "I can stop this at any time, by saying so or in writing. It stops from then on; "
        + "what was told before cannot be taken back.",
      spanish: "Puedo cancelar esto en cualquier momento, de palabra o por escrito. Se detiene "
        + "desde entonces; lo que ya se dijo no se puede retirar."),
    Choice(
      code: FormStatement.redisclosure.rawValue,
      english: "Whoever is told may not always be bound by the same rules, and might tell others.",
      spanish: "Quien recibe la información no siempre tiene que seguir las mismas reglas y "
        + "podría contarla a otros."),
    Choice(
      code: FormStatement.noConditionOfTreatment.rawValue,
      english: "I get care whether or not I sign.",
      spanish: "Recibo atención aunque no firme."),
  ]

  static func category(_ word: String) -> String {
    guard let category = InformationCategory(rawValue: word) else { return word }
    switch category {
    case .participation: return "that intake was completed, and taking part"
    case .engagement: return "whether the person is engaged"
    case .hold: return "the hold on filing and its dates"
    case .booking: return "bookings into and releases from jail"
    case .courtCase: return "court cases"
    case .defence: return "who the lawyer is"
    case .contact: return "contacts with the case manager"
    case .identity: return "who the person is"
    case .handoffDetails: return "who comes to a hand-off"
    case .referral: return "the referral"
    default: return word.replacing("-", with: " ")
    }
  }
}
