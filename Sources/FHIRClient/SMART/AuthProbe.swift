import FHIR
public import PDex

/// Takes the steps to a token one by one and reports how far it gets: `pdex auth test`.
public struct AuthProbe: Sendable {
    /// How a step went.
    public enum Verdict: Sendable, Hashable {
        /// It passed; with what was found.
        case passed(String)
        /// It failed; no later step was tried.
        case failed(Fault)
    }

    /// One step to a token.
    public struct Step: Sendable, Hashable {
        /// What was tried, such as "SMART configuration".
        public let name: String
        /// How it went.
        public let verdict: Verdict
        /// What the server said when it refused: shown only to the person who asked, and passed on nowhere else.
        public var remarks: [ServerRemark] = []
    }

    private let discovery: Discovery
    private let keys: any KeyProvider
    private let nonce: @Sendable () -> String

    /// Describes a probe of `connection`.
    public init(
        _ connection: ServerConnection, _ registration: ServerConnection.BackendServices, keys: any KeyProvider,
        transport: any HTTPTransport, clock: any WallClock,
        nonce: @escaping @Sendable () -> String = { RandomBytes.hex(16) }
    ) throws(Fault) {
        let policy = try OutboundPolicy(base: connection.base, allowsPrivateNetwork: connection.allowsPrivateNetwork)
        discovery = Discovery(
            connection: connection, registration: registration, policy: policy, transport: transport, clock: clock)
        self.keys = keys
        self.nonce = nonce
    }

    /// Tries every step until one fails.
    public func run() async -> [Step] {
        var steps: [Step] = []
        var remarks: [ServerRemark] = []
        do {
            _ = try await step("keys", &steps) {
                let held = try await keys.keys()
                return ((), held.map { "\($0.kid) (\($0.algorithm.rawValue))" }.joined(separator: ", "))
            }
            let found = try await step("SMART configuration", &steps) {
                let found = try await discovery.fetch()
                return (found, "token endpoint on \(found.tokenEndpoint.origin), clock \(found.skew / 1000) s ahead")
            }
            let request = TokenRequest(
                connection: discovery.connection, registration: discovery.registration, configuration: found,
                transport: discovery.transport, keys: keys, clock: discovery.clock)
            _ = try await step("signing key", &steps) {
                let key = try await request.chosenKey()
                return ((), "\(key.kid) (\(key.algorithm.rawValue))")
            }
            _ = try await step("token and scopes", &steps) {
                let answer = try await request.send(nonce: nonce())
                if case .refused(_, let said, _) = answer { remarks = said }
                guard let token = try answer.token() else { throw request.nowhere }
                try request.checkScopes(of: token)
                return ((), discovery.connection.scopes.text(in: found.scopeForm))
            }
        } catch {
            if !steps.isEmpty { steps[steps.count - 1].remarks = remarks }
            // The failed step, which is the last one, says why.
        }
        return steps
    }

    private func step<Value: Sendable>(
        _ name: String, _ steps: inout [Step], _ body: () async throws -> (value: Value, found: String)
    ) async throws -> Value {
        do {
            let (value, found) = try await body()
            steps.append(Step(name: name, verdict: .passed(found)))
            return value
        } catch {
            let fault = error as? Fault ?? Fault(.interrupted, .retry, "The test was interrupted.")
            steps.append(Step(name: name, verdict: .failed(fault)))
            throw fault
        }
    }
}
