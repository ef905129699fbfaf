import FHIR

extension ValidationRun {
    /// Checks the entries' addresses (FHIR R4 §2.36.2.1, bdl-7).
    func check(bundle: JSONObject) {
        let type = bundle["type"]?.string ?? ""
        var seen: Set<String> = []
        for (place, entry) in (bundle["entry"]?.array ?? []).enumerated() {
            trail.enter("entry")
            trail.enter(place)
            check(entry: entry, bundleType: type, &seen)
            trail.leave()
            trail.leave()
        }
    }

    private func check(entry: JSONValue, bundleType: String, _ seen: inout Set<String>) {
        guard let resource = entry["resource"] else { return }
        guard let url = entry["fullUrl"]?.string else {
            if ["document", "message", "searchset", "collection"].contains(bundleType) {
                report(.bundleFullURLMissing, "an entry without fullUrl cannot be referred to", severity: .warning)
            }
            return
        }
        if bundleType != "history" {
            let version = resource["meta"]?["versionId"]?.string ?? ""
            if !seen.insert("\(url) \(version)").inserted {
                report(.bundleFullURLTwice, "two entries have the same fullUrl and version")
            }
        }
        guard url.contains(":") else {
            report(.bundleFullURL, "fullUrl has to be absolute")
            return
        }
        guard case .absolute(_, let type, let id, let version) = Reference(parsing: url) else { return }
        if version != nil { report(.bundleFullURL, "fullUrl must not name a version") }
        if let own = resource["id"]?.string, own != id {
            report(.bundleFullURL, "fullUrl ends with another id than the resource has")
        } else if let own = resource["resourceType"]?.string, own != type, ResourceTypes.contains(type) {
            report(.bundleFullURL, "fullUrl names another type than the resource has")
        }
    }
}
