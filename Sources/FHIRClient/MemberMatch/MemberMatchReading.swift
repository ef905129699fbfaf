import FHIR
import PDex

/// Reads what a payer answers to `$member-match`: the shape of HRex 1.0.0 (type `MB`) and that of 1.1 and 1.2 (type
/// `UMB`, and the Patient), and what a 422 means (MM-10, MM-12).
struct MemberMatchReading {
    /// The payer's FHIR base URL.
    let base: String

    /// The answer in a 200. One identifier, with system and value, of either type: anything less does not identify the
    /// member.
    func answer(_ json: JSONValue) -> MemberMatchAnswer {
        guard json["resourceType"]?.string == "Parameters" else { return .unusable("it is no Parameters") }
        let parameters = json["parameter"]?.elements ?? []
        let found = parameters.filter { $0["name"]?.string == "MemberIdentifier" }
        guard found.count < 2 else { return .several }
        guard let identifier = found.first?["valueIdentifier"].flatMap(Identifier.init) else {
            return .unusable("it has no MemberIdentifier")
        }
        guard identifier.system?.isEmpty == false, identifier.value?.isEmpty == false else {
            return .unusable("its MemberIdentifier lacks system or value")
        }
        let types = identifier.typeCodes.filter { ["UMB", "MB"].contains($0.code) }
        guard !types.isEmpty || identifier.typeCodes.isEmpty else {
            return .unusable("its MemberIdentifier is of another type than UMB and MB")
        }
        let ids = parameters.filter { $0["name"]?.string == "MemberId" }
        guard ids.count < 2 else { return .several }
        let kept = Identifier(
            system: identifier.system, value: identifier.value, typeCodes: [types.first ?? Self.uniqueMember])
        return .member(kept, patient: ids.first.flatMap(patient))
    }

    /// The type of an identifier that states none here.
    private static let uniqueMember = Coding(
        system: "http://hl7.org/fhir/us/davinci-hrex/CodeSystem/hrex-temp", code: "UMB")

    /// The id of a `MemberId` on this server; a member named elsewhere is found by the identifier.
    private func patient(_ parameter: JSONValue) -> String? {
        guard let text = parameter["valueReference"]?["reference"]?.string,
            case .local("Patient", let id, _) = Reference(parsing: text).relative(to: base)
        else { return nil }
        return id
    }

    /// What a 422 means, by codes first and then by words, none of which is kept.
    static func refusal(_ json: JSONValue?) -> MemberMatchAnswer {
        guard let issues = json.flatMap(OperationOutcome.init)?.issues, !issues.isEmpty else {
            return .refused(status: 422)
        }
        let words = issues.flatMap { [$0.detailsCode, $0.detailsText, $0.diagnostics] }.compactMap { $0?.lowercased() }
        func says(_ texts: String...) -> Bool { words.contains { word in texts.contains { word.contains($0) } } }
        let codes = Set(issues.map(\.code))
        if !codes.isDisjoint(with: ["multiple-matches", "duplicate"]) { return .several }
        if !codes.isDisjoint(with: ["suppressed", "forbidden", "security"]) || says("consent") {
            return .consentRefused
        }
        if codes.contains("not-found") { return .nobody }
        if says("multiple", "more than one", "several", "ambiguous") { return .several }
        if says("no match", "not found", "no member", "nomatch", "could not be matched", "unable to match") {
            return .nobody
        }
        return .refused(status: 422)
    }
}
