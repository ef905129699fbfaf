import FHIR
import PDex

extension StoreContract {
    static let audit: [StorePromise] = [
        StorePromise("audit entries are numbered from 1 without gaps and read back as they were recorded") { store in
            let entries = [
                AuditEntry(at: StoreSample.start, actor: "service", action: "run.opened", run: "r", reason: "why ✓"),
                AuditEntry(at: StoreSample.seconds(-5), actor: "mia", action: "exchange.replayed", exchange: "x"),
                AuditEntry(at: StoreSample.seconds(1), actor: "", action: "empty", run: "", exchange: "", reason: ""),
            ]
            for entry in entries { try await store.write { try $0.record(entry) } }
            let (all, page, ofExchange, broken) = try await store.read {
                (
                    try $0.audit(after: 0, limit: 10), try $0.audit(after: 1, limit: 1),
                    try $0.audit(ofExchange: "x"), try $0.firstBrokenAuditEntry()
                )
            }
            try expect(all.map(\.sequence), is: [1, 2, 3], "the numbers")
            try expect(all.map(\.entry), is: entries, "the entries")
            try expect(page, is: [all[1]], "a page of one after the first")
            try expect(ofExchange, is: [all[1]], "the entries of one exchange")
            try expect(broken, is: nil, "the first broken entry")
            try expect(Set(all.map(\.hash)).count, is: 3, "different hashes")
        },
        StorePromise("a text with a NUL in it does not break the chain") { store in
            try await store.write {
                try $0.record(AuditEntry(at: StoreSample.start, actor: "a", action: "b", reason: "c\0d"))
            }
            let broken = try await store.read { try $0.firstBrokenAuditEntry() }
            try expect(broken, is: nil, "the first broken entry")
        },
        StorePromise(
            "an exchange predates a restoration by the order of what was written down, whatever the clock said"
        ) {
            store in
            try await store.queue(StoreSample.exchange("before"), [])
            let never = try await store.read { try $0.predatesRestoration("before") }
            try await store.write {
                try $0.record(AuditEntry(at: StoreSample.seconds(-9), actor: "mia", action: "store.restored"))
            }
            try await store.queue(StoreSample.exchange("after"), [])
            let found = try await store.read { reader in
                try ["before", "after"].map { try reader.predatesRestoration($0) }
            }
            try expect(never, is: false, "before any restoration")
            try expect(found, is: [true, false], "after one")
        },
        StorePromise("an empty trail is whole") { store in
            let (entries, broken) = try await store.read {
                (try $0.audit(after: 0, limit: 10), try $0.firstBrokenAuditEntry())
            }
            try expect(entries, is: [], "the entries")
            try expect(broken, is: nil, "the first broken entry")
        },
        StorePromise("a state change and its audit entry are undone together, and leave no gap") { store in
            try await store.queue(StoreSample.exchange("x"), [])
            try await expectFault(.interrupted, "a transaction that fails after the change") {
                try await store.write { writer in
                    try writer.advance(
                        "x", to: .matched, reason: nil, detail: nil, at: StoreSample.start,
                        audit: StoreSample.entry("exchange.matched", of: "x"))
                    throw Fault(.interrupted, .halt, "on purpose")
                }
            }
            try await store.write { try $0.record(StoreSample.entry("after", of: nil)) }
            let (exchange, trail, broken) = try await store.read {
                (try $0.exchange("x"), try $0.audit(after: 0, limit: 10), try $0.firstBrokenAuditEntry())
            }
            try expect(exchange?.state, is: .staged, "the state")
            try expect(trail.map(\.entry.action), is: ["exchange.queued", "after"], "the trail")
            try expect(trail.map(\.sequence), is: [1, 2], "the numbers")
            try expect(broken, is: nil, "the first broken entry")
        },
    ]
}
