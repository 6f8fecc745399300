/// What the codes mean to each other: which purpose stands under which, which sensitivity under
/// which, and how high a confidentiality is. From the v3 code systems as FHIR R4 publishes them.
enum FHIRVocabulary {
  /// Purposes of use (v3-ActReason, below PurposeOfUse): code to the one that it specialises.
  static let purposeParents: [String: String] = {
    var parents: [String: String] = [:]
    for (parent, children) in [
      ("HOPERAT", "CAREMGT DONAT FRAUD GOV HACCRED HCOMPL HDECD HDIRECT HDM HLEGAL HOUTCOMS "
        + "HPRGRP HQUALIMP HSYSADMIN LABELING METAMGT MEMADMIN MILCDM PATADMIN PATSFTY PERFMSR "
        + "RECORDMGT SYSDEV TRAIN"),
      ("SYSDEV", "HTEST"),
      ("HPAYMT", "CLMATTCH COVAUTH COVERAGE REMITADV"),
      ("COVERAGE", "ELIGDTRM ELIGVER ENROLLM MILDCRG"),
      ("HRESCH", "BIORCH CLINTRCH DSRCH POARCH TRANSRCH"),
      ("CLINTRCH", "CLINTRCHNPC CLINTRCHPC PRECLINTRCH"),
      ("PATRQT", "FAMRQT PWATRNY SUPNWK"),
      ("PUBHLTH", "DISASTER THREAT"),
      ("TREAT", "CLINTRL COC ETREAT POPHLTH"),
      ("ETREAT", "BTG ERTREAT"),
      ("PurposeOfUse", "HMARKT HOPERAT HPAYMT HRESCH PATRQT PUBHLTH TREAT"),
    ] {
      for child in children.split(separator: " ") { parents[String(child)] = parent }
    }
    return parents
  }()

  /// U unrestricted, L low, M moderate, N normal, R restricted, V very restricted.
  static func confidentialityLevel(_ coding: Coding) -> Int? {
    guard coding.system == CodeSystem.confidentiality else { return nil }
    return ["U", "L", "M", "N", "R", "V"].firstIndex(of: coding.code)
  }
  static let restricted = 4

  /// Sensitivities (v3-ActCode) and what they stand under. IHE's guide puts both use disorders
  /// under ETH, HL7's tree under SUD: a label may have several parents.
  static let sensitivityParents: [String: Set<String>] = [
    "COGN": ["BH"], "DVD": ["BH"], "EMOTDIS": ["BH"], "MH": ["BH"], "PSY": ["BH"],
    "PSYTHPN": ["BH"], "SUD": ["BH"], "ETHUD": ["SUD", "ETH"], "OPIOIDUD": ["SUD", "ETH"],
  ]

  /// Codes of v3-ActCode that say how to handle data, not what makes it sensitive.
  static let handling: Set<String> = [
    "ANONY", "AOD", "AUDIT", "AUDTR", "CPLYCC", "CPLYCD", "CPLYCUI", "CPLYJPP", "CPLYJSP",
    "CPLYOPP", "CPLYOSP", "CPLYPOL", "DECLASSIFYLABEL", "DEID", "DELAU", "DOWNGRDLABEL",
    "DRIVLABEL", "ENCRYPT", "ENCRYPTR", "ENCRYPTT", "ENCRYPTU", "HUAPRV", "LABEL", "MASK",
    "MINEC", "PERSISTLABEL", "PRIVMARK", "PSEUD", "REDACT", "UPGRDLABEL", "NOAUTH", "NOCOLLECT",
    "NODSCLCD", "NODSCLCDS", "NOINTEGRATE", "NOLIST", "NOMOU", "NOORGPOL", "NOPAT", "NOPERSISTP",
    "NORDSCLCD", "NORDSCLCDS", "NORDSCLW", "NORELINK", "NOREUSE", "NOVIP", "ORCON", "DIRECTTREAT",
    "ABSTRED", "AGGRED", "ANONYED", "MAPPED", "MASKED", "PSEUDED", "REDACTED", "SUBSETTED",
    "SYNTAC", "TRSLT", "VERSIONED", "CRYTOHASH", "DIGSIG", "HRELIABLE", "RELIABLE", "UNCERTREL",
    "UNRELIABLE", "CLINAST", "DEVAST", "HCPAST", "PACQAST", "PATAST", "PAYAST", "PROAST", "SDMAST",
    "CLINRPT", "DEVRPT", "HCPRPT", "PACQRPT", "PATRPT", "PAYRPT", "PRORPT", "SDMRPT",
  ]

  static func isSensitivity(_ coding: Coding) -> Bool {
    coding.system == CodeSystem.actCode && !handling.contains(coding.code)
  }

  /// Whether a label keeps data to a purpose; the label for test data says nothing of the kind.
  static func isPurposeTag(_ coding: Coding) -> Bool {
    coding.system == CodeSystem.actReason && coding.code != "HTEST"
      && purposeParents[coding.code] != nil
  }

  /// A label without a system, taken as the system that would hold it back the most.
  static func possibleLabel(_ coding: Coding) -> Coding {
    let height = Coding(system: CodeSystem.confidentiality, code: coding.code)
    if confidentialityLevel(height) != nil { return height }
    return Coding(system: CodeSystem.actCode, code: coding.code)
  }

  /// Whether `label` is `named` or stands under it.
  static func covers(_ named: Coding, _ label: Coding) -> Bool {
    if named == label { return true }
    guard named.system == CodeSystem.actCode, label.system == CodeSystem.actCode else {
      return false
    }
    return (sensitivityParents[label.code] ?? []).contains { parent in
      covers(named, Coding(system: CodeSystem.actCode, code: parent))
    }
  }

  static let actions: Set<String> = ["collect", "access", "use", "disclose", "correct"]

  /// Roles whose actor is whoever is told.
  static let recipientRoles: Set<String> = ["IRCP", "PRCP"]
  static let custodianRoles: Set<String> = ["CST"]

  /// Policy rules that say what holds where no provision speaks.
  static let optIn: Set<String> = ["OPTIN", "OPTINR"]
  static let optOut: Set<String> = ["OPTOUT", "OPTOUTE"]
}
