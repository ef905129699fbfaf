import FHIR

/// Tells whether what a payer holds is what it was sent: it may have added to a resource, but must not have changed or
/// lost anything in it (WR-19).
///
/// Stricter than it need be: a payer that rewrites numbers or instants is sent the same again, which does no harm.
struct SentContent: Sendable {
    /// The payer's base, which it may write in front of references.
    let base: String

    /// Elements of `meta` that a server sets itself.
    private static let stamps: Set = ["versionId", "lastUpdated", "source"]

    /// Whether `held` has everything in the resource `sent`.
    func isKept(_ sent: JSONObject, in held: JSONObject) -> Bool {
        sent.members.allSatisfy { member in
            guard let other = held[member.key] else { return member.key == "meta" && isStamp(member.value) }
            return member.key == "meta" ? isMeta(member.value, in: other) : isKept(member, in: other)
        }
    }

    private func isKept(_ sent: JSONObject.Member, in held: JSONValue) -> Bool {
        guard sent.key == "reference", let text = sent.value.string, let other = held.string else {
            return isKept(sent.value, in: held)
        }
        return [text, base + "/" + text].contains { other == $0 || other.hasPrefix($0 + "/_history/") }
    }

    private func isKept(_ sent: JSONValue, in held: JSONValue) -> Bool {
        switch (sent, held) {
        case (.object(let sent), .object(let held)):
            sent.members.allSatisfy { member in held[member.key].map { isKept(member, in: $0) } ?? false }
        case (.array(let sent), .array(let held)):
            sent.count == held.count && zip(sent, held).allSatisfy { isKept($0, in: $1) }
        default: sent == held
        }
    }

    /// Profiles, tags and labels may come with others, in any order.
    private func isMeta(_ sent: JSONValue, in held: JSONValue) -> Bool {
        guard let sent = sent.object else { return sent == held }
        return sent.members.filter { !Self.stamps.contains($0.key) }.allSatisfy { member in
            let others = held[member.key]?.elements ?? []
            return member.value.elements.allSatisfy { one in others.contains { isKept(one, in: $0) } }
        }
    }

    private func isStamp(_ meta: JSONValue) -> Bool {
        meta.object?.keys.allSatisfy(Self.stamps.contains) ?? false
    }
}
