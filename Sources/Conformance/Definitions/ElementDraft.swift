import FHIR
import FHIRPath

/// One element of a snapshot as it is read, before it is linked with its children.
struct ElementDraft {
    let path: String
    let name: String
    let isChoice: Bool
    let sliceName: String?
    let min: Int
    let max: Int
    let isArray: Bool
    let isPartial: Bool
    let types: [ElementType]
    var fixed: JSONValue?
    var pattern: JSONValue?
    var bindings: [Binding]
    var invariants: [Invariant]
    let maxLength: Int?
    let least: JSONValue?
    let most: JSONValue?
    let contentReference: String?
    let slicing: JSONValue?

    init?(_ json: JSONValue, library: PackageSet) {
        guard let path = json["path"]?.string else { return nil }
        self.path = path
        let last = path.lastIndex(of: ".").map { String(path[path.index(after: $0)...]) } ?? path
        isChoice = last.hasSuffix("[x]")
        name = isChoice ? String(last.dropLast(3)) : last
        sliceName = json["sliceName"]?.string
        min = json["min"]?.number?.int ?? 0
        max = Self.limit(json["max"]?.string)
        isArray = Self.limit(json["base"]?["max"]?.string ?? json["max"]?.string) > 1
        isPartial = false
        types = (json["type"]?.elements ?? []).compactMap { Self.type($0, path: path, library) }
        fixed = Self.value(json, prefix: "fixed")
        pattern = Self.value(json, prefix: "pattern")
        bindings = Self.bindings(json["binding"])
        invariants = (json["constraint"]?.elements ?? []).compactMap { Invariant($0) }
        maxLength = json["maxLength"]?.number?.int
        least = Self.value(json, prefix: "minValue")
        most = Self.value(json, prefix: "maxValue")
        contentReference = json["contentReference"]?.string
        slicing = json["slicing"]
    }

    /// The rules of the sliced element that this slice does not repeat, because snapshots omit them there. For a
    /// choice, bindings, fixed values and patterns are left out, because the values differ in type.
    func lacking(_ sliced: ElementDraft) -> ElementDraft {
        var rest = sliced
        rest.invariants = sliced.invariants.filter { rule in !invariants.contains { $0.key == rule.key } }
        rest.bindings = isChoice ? [] : sliced.bindings.filter { !bindings.map(\.valueSet).contains($0.valueSet) }
        rest.fixed = isChoice || fixed != nil ? nil : sliced.fixed
        rest.pattern = isChoice ? nil : sliced.pattern
        return rest
    }

    /// This element with all rules of the one that it is a slice of, for slices of the slice.
    func adding(_ sliced: ElementDraft) -> ElementDraft {
        let rest = lacking(sliced)
        var whole = self
        whole.invariants += rest.invariants
        whole.bindings += rest.bindings
        whole.fixed = fixed ?? rest.fixed
        whole.pattern = pattern ?? rest.pattern
        return whole
    }

    private static func limit(_ text: String?) -> Int {
        text.flatMap { Int($0) } ?? .max
    }

    private static func value(_ json: JSONValue, prefix: String) -> JSONValue? {
        json.object?.members.first { $0.key.hasPrefix(prefix) }?.value
    }

    private static func type(_ json: JSONValue, path: String, _ library: PackageSet) -> ElementType? {
        guard var code = json["code"]?.string else { return nil }
        let declared = json["extension"]?.elements.first {
            $0["url"]?.string == "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
        }
        if let declared { code = declared["valueUrl"]?.string ?? declared["valueUri"]?.string ?? code }
        // A resource's own id has the format of ids, whatever the definition says.
        if path.hasSuffix(".id"), path.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 1,
            ResourceTypes.contains(String(path.dropLast(3)))
        {
            code = "id"
        }
        let profiles = json["profile"]?.elements.compactMap(\.string) ?? []
        let targets = json["targetProfile"]?.elements.compactMap(\.string) ?? []
        let types = targets.map { library.definition(.structure, $0)?.type ?? Self.tail($0) }
        // A profile that is in no package, and whose URL does not end in a type, may be of any type.
        let isAny = types.isEmpty || !types.allSatisfy(ResourceTypes.contains)
        return ElementType(
            code: code, profiles: profiles, targets: isAny ? nil : Set(types), targetProfiles: targets)
    }

    private static func tail(_ canonical: String) -> String {
        let url = PackageSet.parts(canonical).url
        return url.lastIndex(of: "/").map { String(url[url.index(after: $0)...]) } ?? url
    }

    private static func bindings(_ json: JSONValue?) -> [Binding] {
        guard let json else { return [] }
        let strength = json["strength"]?.string
        var bindings: [Binding] = []
        if let valueSet = json["valueSet"]?.string, strength == "required" || strength == "extensible" {
            bindings.append(Binding(isRequired: strength == "required", valueSet: valueSet))
        }
        let maximum = json["extension"]?.elements.first {
            $0["url"]?.string == "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet"
        }
        if let valueSet = maximum?["valueCanonical"]?.string {
            bindings.append(Binding(isRequired: true, valueSet: valueSet))
        }
        return bindings
    }
}

extension Invariant {
    /// Constraints of every element or resource that are checked in code, or of no use to a reader (`dom-6` is best
    /// practice).
    private static let inCode: Set<String> = [
        "ele-1", "ext-1", "ref-1", "dom-2", "dom-3", "dom-4", "dom-5", "dom-6", "txt-1", "txt-2", "bdl-7",
    ]

    /// Expressions that differ from their description: R4's vs-1 is about a dateTime, but refuses every Period.
    private static let corrected = [
        "($this as dateTime).toString().length() >= 8":
            "($this is dateTime).not() or $this.toString().length() >= 8"
    ]

    /// Reads a constraint; nil for those that are checked in code and for best practice.
    init?(_ json: JSONValue) {
        guard let key = json["key"]?.string, !Self.inCode.contains(key), let text = json["expression"]?.string else {
            return nil
        }
        let isPractice = json["extension"]?.elements.contains {
            $0["url"]?.string == "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice"
                && $0["valueBoolean"]?.bool == true
        }
        guard isPractice != true else { return nil }
        self.init(
            key: key, isError: json["severity"]?.string != "warning", human: json["human"]?.string ?? "",
            expression: try? PathExpression(Self.corrected[text] ?? text))
    }
}
