import PDex

/// A payer as one process sees it.
struct MortalPayer: PayerServer {
    let payer: any PayerServer
    let life: Lifetime

    var base: String { payer.base }

    func capability() async throws -> ServerCapability {
        try await through("the payer's capability") { try await payer.capability() }
    }

    func search(_ query: SearchQuery) async throws -> SearchPage {
        try await through("the payer's \(query.path)") { try await payer.search(query) }
    }

    func page(_ link: String) async throws -> SearchPage {
        try await through("a page of the payer's") { try await payer.page(link) }
    }

    func read(type: String, id: String) async throws -> [UInt8]? {
        try await through("the payer's \(type)") { try await payer.read(type: type, id: id) }
    }

    func unreadableTypes(among types: [String]) async throws -> [String] {
        try await payer.unreadableTypes(among: types)
    }

    func submit(
        _ bundle: [UInt8], requestID: String, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> PayerAnswer {
        try await through("a submission") {
            try await payer.submit(bundle, requestID: requestID, lastLook: lastLook)
        }
    }

    func matchMember(
        _ question: MemberMatchQuestion, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> MemberMatchAnswer {
        try await through("a question who a member is") {
            try await payer.matchMember(question, lastLook: lastLook)
        }
    }

    func startMatchingMembers(
        _ questions: [MemberMatchQuestion], lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> String {
        try await through("a question who many members are") {
            try await payer.startMatchingMembers(questions, lastLook: lastLook)
        }
    }

    private func through<Value>(_ place: String, _ ask: () async throws -> Value) async throws -> Value {
        try life.pass("before \(place)")
        let value = try await ask()
        try life.pass("after \(place)")
        return value
    }
}
