public import FHIR
internal import PDex

extension RunReport {
    /// Reads what ``json`` wrote, as the store keeps it; nil when it is no report. ``examples`` are not kept, and of
    /// what another version wrote only the reasons that this one knows count.
    public init?(json: JSONValue) {
        guard let run = json["run"]?.string, let job = json["job"]?.string,
            let state = Run.State(rawValue: json["state"]?.string ?? "")
        else { return nil }
        self.init(run: run, job: job, state: state)
        if let part = json["pulled"] {
            pulled.resources = part.count("resources")
            pulled.patients = part.count("patients")
            pulled.bytes = part.count("bytes")
            pulled.requests = part.count("requests")
        }
        if let part = json["exchanges"] {
            exchanges.acknowledged = part.count("acknowledged")
            exchanges.unmatched = part.count("unmatched")
            exchanges.withheld = part.counts("withheld")
            exchanges.parked = part.counts("parked")
            exchanges.cancelled = part.counts("cancelled")
            exchanges.retrying = part.count("retrying")
            exchanges.unchanged = part.count("unchanged")
        }
        if let part = json["resources"] {
            resources.examined = part.count("examined")
            resources.sent = part.count("sent")
            resources.unchanged = part.count("unchanged")
            resources.waiting = part.count("waiting")
            resources.leftOut = part.counts("left-out")
        }
        submitted.bundles = json["submitted"]?.count("bundles") ?? 0
        submitted.entries = json["submitted"]?.count("entries") ?? 0
        problems = json.counts("problems")
        notes = json.counts("notes")
        conformance = Dictionary(json.counted("conformance"), uniquingKeysWith: +)
        seconds = json["seconds"]?.number.flatMap { Double($0.text) } ?? 0
        fault = json["fault"].flatMap { Obstacle(json: $0) }
    }
}

extension JSONValue {
    fileprivate func count(_ key: String) -> Int { self[key]?.number?.int ?? 0 }

    fileprivate func counts(_ key: String) -> [FaultCode: Int] {
        let known = counted(key).compactMap { name, count in FaultCode(rawValue: name).map { ($0, count) } }
        return Dictionary(known, uniquingKeysWith: +)
    }

    fileprivate func counted(_ key: String) -> [(String, Int)] {
        (self[key]?.object?.members ?? []).map { ($0.key, $0.value.number?.int ?? 0) }
    }
}
