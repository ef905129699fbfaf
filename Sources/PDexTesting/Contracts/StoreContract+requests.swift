import FHIR
import PDex

extension StoreContract {
    static let requests: [StorePromise] = [
        StorePromise("a member request is kept once, as it came first") { store in
            let first = request("r-1", due: 10)
            var second = request("r-1", due: 20)
            second.state = .completed
            let again = second
            let kept = try await store.write { writer in
                (try writer.accept(first, audit: entry("r-1")), try writer.accept(again, audit: entry("r-1")))
            }
            let found = try await store.read { try $0.memberRequest("r-1") }
            try expect(kept.0, is: first, "what is kept of the first")
            try expect(kept.1, is: first, "what is kept of the second")
            try expect(found, is: first, "the request")
            let trail = try await store.read { try $0.audit(after: 0, limit: 10).count }
            try expect(trail, is: 1, "the entries of the audit trail")
        },
        StorePromise("member requests are listed by when they are due, in the states asked for") { store in
            try await store.write { writer in
                for (id, due) in [("a", Int64(30)), ("b", 10), ("c", 20)] {
                    _ = try writer.accept(request(id, due: due), audit: entry(id))
                }
                _ = try move("c", to: .cancelled, writer)
            }
            let (open, all, one) = try await store.read { reader in
                (
                    try reader.memberRequests(in: [.requested], limit: 10).map(\.id),
                    try reader.memberRequests(in: Set(MemberRequestState.allCases), limit: 10).map(\.id),
                    try reader.memberRequests(in: [.requested], limit: 1).map(\.id)
                )
            }
            try expect(open, is: ["b", "a"], "the open ones")
            try expect(all, is: ["b", "c", "a"], "all of them")
            try expect(one, is: ["b"], "the first")
        },
        StorePromise("a member request moves only where its state leads, and each move is in the audit trail") {
            store in
            for (number, state) in MemberRequestState.allCases.enumerated() {
                for (other, next) in MemberRequestState.allCases.enumerated() {
                    let id = "r-\(number)-\(other)"
                    try await expectMove(id, from: state, to: next, in: store)
                }
            }
        },
        StorePromise("a member request keeps its run when a move names none") { store in
            try await store.write { writer in
                _ = try writer.accept(request("r", due: 10), audit: entry("r"))
                _ = try writer.advance(
                    memberRequest: "r", to: .inProgress, run: "run-1", reason: nil, at: StoreSample.seconds(5),
                    audit: entry("r"))
                _ = try writer.advance(
                    memberRequest: "r", to: .failed, run: nil, reason: .memberUnknown, at: StoreSample.seconds(6),
                    audit: entry("r"))
            }
            let found = try await store.read { try $0.memberRequest("r") }
            try expect(found?.run, is: "run-1", "the run")
            try expect(found?.reason, is: .memberUnknown, "the reason")
            try expect(found?.updated, is: StoreSample.seconds(6), "when it changed")
        },
    ]

    private static func expectMove(
        _ id: String, from state: MemberRequestState, to next: MemberRequestState, in store: any Store
    ) async throws {
        let (isMoved, before) = try await store.write { writer in
            var start = request(id, due: 10)
            start.state = state
            _ = try writer.accept(start, audit: entry(id))
            let before = try writer.audit(after: 0, limit: 1000).count
            return (try move(id, to: next, writer), before)
        }
        let (found, after) = try await store.read { reader in
            (try reader.memberRequest(id)?.state, try reader.audit(after: 0, limit: 1000).count)
        }
        let isAllowed = state.successors.contains(next)
        try expect(isMoved, is: isAllowed, "whether \(state) leads to \(next)")
        try expect(found, is: isAllowed ? next : state, "the state")
        try expect(after - before, is: isAllowed ? 1 : 0, "the entries of the audit trail")
    }

    private static func move(
        _ id: String, to state: MemberRequestState, _ writer: any StoreWriter
    ) throws -> Bool {
        try writer.advance(
            memberRequest: id, to: state, run: nil, reason: nil, at: StoreSample.seconds(9), audit: entry(id))
    }

    private static func request(_ id: String, due: Int64) -> MemberRequest {
        MemberRequest(
            id: id, job: "nightly", patient: "joe", since: StoreSample.seconds(1), types: ["Encounter", "Patient"],
            accepted: StoreSample.seconds(2), due: StoreSample.seconds(due))
    }

    private static func entry(_ id: String) -> AuditEntry {
        AuditEntry(at: StoreSample.seconds(2), actor: "tests", action: "request.moved", reason: id)
    }
}
