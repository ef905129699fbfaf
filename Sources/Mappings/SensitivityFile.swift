import DeclarativeFiles
import FHIR
import PDex

/// One file of `mappings/sensitivity`: a category of information that is not sent along with the rest.
enum SensitivityFile {
    /// Every key, in the order in which a file has them.
    static let keys = [
        "sensitivity", "about", "released-by", "clinics", "labels", "tags", "codes", "types", "places",
    ]

    /// Reads the file; nil when it has too many errors to go on.
    static func category(in file: DeclarativeFile, _ report: inout FileReport) -> SensitivityCategory? {
        let fields = file.root.fields(
            keys, required: ["sensitivity", "about", "released-by"], in: "a sensitivity file", &report)
        let name = fields["sensitivity"]?.string(&report)
        let stem = String((file.path.split(separator: "/").last ?? "").dropLast(".yaml".count))
        if let name, let node = fields["sensitivity"], name != stem {
            report.report("the category '\(name.prefix(64))' must stand in \(name.prefix(64)).yaml", at: node)
        }
        if name == Sensitivity.byLabel, let node = fields["sensitivity"] {
            report.report(
                "'\(Sensitivity.byLabel)' stands for what is found by a label: give the category and its file another name",
                at: node)
        }
        let about = fields["about"]?.string(&report)
        let release = fields["released-by"]?.choice(SensitivityCategory.Release.self, &report)
        let clinics = fields["clinics"]?.strings(&report).map(Set.init)
        let labels = fields["labels"]?.codeList(&report) ?? CodeList()
        let tags = fields["tags"]?.codeList(&report) ?? CodeList()
        let codes = fields["codes"]?.codeList(&report) ?? CodeList()
        let types = fields["types"]?.types(&report) ?? []
        let places = fields["places"]?.places(&report) ?? []
        guard let name, let about, let release else { return nil }
        let category = SensitivityCategory(
            name: name, about: about, release: release, clinics: clinics, labels: labels, tags: tags, codes: codes,
            types: types, places: places)
        if category.count == 0, report.isEmpty {
            report.report("the file looks for nothing; give labels, tags, codes, types or places", at: file.root)
        }
        return category
    }
}

extension DeclarativeNode {
    /// Codes by their systems: a list of `{ systems: […], codes: […], prefixes: […] }`.
    fileprivate func codeList(_ report: inout FileReport) -> CodeList {
        var seen: Set<[String]> = []
        let entries = (list(&report) ?? []).compactMap { node -> CodeList.Entry? in
            let fields = node.fields(
                ["systems", "codes", "prefixes"], required: ["systems"], in: "a list of codes", &report)
            guard let systems = fields["systems"]?.systems(&report) else { return nil }
            let codes = fields["codes"]?.words("code", of: systems, &seen, &report) ?? []
            let prefixes = fields["prefixes"]?.words("beginning", of: systems, &seen, &report) ?? []
            if fields["codes"] == nil, fields["prefixes"] == nil {
                report.report("a list of codes needs 'codes' or 'prefixes'", at: node)
            }
            return CodeList.Entry(systems: systems, codes: codes, prefixes: prefixes)
        }
        return CodeList(entries)
    }

    private func systems(_ report: inout FileReport) -> [String]? {
        guard let elements = list(&report) else { return nil }
        if elements.isEmpty { report.report("'systems' needs at least one system", at: self) }
        return elements.compactMap { node in
            guard let system = node.string(&report) else { return nil }
            let scheme = system.prefix { $0 != ":" }
            if scheme.count >= system.count - 1 || scheme.isEmpty {
                report.report(
                    "'\(system.prefix(64))' is not a code system; write its URI, such as http://snomed.info/sct",
                    at: node)
            } else if !Self.knownSystems.contains(system),
                let known = Self.knownSystems.first(where: { Self.plain($0) == Self.plain(system) })
            {
                report.report("'\(system.prefix(80))' is nearly a system that is known", at: node, suggestion: known)
            }
            return system
        }
    }

    /// Systems that lists usually name, so that a typing error is noticed: a list in a wrong system finds nothing.
    private static let knownSystems = [
        "http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-9-cm",
        "http://snomed.info/sct", "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm",
        "http://www.ama-assn.org/go/cpt", "http://hl7.org/fhir/sid/ndc", "http://nucc.org/provider-taxonomy",
        "http://terminology.hl7.org/CodeSystem/v3-ActCode", "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
        "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "http://www.cms.gov/Medicare/Coding/ICD10",
        "http://terminology.hl7.org/CodeSystem/consentpolicycodes",
    ]

    /// A system without the differences that people overlook: case, `https`, a slash at the end, `-` and `_`.
    private static func plain(_ system: String) -> String {
        system.lowercased().replacing("https://", with: "http://").filter { !"-_/".contains($0) }
    }

    private func words(
        _ what: String, of systems: [String], _ seen: inout Set<[String]>, _ report: inout FileReport
    ) -> [String] {
        (list(&report) ?? []).compactMap { node in
            guard let word = node.string(&report) else { return nil }
            if word.isEmpty || word.contains(where: \.isWhitespace) {
                report.report("'\(word.prefix(64))' is not a \(what)", at: node)
            } else if !seen.insert(systems + [what, word]).inserted {
                report.report("'\(word.prefix(64))' is listed twice", at: node)
            }
            return word
        }
    }

    fileprivate func types(_ report: inout FileReport) -> Set<String> {
        Set(
            (list(&report) ?? []).compactMap { node in
                node.word(among: ResourceTypes.r4, called: "a FHIR R4 resource type", &report)
            })
    }

    fileprivate func places(_ report: inout FileReport) -> Set<String> {
        Set(
            (list(&report) ?? []).compactMap { node in
                guard let place = node.string(&report) else { return nil }
                let parts = place.split(separator: "/", omittingEmptySubsequences: false)
                guard parts.count == 2, !parts[1].isEmpty, SharedTypes.contains(String(parts[0])) else {
                    report.report(
                        "'\(place.prefix(64))' is not a place such as Location/7 or Organization/psychiatry", at: node)
                    return nil
                }
                return place
            })
    }
}
