public import FHIR
import PDex

/// Writes an entry of the audit trail as a FHIR R4 AuditEvent, after the patterns of IHE BALP (AU-03, AU-07, AU-08,
/// AU-11).
///
/// The same line always makes the same bytes. Persons are named by id only; tokens and sent content appear only as
/// digests.
public struct AuditEventWriter: Sendable {
    let parties: AuditParties

    /// The service's name where one is needed.
    static let service: JSONValue = ["display": "pdex"]

    /// Writes events that name these clinics and payers.
    public init(_ parties: AuditParties) {
        self.parties = parties
    }

    /// The AuditEvent of a line.
    public func event(_ line: AuditLine) -> JSONValue {
        let kind = AuditKind(line)
        let entry = line.recorded.entry
        var event: JSONObject = ["resourceType": "AuditEvent", "id": .string("pdex-\(line.recorded.sequence)")]
        if let profile = profile(of: line, kind) { event["meta"] = ["profile": [.string(profile)]] }
        event["type"] = kind.type
        event["subtype"] = [kind.subtype ?? Self.coding("urn:pdex:audit-action", entry.action)]
        event["action"] = .string(kind.action)
        event["recorded"] = .string(entry.at.text)
        event["outcome"] = .string(kind.outcome)
        if let reason = entry.reason, !reason.isEmpty { event["outcomeDesc"] = .string(reason) }
        event["agent"] = .array(agents(line, kind))
        event["source"] = ["observer": Self.service, "type": [Self.coding(Self.terms + "security-source-type", "4")]]
        event["entity"] = .array(entities(line, kind))
        return .object(event)
    }

    /// The pattern to which an event conforms exactly: only if the patient is known by id, and there is just one
    /// consent or bundle.
    private func profile(of line: AuditLine, _ kind: AuditKind) -> String? {
        guard line.person?.id != nil, let exchange = line.exchange, parties[exchange.clinic] != nil,
            parties[exchange.payer] != nil
        else { return nil }
        let patterns = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
        return switch kind {
        case .decision where line.consent != nil: patterns + "AuthZconsent"
        case .disclosure: patterns + "PrivacyDisclosure.Source"
        case .delivery(isTaken: true) where line.deliveries.count == 1: patterns + "PatientUpdate"
        default: nil
        }
    }

    static let terms = "http://terminology.hl7.org/CodeSystem/"
    static let dicom = "http://dicom.nema.org/resources/ontology/DCM"

    static func coding(_ system: String, _ code: String, _ display: String? = nil) -> JSONValue {
        var coding: JSONObject = ["system": .string(system), "code": .string(code)]
        if let display { coding["display"] = .string(display) }
        return .object(coding)
    }

    static func concept(_ system: String, _ code: String) -> JSONValue {
        ["coding": [coding(system, code)]]
    }
}

extension AuditKind {
    var isDecision: Bool {
        if case .decision = self { true } else { false }
    }

    fileprivate var type: JSONValue {
        switch self {
        case .decision: AuditEventWriter.coding(AuditEventWriter.dicom, "110113", "Security Alert")
        case .disclosure: AuditEventWriter.coding(AuditEventWriter.dicom, "110106", "Export")
        case .delivery:
            AuditEventWriter.coding(AuditEventWriter.terms + "audit-event-type", "rest", "RESTful Operation")
        case .person, .step: AuditEventWriter.coding(AuditEventWriter.dicom, "110110", "Patient Record")
        case .arrival: AuditEventWriter.coding(AuditEventWriter.dicom, "110107", "Import")
        case .question: AuditEventWriter.coding(AuditEventWriter.dicom, "110112", "Query")
        case .activity: AuditEventWriter.coding(AuditEventWriter.dicom, "110100", "Application Activity")
        }
    }

    fileprivate var subtype: JSONValue? {
        switch self {
        case .decision:
            AuditEventWriter.coding("https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType", "AuthZ-Consent")
        case .disclosure: AuditEventWriter.coding(AuditEventWriter.terms + "iso-21089-lifecycle", "disclose")
        case .delivery: AuditEventWriter.coding("http://hl7.org/fhir/restful-interaction", "update")
        default: nil
        }
    }

    fileprivate var action: String {
        switch self {
        case .disclosure: "R"
        case .delivery, .person: "U"
        case .arrival: "C"
        default: "E"
        }
    }

    /// 0 is success, 4 is for something to be retried or left to an operator, 8 a refusal (R4 `audit-event-outcome`).
    fileprivate var outcome: String {
        switch self {
        case .decision(isPermitted: false): "8"
        case .delivery(isTaken: false): "4"
        default: "0"
        }
    }
}
