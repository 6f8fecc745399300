/// The words around a release form, for the person who signs.
struct ReleaseText {
  let title, amendTitle, purpose, who, firstName, lastName, born, referral: String
  let what, recipients, recipientsHint, information, informationHint, coordination: String
  let until, untilHint, know, sign, signer, patient, parent, guardian: String
  let evidence, evidenceHint, pad, clear, paper, paperHash, paperHint: String
  let finish, refused, refusedButton, kept, unsigned: String

  static func of(_ language: ReleaseWords.Language) -> ReleaseText {
    language == .es ? spanish : english
  }

  private static let english = ReleaseText(
    title: "Who may know what about me", amendTitle: "Change who may know what about me",
    purpose: "You decide who in the program may be told what about you, and until when. Nobody is "
      + "told anything that is not marked here.", who: "Who I am", firstName: "First name",
    lastName: "Last name", born: "Born on", referral: "Referral number", what: "What I allow",
    recipients: "Who may be told", recipientsHint: "Mark each one that you choose.",
    information: "What they may be told", informationHint: "Mark each thing that you choose.",
    coordination: "Only so that they can work together on your diversion and your care.",
    until: "Until", untilHint: "After that day it ends by itself.", know: "What you should know",
    sign: "Signature", signer: "Who signs", patient: "I sign for myself",
    parent: "A parent signs", guardian: "A guardian signs", evidence: "If somebody else signs: by "
      + "what right", evidenceHint: "For example the court's paper and its date.",
    pad: "Sign here with a finger, pen or mouse", clear: "Sign again",
    paper: "Signed on paper instead", paperHash: "SHA-256 of the scanned form",
    paperHint: "64 digits; the scanning program or 'sha256sum' tells it.",
    finish: "I agree", refused: "The person says no", refusedButton: "Record that they said no",
    kept: "Kept on this phone, sealed. It is sent by itself when there is a signal.",
    unsigned: "Sign in the box, or enter the scanned form's number.")

  private static let spanish = ReleaseText(
    title: "Quién puede saber qué de mí", amendTitle: "Cambiar quién puede saber qué de mí",
    purpose: "Usted decide a quién del programa se le puede decir qué sobre usted, y hasta cuándo. "
      + "No se dice nada que no esté marcado aquí.", who: "Quién soy", firstName: "Nombre",
    lastName: "Apellido", born: "Fecha de nacimiento", referral: "Número de referencia",
    what: "Lo que permito", recipients: "A quién se le puede decir",
    recipientsHint: "Marque cada uno que elija.", information: "Qué se les puede decir",
    informationHint: "Marque cada cosa que elija.",
    coordination: "Solo para que puedan trabajar juntos en su caso y en su atención.",
    until: "Hasta", untilHint: "Después de ese día termina por sí solo.",
    know: "Lo que debe saber", sign: "Firma", signer: "Quién firma",
    patient: "Firmo por mí", parent: "Firma el padre o la madre", guardian: "Firma el tutor",
    evidence: "Si firma otra persona: con qué derecho",
    evidenceHint: "Por ejemplo, el documento de la corte y su fecha.",
    pad: "Firme aquí con el dedo, un lápiz o el ratón", clear: "Firmar otra vez",
    paper: "Firmado en papel", paperHash: "SHA-256 del formulario escaneado",
    paperHint: "64 dígitos; lo dice el programa del escáner.", finish: "Estoy de acuerdo",
    refused: "La persona dice que no", refusedButton: "Anotar que dijo que no",
    kept: "Guardado y sellado en este teléfono. Se envía solo cuando haya señal.",
    unsigned: "Firme en el recuadro, o escriba el número del formulario escaneado.")
}
