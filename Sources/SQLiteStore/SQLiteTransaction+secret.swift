import FHIR
import GRDB
import PDex

/// A store is used only with the identity secret that it was made under: another secret would change every id in it,
/// and at every payer.
extension SQLiteTransaction {
    /// Whether the store was made under the secret of `identities`: by its mark or, if it has none yet, by a staged
    /// resource. True for an empty store.
    func isMade(under identities: Identities) throws -> Bool {
        if let mark = try secretMark() { return mark == Self.mark(identities) }
        let staged = try first(
            """
            SELECT source.name, type.name, staged.id, staged.k FROM staged
            JOIN source ON source.rid = staged.source JOIN type ON type.rid = staged.type LIMIT 1
            """
        ) { (source: try $0.text(0), type: try $0.text(1), id: try $0.text(2), key: try $0.key(3)) }
        return staged.map { identities.key(source: $0.source, type: $0.type, id: $0.id) == $0.key } ?? true
    }

    /// Binds the store to the secret of `identities`. Throws `key.unusable` when it is bound to another.
    func claim(under identities: Identities) throws {
        guard try isMade(under: identities) else {
            throw Fault(
                .keyUnusable, .stop, "the identity secret is not the one that the store was made under",
                hint: "put the secret that belongs to the store in its place: under this one everything would be sent "
                    + "once more, under other ids")
        }
        guard try secretMark() == nil else { return }
        try change("INSERT INTO made_under (one, mark) VALUES (1, ?)", [Self.mark(identities)])
    }

    private func secretMark() throws -> String? {
        try first("SELECT mark FROM made_under") { try $0.text(0) }
    }

    private static func mark(_ identities: Identities) -> String { identities.derived("store") }
}
