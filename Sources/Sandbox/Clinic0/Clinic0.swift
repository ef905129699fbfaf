import FHIR
import FHIRClient
import PDex
import Serving
import Synchronization

/// The clinic: a FHIR R4 server that is read by search, `$everything` and Bulk Data export.
final class Clinic0: SandboxEndpoint {
    let front: Front
    private let clock: any WallClock
    private let store: Mutex<FHIRStore>
    private let exports: ExportDesk

    var origin: Origin { front.origin }

    /// Serves what `store` holds.
    init(front: Front, store: consuming sending FHIRStore, exports: ExportDesk, clock: any WallClock) {
        self.front = front
        self.store = Mutex(store)
        self.exports = exports
        self.clock = clock
    }

    func answer(_ request: ServedRequest) -> ServedAnswer {
        if let answer = front.answer(request, metadata: { metadata }) { return answer }
        do throws(Refusal) {
            let isExport = request.path.hasPrefix(ExportDesk.path)
            if isExport, let file = try exports.openFile(request) { return file }
            let grant = try front.authorization.grant(for: request)
            if isExport { return try exports.answer(request, grant: grant) }
            guard let segments = front.segments(of: request) else { throw .notFound("The path") }
            let reading = ReadInteractions(base: front.base, grant: grant)
            return try store.withLock { (store) throws(Refusal) -> ServedAnswer in
                if exports.habits.isOffered, segments.last == "$export", let level = ExportOrder.Level(segments) {
                    return try exports.start(
                        level, request, front: front, grant: grant, store: &store, now: clock.now())
                }
                if segments.count == 3, segments[0] == "Patient", segments[2] == "$everything" {
                    let page = PageToken(
                        path: "Patient/\(segments[1])/$everything", query: request.query, type: "", row: -1)
                    return try reading.everything(page, isStrict: request.prefers("handling=strict"), in: &store)
                }
                if let page = FormFields(request.query)?["_page"].flatMap({ PageToken($0) }),
                    page.path.hasSuffix("$everything")
                {
                    return try reading.everything(page, isStrict: false, in: &store)
                }
                guard let answer = try reading.answer(segments, request, in: &store) else {
                    throw .notSupported("\(request.method) on this path")
                }
                return answer
            }
        } catch {
            return .refusal(error)
        }
    }

    /// Adds the resource, or changes it and counts its version up; its `meta.lastUpdated` becomes now.
    func update(_ resource: Resource) throws {
        try store.withLock { store in
            let version = (resource.id.flatMap { store[resource.type, $0]?.version } ?? 0) + 1
            let now = store.tick(clock.now())
            store.put(
                try StoredResource(resource.stamped(version: version, lastUpdated: now).serialized(), loaded: now))
        }
    }

    /// Deletes a resource; false when there is none.
    func delete(_ type: String, _ id: String) -> Bool {
        store.withLock { store in
            let now = store.tick(clock.now())
            return store.delete(type, id, at: now)
        }
    }

    /// One resource as served.
    func resource(_ type: String, _ id: String) -> [UInt8]? {
        store.withLock { $0[type, id]?.bytes }
    }

    /// How many resources there are, by type.
    var counts: [String: Int] {
        store.withLock { $0.tables.mapValues(\.count) }
    }

    private var metadata: JSONValue {
        let bulk = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/"
        var operations = ["Patient": [("everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything")]]
        if exports.habits.isOffered {
            operations["", default: []].append(("export", bulk + "export"))
            operations["Group", default: []].append(("export", bulk + "group-export"))
            operations["Patient", default: []].append(("export", bulk + "patient-export"))
        }
        return Capability(
            name: "Clinic0", base: front.base, types: store.withLock { $0.types },
            interactions: ["read", "vread", "search-type"], systemInteractions: [], operations: operations,
            isWritable: false, date: String(clock.now().text.prefix(10))
        ).json
    }
}
