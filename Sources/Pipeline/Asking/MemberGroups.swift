import FHIR

/// What a payer's Groups say about the people in a question: matched, not matched, or withheld by their consent (PDex
/// `$bulk-member-match`, BM-03 … BM-06).
///
/// They come as Groups (2.2.0) or within Parameters (2.1.0). Only the id of the submitted Patient identifies a person;
/// an entry without one is counted, but not used.
struct MemberGroups: Sendable {
    /// What is said about one person.
    enum Word: Sendable, Hashable {
        /// The member with that id at the payer.
        case member(String)
        case nobody
        case consentRefused
        /// In the Group of matched members, but without a usable member.
        case unusable
    }

    /// The payer's FHIR base URL.
    let base: String
    /// What is said, by the id of the submitted Patient.
    private(set) var words: [String: Set<Word>] = [:]
    /// The ids of the Groups of matched members, which `$davinci-data-export` can export.
    private(set) var matched: [String] = []
    /// How many Group members cannot be identified, plus how many resources are not such Groups.
    private(set) var unclear = 0

    private enum Kind: String {
        case match
        case noMatch = "nomatch"
        case consentConstraint = "consentconstraint"
    }

    private static let results = [
        "MatchedMembers": Kind.match, "NonMatchedMembers": .noMatch, "ConsentConstrainedMembers": .consentConstraint,
    ]
    private static let submitted =
        "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/base-ext-match-parameters"

    init(base: String) {
        self.base = base
    }

    /// What is said about the person whose submitted Patient has that id; several statements decide nothing.
    func words(of id: String) -> Set<Word> { words[id] ?? [] }

    /// Reads one resource of the answer.
    mutating func add(_ json: JSONValue) {
        switch json["resourceType"]?.string {
        case "Group": add(group: json, as: Self.kind(of: json))
        case "Parameters":
            for parameter in json["parameter"]?.elements ?? [] {
                guard let group = parameter["resource"] else { continue }
                let name = parameter["name"]?.string ?? ""
                add(group: group, as: Self.results[name] ?? Self.kind(of: group))
            }
        default: unclear += 1
        }
    }

    private mutating func add(group: JSONValue, as kind: Kind?) {
        guard let kind, group["resourceType"]?.string == "Group" else {
            unclear += 1
            return
        }
        if kind == .match, let id = group["id"]?.string, Resource.isID(id), !matched.contains(id) {
            matched.append(id)
        }
        let contained = Set(
            (group["contained"]?.elements ?? []).filter { $0["resourceType"]?.string == "Patient" }
                .compactMap { $0["id"]?.string })
        for member in group["member"]?.elements ?? [] {
            guard let entity = member["entity"], let id = Self.submitted(entity), contained.contains(id) else {
                unclear += 1
                continue
            }
            words[id, default: []].insert(word(entity, kind, isInactive: member["inactive"]?.bool == true))
        }
    }

    private func word(_ entity: JSONValue, _ kind: Kind, isInactive: Bool) -> Word {
        switch kind {
        case .noMatch: return .nobody
        case .consentConstraint: return .consentRefused
        case .match:
            guard !isInactive, let text = entity["reference"]?.string,
                case .local("Patient", let id, _) = Reference(parsing: text).relative(to: base)
            else { return .unusable }
            return .member(id)
        }
    }

    /// The id of the contained, submitted Patient to which a Group member refers (BM-04).
    private static func submitted(_ entity: JSONValue) -> String? {
        let found = (entity["extension"]?.elements ?? []).filter { $0["url"]?.string == submitted }
        guard found.count == 1, let text = found[0]["valueReference"]?["reference"]?.string, text.hasPrefix("#") else {
            return nil
        }
        return String(text.dropFirst())
    }

    /// The kind by the Group's code, or else by its characteristics; nil when they disagree or say nothing.
    private static func kind(of group: JSONValue) -> Kind? {
        func kinds(_ concept: JSONValue?) -> [Kind] {
            (concept?["coding"]?.elements ?? []).compactMap { $0["code"]?.string.flatMap(Kind.init) }
        }
        let own = Set(kinds(group["code"]))
        let found = own.isEmpty ? Set((group["characteristic"]?.elements ?? []).flatMap { kinds($0["code"]) }) : own
        return found.count == 1 ? found.first : nil
    }
}
