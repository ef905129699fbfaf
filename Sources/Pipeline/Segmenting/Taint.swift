import FHIR
import PDex

/// Spreads the findings in one resource to those resources of the same member that would reveal them (CO-05).
///
/// - A resource that refers to a held one is held: what belongs to a visit, a part of a visit, a report of a result, a
///   visit for a diagnosis or on an account, a Provenance.
/// - The parts of a held report or panel are held.
/// - A diagnosis or flag holds the visit that it names. Anything else holds the free text of its visit, which may
///   mention the finding.
struct Taint {
    private let resources: [ClinicalResource]
    private let targets: [[Int]]
    private let referrers: [[Int]]
    private let places: [ResourceKey: Int]
    /// The visits that each resource names, in whatever way.
    private let visits: [Set<ResourceKey>]
    private let texts: [ResourceKey: [Int]]

    private static let freeText: Set<String> = [
        "DocumentReference", "Composition", "ClinicalImpression", "Communication", "QuestionnaireResponse",
    ]
    /// Elements of any type that contain sentences.
    private static let sentences = ["note", "valueString", "patientInstruction", "conclusion", "presentedForm"]
    /// Types whose narrative or description is sent, and contains sentences.
    private static let described: Set<String> = ["CarePlan"]
    private static let holdingVisits: Set<String> = ["Condition", "Flag"]
    private static let panels: Set<String> = ["DiagnosticReport", "Observation", "Composition"]

    /// Reads how a member's resources refer to each other: literally, by identifiers, and in words.
    init(_ resources: [ClinicalResource], base: String, identifierSystem: String) {
        self.resources = resources
        let names = MemberNames(resources, base: base, identifierSystem: identifierSystem)
        var targets: [[Int]] = []
        var referrers: [[Int]] = Array(repeating: [], count: resources.count)
        for (index, item) in resources.enumerated() {
            var found: Set<Int> = []
            JSONValue.object(item.resource.json).forEachReferenceElement { found.formUnion(names.indices(of: $0)) }
            found.remove(index)
            for target in found { referrers[target].append(index) }
            targets.append(found.sorted())
        }
        self.targets = targets
        self.referrers = referrers
        places = Dictionary(
            resources.enumerated().map { ($1.staged.key, $0) }, uniquingKeysWith: { first, _ in first })
        visits = zip(resources, targets).map { item, targets in
            item.encounters.union(targets.map { resources[$0].staged }.filter { $0.type == "Encounter" }.map(\.key))
        }
        var texts: [ResourceKey: [Int]] = [:]
        for (index, item) in resources.enumerated() where Self.isFreeText(item.resource) {
            for visit in visits[index] { texts[visit, default: []].append(index) }
        }
        self.texts = texts
    }

    /// Whether it describes in sentences what happened at a visit.
    private static func isFreeText(_ resource: Resource) -> Bool {
        func says(_ elements: [String], _ json: JSONValue) -> Bool {
            elements.contains { !(json[$0]?.elements.isEmpty ?? true) }
        }
        let json = JSONValue.object(resource.json)
        return freeText.contains(resource.type) || says(sentences, json)
            || (resource["component"]?.elements ?? []).contains { says(["valueString"], $0) }
            || (described.contains(resource.type) && says(["text", "description"], json))
    }

    /// Everything that is held, given the findings in some of the resources.
    func spread(from found: [Int: Sensitivity.Finding]) -> [ResourceKey: Segmentation.Hold] {
        var holds: [ResourceKey: Segmentation.Hold] = [:]
        // The strictest first: a resource held for two reasons is reported with the stricter.
        for release in SensitivityCategory.Release.allCases {
            var open = found.filter { $0.value.release == release }.sorted { $0.key < $1.key }
                .map { (index: $0.key, finding: $0.value, via: ResourceKey?.none) }
            var place = 0
            while place < open.count {
                let next = open[place]
                place += 1
                let key = resources[next.index].staged.key
                guard holds[key] == nil else { continue }
                holds[key] = Segmentation.Hold(finding: next.finding, via: next.via)
                open += reach(of: next.index).map { (index: $0, finding: next.finding, via: .some(key)) }
            }
        }
        return holds
    }

    private func reach(of index: Int) -> [Int] {
        let item = resources[index]
        var reached = referrers[index]
        if Self.panels.contains(item.staged.type) {
            reached += targets[index].filter { resources[$0].staged.type == "Observation" }
        }
        guard item.staged.type != "Encounter" else { return reached }
        for visit in visits[index] {
            if Self.holdingVisits.contains(item.staged.type) {
                if let visit = places[visit] { reached.append(visit) }
            } else {
                reached += texts[visit] ?? []
            }
        }
        return reached
    }
}
