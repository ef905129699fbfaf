import FHIR
import PDex

/// Carries what was found in one resource to those of the same member that would tell of it (CO-05).
///
/// - What refers to something held is held: what belongs to a visit, a part of a visit, a report of a result, a visit
///   for a diagnosis or on an account, a Provenance.
/// - What a held report or panel consists of is held.
/// - A diagnosis, or a flag, holds the visit that it names. Anything else holds the free text of its visit: what was
///   found may be spoken of there.
struct Taint {
    private let resources: [ClinicalResource]
    private let targets: [[Int]]
    private let referrers: [[Int]]
    private let places: [ResourceKey: Int]
    private let texts: [ResourceKey: [Int]]

    private static let freeText: Set<String> = [
        "DocumentReference", "Composition", "ClinicalImpression", "Communication", "QuestionnaireResponse",
    ]
    private static let holdingVisits: Set<String> = ["Condition", "Flag"]
    private static let panels: Set<String> = ["DiagnosticReport", "Observation", "Composition"]

    /// Reads how a member's resources refer to each other.
    init(_ resources: [ClinicalResource], base: String) {
        self.resources = resources
        var names: [String: Int] = [:]
        for (index, item) in resources.enumerated() { names[item.staged.type + "/" + item.staged.id] = index }
        var targets: [[Int]] = []
        var referrers: [[Int]] = Array(repeating: [], count: resources.count)
        for (index, item) in resources.enumerated() {
            var found: Set<Int> = []
            JSONValue.object(item.resource.json).forEachReference { text in
                guard case .local(let type, let id, _) = Reference(parsing: text).relative(to: base),
                    let target = names[type + "/" + id], target != index
                else { return }
                found.insert(target)
            }
            for target in found { referrers[target].append(index) }
            targets.append(found.sorted())
        }
        self.targets = targets
        self.referrers = referrers
        places = Dictionary(
            resources.enumerated().map { ($1.staged.key, $0) }, uniquingKeysWith: { first, _ in first })
        var texts: [ResourceKey: [Int]] = [:]
        for (index, item) in resources.enumerated() where Self.isFreeText(item.resource) {
            for visit in item.encounters { texts[visit, default: []].append(index) }
        }
        self.texts = texts
    }

    /// Whether it says in sentences what happened at a visit.
    private static func isFreeText(_ resource: Resource) -> Bool {
        freeText.contains(resource.type)
            || (resource.type == "DiagnosticReport"
                && (resource["conclusion"] != nil || resource["presentedForm"] != nil))
    }

    /// Everything that is held, for what is found in some of the resources.
    func spread(from found: [Int: Sensitivity.Finding]) -> [ResourceKey: Segmentation.Hold] {
        var holds: [ResourceKey: Segmentation.Hold] = [:]
        // The strictest first: what is held for two reasons is told by the stricter.
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
        for visit in item.encounters {
            if Self.holdingVisits.contains(item.staged.type) {
                if let visit = places[visit] { reached.append(visit) }
            } else {
                reached += texts[visit] ?? []
            }
        }
        return reached
    }
}
