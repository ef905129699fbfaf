import PDex

/// A store as one process sees it: what was not committed when its life ended never will be.
struct MortalStore: Store {
    let store: any Store
    let life: Lifetime

    func read<Value: Sendable>(_ body: @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        try life.goOn()
        return try await store.read(body)
    }

    func write<Value: Sendable>(_ body: @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        try life.pass("before a commit")
        let value = try await store.write { writer in
            let value = try body(writer)
            try life.goOn()
            return value
        }
        try life.pass("after a commit")
        return value
    }
}
