import Conformance
import FHIR
import PDex

/// The targets of references in a member's mapped resources, among what is sent: profiles may constrain them.
///
/// When the gate looks, references are still the clinic's, but their targets are as they will be sent: targets left out
/// are not found.
struct SentTargets {
    /// The member's resources that are sent.
    var own: [ResourceKey: MappedResource] = [:]
    let shared: SharedResources
    let stager: Stager
    /// Shared resources by the reference that leads to them.
    private var read: [String: JSONValue] = [:]

    /// Most references followed for one resource.
    private static let most = 256

    init(shared: SharedResources, stager: Stager) {
        self.shared = shared
        self.stager = stager
    }

    /// The targets of a resource's references; their own references are not followed.
    mutating func index(of resource: JSONObject, _ reader: any StoreReader) throws -> BundleIndex {
        var texts: [String] = []
        JSONValue.object(resource).forEachReference { texts.append($0) }
        var found: [String: JSONValue] = [:]
        for text in texts where found[text] == nil && found.count < Self.most {
            found[text] = try target(of: text, reader)
        }
        return BundleIndex(byReference: found)
    }

    private mutating func target(of text: String, _ reader: any StoreReader) throws -> JSONValue? {
        if let known = read[text] { return known }
        let resolution = ReferenceResolution(text, stager: stager)
        guard let key = try resolution.key(reader, stager: stager) else { return nil }
        if let target = own[key] { return .object(target.json) }
        guard resolution.isShared else { return nil }
        let target = try sent(key, reader)
        read[text] = target
        return target
    }

    /// A shared resource as it is sent. One that holds the exchange is not found: bundling reports why it is held.
    private func sent(_ key: ResourceKey, _ reader: any StoreReader) throws -> JSONValue? {
        do {
            return try shared.node(key, reader)?.resource
        } catch let fault as Fault where fault.disposition == .park {
            return nil
        }
    }
}

extension GraphNode {
    /// The resource of its entry, as it is sent.
    var resource: JSONValue? { (try? JSONParser.parse(entry))?["resource"] }
}
