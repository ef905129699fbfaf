public import FHIR

/// Tells what in a record is sensitive: always by its labels, and by the lists in `mappings/sensitivity` (CO-05 …
/// CO-07).
public struct Sensitivity: Sendable {
    /// Why a resource is sensitive.
    public struct Finding: Sendable, Hashable {
        /// The category: the name of a file, or ``Sensitivity/byLabel``.
        public let category: String
        /// What releases it; when several findings apply, the strictest.
        public let release: SensitivityCategory.Release
        /// What was found: only for those who may see the record.
        public let cause: String
    }

    /// The result of looking at one resource.
    public struct Look: Sendable {
        /// The strictest finding.
        public var finding: Finding?
        /// References to resources that many patients share, such as places and drugs, which may be sensitive
        /// themselves.
        public var shared: [ReferenceElement] = []
    }

    /// The category of a finding by a label; no file may have this name.
    public static let byLabel = "label"

    /// The categories, the strictest first.
    public let categories: [SensitivityCategory]
    /// A value that changes with the lists; nil when there are none.
    public let mark: String?
    private let labels: CodeIndex
    private let tags: CodeIndex
    private let codes: CodeIndex
    private let types: [String: Int]
    private let places: [String: Int]

    /// Uses labels, and those of `categories` that apply to `clinic`; `mark` stands for the bytes of their files.
    public init(_ categories: [SensitivityCategory] = [], clinic: String? = nil, mark: String? = nil) {
        let here = categories.filter { category in clinic.map { category.clinics?.contains($0) ?? true } ?? true }
        let sorted = here.filter { $0.release == .nothing } + here.filter { $0.release != .nothing }
        self.categories = sorted
        self.mark = sorted.isEmpty ? nil : mark
        labels = CodeIndex(sorted.map(\.labels))
        tags = CodeIndex(sorted.map(\.tags))
        codes = CodeIndex(sorted.map(\.codes))
        types = Self.first(sorted.map(\.types))
        places = Self.first(sorted.map(\.places))
    }

    private static func first(_ sets: [Set<String>]) -> [String: Int] {
        Dictionary(
            sets.enumerated().flatMap { index, words in words.map { ($0, index) } }, uniquingKeysWith: { min($0, $1) })
    }

    /// How a record names what held something back: `labels`, or the list's place among the clinic's lists sorted by
    /// name. A list's name, next to a person, may say as much as a diagnosis.
    public func recorded(_ finding: Finding) -> String {
        let names = categories.map(\.name).sorted()
        guard let place = names.firstIndex(of: finding.category) else { return "labels" }
        return "list \(place + 1) of \(names.count)"
    }

    /// Looks at one resource and everything in it.
    public func look(at resource: Resource) -> Look {
        var look = Look()
        let json = JSONValue.object(resource.json)
        for item in [json] + (resource["contained"]?.elements ?? []) { labels(of: item, &look) }
        if let id = resource["id"]?.string { place(resource.type + "/" + id, &look) }
        walk(json, &look)
        return look
    }

    private func labels(of item: JSONValue, _ look: inout Look) {
        let meta = item["meta"]
        if let type = item["resourceType"]?.string, let index = types[type] { note(index, "type " + type, &look) }
        // A label that has only text has no coding: it counts as one without a code.
        let document = (item["securityLabel"]?.elements ?? []).flatMap { $0["coding"]?.elements ?? [$0] }
        for label in (meta?["security"]?.elements ?? []) + document { self.label(label, &look) }
        for tag in meta?["tag"]?.elements ?? [] {
            guard let code = tag["code"]?.string, let system = tag["system"]?.string else { continue }
            if let index = tags.category(system, code) { note(index, "tag " + code, &look) }
        }
    }

    private func label(_ label: JSONValue, _ look: inout Look) {
        let system = label["system"]?.string ?? ""
        let code = label["code"]?.string ?? ""
        let index = labels.category(system, code)
        let release = SensitivityLabels.release(system, code, isListed: index != nil)
        if let release, isStricter(release, than: look.finding) {
            look.finding = Finding(category: Self.byLabel, release: release, cause: SensitivityLabels.words(code))
        }
        if let index { note(index, "label " + code, &look) }
    }

    /// The end of the URL of the extension that labels a part of a resource (DS4P, inline security labels).
    private static let inlineLabel = "inline-sec-label"

    /// Every coding counts wherever it is, including components, extensions and contained resources. So does every
    /// place that is named, which may be labelled itself even when there are no lists.
    private func walk(_ json: JSONValue, _ look: inout Look) {
        switch json {
        case .array(let elements):
            for element in elements { walk(element, &look) }
        case .object(let object):
            var system: String?
            var code: String?
            for member in object.members {
                if case .string(let text) = member.value {
                    switch member.key {
                    case "system": system = text
                    case "code": code = text
                    case "reference": reference(ReferenceElement(text), &look)
                    case "url" where text.hasSuffix(Self.inlineLabel):
                        if let value = object["valueCoding"] { label(value, &look) }
                    default: break
                    }
                } else {
                    if member.key == "identifier", member.value.object != nil { logical(object, &look) }
                    walk(member.value, &look)
                }
            }
            if let system, let code, let index = codes.category(system, code) {
                note(index, system + "|" + code, &look)
            }
        default: break
        }
    }

    /// A reference by identifier alone; one without a type may lead to any shared resource.
    private func logical(_ object: JSONObject, _ look: inout Look) {
        guard let element = ReferenceElement(object), element.reference == nil,
            element.type.map(SharedTypes.contains) ?? true
        else { return }
        look.shared.append(element.unspoken)
    }

    private func reference(_ element: ReferenceElement, _ look: inout Look) {
        let reference = Reference(parsing: element.reference ?? "")
        guard let type = reference.type, SharedTypes.contains(type) else { return }
        look.shared.append(element)
        guard !places.isEmpty, let id = reference.id else { return }
        place(type + "/" + id, &look)
    }

    private func place(_ name: String, _ look: inout Look) {
        if let index = places[name] { note(index, "place " + name, &look) }
    }

    private func note(_ index: Int, _ cause: String, _ look: inout Look) {
        let category = categories[index]
        guard isStricter(category.release, than: look.finding) else { return }
        look.finding = Finding(category: category.name, release: category.release, cause: cause)
    }

    private func isStricter(_ release: SensitivityCategory.Release, than finding: Finding?) -> Bool {
        guard let finding else { return true }
        return release == .nothing && finding.release != .nothing
    }
}
