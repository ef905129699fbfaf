import FHIR
import PDex

/// The ways to people, and what the store keeps about them in addition.
extension StoreContract {
    private static let patient = StoreSample.key(1)
    private static let basis: Int64 = -7

    static let people: [StorePromise] = [
        StorePromise("the ways to a person are replaced as a whole, until they are forgotten") { store in
            try await store.write { writer in
                try writer.index(StoreSample.key(1), of: "med0", for: "med0", facts: nil, links: [9, 10], basis: 1)
                try writer.index(
                    StoreSample.key(1), of: "med0", for: "med0", facts: nil, links: [11, 10, 11], basis: 1)
                try writer.index(StoreSample.key(2), of: "med0", for: "med0", facts: nil, links: [11], basis: 1)
            }
            let before = try await store.read { reader in try [9, 10, 11].map { try reader.members(linkedBy: $0) } }
            try expect(
                before, is: [[], [StoreSample.key(1)], [StoreSample.key(1), StoreSample.key(2)]], "the members")
            try await store.write { try $0.unlink(StoreSample.key(1)) }
            let after = try await store.read { reader in try [10, 11].map { try reader.members(linkedBy: $0) } }
            try expect(after, is: [[], [StoreSample.key(2)]], "the members after unlinking one")
        },
        StorePromise("a value's two ways are followed at once, each to its own people, in the order of keys") { store in
            let (first, second, third) = (StoreSample.key(1), StoreSample.key(2), StoreSample.key(3))
            try await store.write { writer in
                for person in [third, first] {
                    try writer.index(person, of: "med0", for: "med0", facts: nil, links: [8], basis: 1)
                }
                try writer.index(second, of: "clinic0", for: "med0", facts: nil, links: [9], basis: 1)
            }
            let found = try await store.read { reader in
                try [(8, 9), (9, 7), (7, 6)].map {
                    try reader.people(linkedBy: LinkPair(toMembers: $0, toPatients: $1))
                }
            }
            let led = [
                LinkedPeople(members: [first, third].sorted(), patients: [second]), LinkedPeople(members: [second]),
                LinkedPeople(),
            ]
            try expect(found, is: led, "the people")
        },
        StorePromise("the ways to a person for one payer stay when those for another are replaced") { store in
            let patient = StoreSample.key(1)
            try await store.write { writer in
                try writer.index(patient, of: "clinic0", for: "med0", facts: nil, links: [1, 2], basis: 1)
                try writer.index(patient, of: "clinic0", for: "med1", facts: nil, links: [3], basis: 2)
                try writer.index(patient, of: "clinic0", for: "med0", facts: nil, links: [2, 4], basis: 3)
            }
            let (led, bases) = try await store.read { reader in
                (
                    try [1, 2, 3, 4].map { try !reader.members(linkedBy: $0).isEmpty },
                    try ["med0", "med1", "med2"].map { try reader.indexBasis(of: patient, for: $0) }
                )
            }
            try expect(led, is: [false, true, true, true], "the ways that lead there")
            try expect(bases, is: [3, 2, nil], "the bases")
            try await store.write { try $0.unlink(patient) }
            let left = try await store.read { reader in
                (
                    try [2, 3, 4].flatMap { try reader.members(linkedBy: $0) },
                    try reader.indexBasis(of: patient, for: "med1")
                )
            }
            try expect(left.0, is: [], "the ways that are left")
            try expect(left.1, is: nil, "the basis for the other payer")
        },
        StorePromise("what a person's record changes is to be indexed anew for every payer, and still led to") {
            store in
            let patient = StoreSample.key(1)
            try await store.write { writer in
                for (payer, link) in [("med0", Int64(1)), ("med1", 2)] {
                    try writer.index(patient, of: "clinic0", for: payer, facts: nil, links: [link], basis: 1)
                }
                _ = try writer.stage(StoreSample.batch([StoreSample.resource(1, type: "Patient")]))
                try writer.index(patient, of: "clinic0", for: "med0", facts: nil, links: [3], basis: 1)
            }
            let (led, bases) = try await store.read { reader in
                (
                    try [1, 2, 3].map { try !reader.members(linkedBy: $0).isEmpty },
                    try ["med0", "med1"].map { try reader.indexBasis(of: patient, for: $0) }
                )
            }
            try expect(led, is: [false, true, true], "the ways that lead there")
            try expect(bases, is: [1, nil], "the bases")
        },
        StorePromise("what the join asks of a person is read back as it was, whatever is in it") { store in
            let samples = [whole, PersonFacts(person: nil), PersonFacts(person: empty, isActive: false)]
            for facts in samples {
                try await keep(facts, in: store)
                let (read, made) = try await store.read {
                    (try $0.facts(of: patient), try $0.indexBasis(of: patient, for: "med0"))
                }
                try expect(read, is: facts, "the facts")
                try expect(made, is: basis, "the basis")
            }
        },
        StorePromise("a person without facts is indexed all the same") { store in
            try await store.write {
                try $0.index(patient, of: "med0", for: "med0", facts: nil, links: [5], basis: basis)
            }
            let (read, made, led) = try await store.read {
                (try $0.facts(of: patient), try $0.indexBasis(of: patient, for: "med0"), try $0.members(linkedBy: 5))
            }
            try expect(read, is: nil, "the facts")
            try expect(made, is: basis, "the basis")
            try expect(led, is: [patient], "whom the way leads to")
        },
        StorePromise("facts are forgotten with what they came from, in its transaction, and the ways stay") { store in
            // Each changes something in a store with a Patient, its Coverage and an Organization of one source.
            let changes: [(String, forgets: Bool, @Sendable (any StoreWriter) throws -> Void)] = [
                ("the Patient", true, { _ = try $0.stage(batch(person, "newer")) }),
                ("the same Patient again", false, { _ = try $0.stage(batch(person, "old")) }),
                ("the Coverage", true, { _ = try $0.stage(batch(coverage, "newer")) }),
                ("another Coverage", true, { _ = try $0.stage(batch((6, "Coverage", 1), "first")) }),
                ("the Coverage, of somebody else", true, { _ = try $0.stage(batch((2, "Coverage", 9), "newer")) }),
                ("an Observation", false, { _ = try $0.stage(batch((7, "Observation", 1), "first")) }),
                ("an Organization", true, { _ = try $0.stage(batch((8, "Organization", nil), "first")) }),
                (
                    "an Organization elsewhere", false,
                    { _ = try $0.stage(batch((8, "Organization", nil), "a", "clinic0")) }
                ),
                ("no Patient", true, { try $0.unstage([StoreSample.key(1)]) }),
                ("no Coverage", true, { try $0.unstage([StoreSample.key(2)]) }),
                ("no Organization", true, { try $0.unstage([StoreSample.key(3)]) }),
                ("no way", true, { try $0.unlink(patient) }),
            ]
            for (what, forgets, change) in changes {
                try await store.write { writer in
                    try writer.unstage([1, 2, 3, 6, 7, 8].map(StoreSample.key))
                    for record in [person, coverage, payor] { _ = try writer.stage(batch(record, "old")) }
                    try writer.index(patient, of: "med0", for: "med0", facts: whole, links: [5], basis: basis)
                    try change(writer)
                    let isThere = try writer.facts(of: patient) != nil
                    try expect(isThere, is: !forgets, "the facts after a change of \(what)")
                    try expect(
                        try writer.indexBasis(of: patient, for: "med0") != nil, is: !forgets, "the basis after \(what)")
                }
            }
        },
        StorePromise("a Coverage that moves to somebody else leads to whom it left no more") { store in
            try await store.write { writer in
                _ = try writer.stage(batch(coverage, "old"))
                try writer.index(patient, of: "med0", for: "med0", facts: nil, links: [5], basis: basis)
                _ = try writer.stage(batch((2, "Coverage", 9), "newer"))
            }
            let led = try await store.read { try $0.members(linkedBy: 5) }
            try expect(led, is: [], "whom the way leads to")
        },
        StorePromise("facts of whoever's coverage names its payor itself do not rest on Organizations") { store in
            try await store.write { writer in
                try writer.index(
                    patient, of: "med0", for: "med0", facts: PersonFacts(person: empty), links: [], basis: basis)
                _ = try writer.stage(batch(payor, "first"))
            }
            let read = try await store.read { try $0.facts(of: patient) }
            try expect(read, is: PersonFacts(person: empty), "the facts")
        },
        StorePromise("a change that is rolled back forgets nothing") { store in
            try await keep(whole, in: store)
            try? await store.write { writer in
                _ = try writer.stage(batch(person, "newer"))
                throw ContractBreach("on purpose")
            }
            let read = try await store.read { try $0.facts(of: patient) }
            try expect(read, is: whole, "the facts")
        },
    ]

    private typealias Record = (number: Int64, type: String, of: Int64?)
    private static let person: Record = (1, "Patient", nil)
    private static let coverage: Record = (2, "Coverage", 1)
    private static let payor: Record = (3, "Organization", nil)

    private static func batch(_ record: Record, _ content: String, _ source: String = "med0") -> StagingBatch {
        StoreSample.batch([
            StoreSample.resource(
                record.number, type: record.type, patient: record.of, content: content, source: source)
        ])
    }

    private static func keep(_ facts: PersonFacts, in store: any Store) async throws {
        try await store.write { try $0.index(patient, of: "med0", for: "med0", facts: facts, links: [], basis: basis) }
    }

    private static let empty = Person(
        key: nil, born: nil, gender: nil, isNamed: false, families: [], givens: [], suffixes: [], addresses: [])

    /// A value in every field, a text whose length does not fit in one byte, and an empty one.
    private static let whole = PersonFacts(
        person: Person(
            key: "k", born: "1970-01-01", gender: "", isNamed: true, families: ["smith", "o\u{301}neil"],
            givens: [GivenNames(first: "joe", further: ""), GivenNames(first: "joe", further: "james j")],
            suffixes: ["jr"], addresses: [String(repeating: "02115 ", count: 40)]),
        identifiers: [
            Identifier(system: "urn:s", value: nil, typeCodes: [Coding(code: "MB"), Coding(code: nil)]), Identifier(),
        ],
        isReplaced: true, replacedBy: [StoreSample.key(-9), StoreSample.key(.max)],
        replaces: [StoreSample.key(.min)],
        coverages: [
            .init(
                key: StoreSample.key(2),
                coverage: Coverage(
                    status: "active", memberIdentifiers: [Identifier(value: "M1")], subscriberID: "S1",
                    period: Period(start: FHIRDate("2024"), end: FHIRDate("2026-05-04T10:00:00Z")),
                    hasReadablePeriod: true,
                    payors: [
                        Payor(identifiers: [Identifier(system: "urn:npi", value: "1")], name: "Med0", reference: nil),
                        Payor(identifiers: [], name: nil, reference: "Organization/med0"),
                    ])),
            .init(
                key: StoreSample.key(4),
                coverage: Coverage(
                    status: "", memberIdentifiers: [], subscriberID: nil, period: Period(), hasReadablePeriod: false,
                    payors: [])),
        ], payors: .organizations)
}
