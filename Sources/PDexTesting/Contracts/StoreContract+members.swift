import FHIR
import PDex

extension StoreContract {
    static let members: [StorePromise] = [
        StorePromise("what an operator decided about a patient is kept until it is decided again or forgotten") {
            store in
            let first = link(1, to: 7)
            let apart = link(1, to: nil)
            try await store.write { try $0.decide(first, audit: entry("member.linked")) }
            let linked = try await store.read {
                try ($0.memberLink(of: key(1), route), $0.memberLink(to: key(7), route))
            }
            try await store.write { try $0.decide(apart, audit: entry("member.unlinked")) }
            let parted = try await store.read {
                try ($0.memberLink(of: key(1), route), $0.memberLink(to: key(7), route))
            }
            try await store.write { try $0.undecide(key(1), route, audit: entry("member.undecided")) }
            let forgotten = try await store.read { try $0.memberLink(of: key(1), route) }
            let trail = try await store.read { try $0.audit(after: 0, limit: 9).map(\.entry.action) }
            try expect([linked.0, linked.1], is: [first, first], "the link")
            try expect([parted.0, parted.1], is: [apart, nil], "the patient kept apart")
            try expect(forgotten, is: nil, "the link that was forgotten")
            try expect(trail, is: ["member.linked", "member.unlinked", "member.undecided"], "the audit trail")
        },
        StorePromise("a member is linked to one patient of a clinic, and nothing is changed for a second") { store in
            let elsewhere = Route(clinic: "clinic1", payer: "med0")
            let other = MemberLink(
                route: elsewhere, patient: key(3), member: key(7), reason: "r", actor: "a", at: StoreSample.start)
            try await store.write { writer in
                try writer.decide(link(1, to: 7), audit: entry("member.linked"))
                try writer.decide(other, audit: entry("member.linked"))
            }
            try await expectFault(.matchTaken, "the second patient") {
                try await store.write { try $0.decide(link(2, to: 7), audit: entry("member.linked")) }
            }
            let (second, trail) = try await store.read {
                try ($0.memberLink(of: key(2), route), $0.audit(after: 0, limit: 9).count)
            }
            try expect(second, is: nil, "the second link")
            try expect(trail, is: 2, "the entries of the audit trail")
        },
        StorePromise("what a payer answered is kept until it answers otherwise, and leads back to who was asked about")
        {
            store in
            let typed = Identifier(system: "urn:s", value: "U-1", typeCodes: [Coding(system: "urn:t", code: "UMB")])
            let plain = Identifier(system: nil, value: "U-2")
            var first = answer(1)
            (first.outcome, first.question, first.attempts) = (.matched, -9, 2)
            (first.member, first.identifier) = (key(7), typed)
            var second = answer(2)
            (second.outcome, second.member, second.identifier) = (.matched, key(7), plain)
            let kept = [first, second]
            try await store.write { writer in
                for match in kept { try writer.keep(match, audit: entry("match.answered")) }
            }
            let read = try await store.read { reader in try kept.map { try reader.memberMatch(of: $0.patient, route) } }
            let back = try await store.read { try $0.patients(answeredAs: key(7), route) }
            let changed = answer(1)
            try await store.write { try $0.keep(changed, audit: entry("match.asked")) }
            let (again, left, elsewhere, trail) = try await store.read { reader in
                try (
                    reader.memberMatch(of: key(1), route), reader.patients(answeredAs: key(7), route),
                    reader.memberMatch(of: key(1), Route(clinic: "clinic1", payer: "med0")),
                    reader.audit(after: 0, limit: 9).count
                )
            }
            try expect(read, is: kept, "the answers")
            try expect(back, is: [key(1), key(2)], "the patients of the member")
            try expect([again, elsewhere], is: [changed, nil], "the answer that took the place, and on another route")
            try expect(left, is: [key(2)], "the patients left")
            try expect(trail, is: 3, "the entries of the audit trail")
        },
        StorePromise("a record that another took the place of is kept as it was, from the end of the one before") {
            store in
            let versions = ["one", "two", "three"].map { text in
                StoreSample.resource(
                    5, type: "Coverage", updated: text == "one" ? StoreSample.start : nil, content: text)
            }
            for (index, version) in versions.enumerated() {
                try await store.write { writer in
                    try writer.supersede([version.key, key(99)], until: StoreSample.seconds(Int64(index)))
                    _ = try writer.stage(StoreSample.batch([version]))
                }
            }
            let history = try await store.read { try $0.history(of: key(5)) }
            try expect(history.map(\.bytes), is: versions.prefix(2).map(\.bytes), "the versions")
            try expect(history.map(\.since), is: [StoreSample.start, StoreSample.seconds(1)], "from when")
            try expect(history.map(\.until), is: [StoreSample.seconds(1), StoreSample.seconds(2)], "until when")
        },
        StorePromise("an exchange keeps its evidence, and who took a patient's place leads back to it") { store in
            let evidence = MatchEvidence(member: key(7), rule: "member-id", value: -3, via: key(2))
            var merged = StoreSample.exchange("x-1", member: 1)
            merged.match = evidence
            let exchange = merged
            try await store.write { writer in
                try writer.open(StoreSample.run("run-1"))
                try writer.insert(exchange, audit: [StoreSample.entry("exchange.staged", of: "x-1")])
            }
            let (found, before) = try await store.read {
                try ($0.exchange("x-1")?.match, $0.followers(of: key(2), payer: "med0"))
            }
            try await store.write {
                try $0.insert(
                    StoreSample.exchange("x-2", member: 1), audit: [StoreSample.entry("exchange.staged", of: "x-2")])
            }
            let after = try await store.read { try $0.followers(of: key(2), payer: "med0") }
            try expect(found, is: evidence, "the evidence")
            try expect([before, after], is: [[key(1)], []], "the followers before and after a later exchange")
        },
    ]

    private static let route = StoreSample.route

    private static func key(_ bits: Int64) -> ResourceKey { StoreSample.key(bits) }

    private static func link(_ patient: Int64, to member: Int64?) -> MemberLink {
        MemberLink(
            route: route, patient: key(patient), member: member.map(key), reason: "card seen", actor: "ada",
            at: StoreSample.start)
    }

    private static func answer(_ patient: Int64) -> MemberMatch {
        MemberMatch(
            route: route, patient: key(patient), outcome: .asked, detail: "med0 was asked", at: StoreSample.start)
    }

    private static func entry(_ action: String) -> AuditEntry { StoreSample.entry(action, of: nil) }
}
