import PDex

/// A promise that an implementation does not keep.
public struct ContractBreach: Error, Sendable, CustomStringConvertible {
    /// What was expected and what was found.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws a breach unless `condition` holds.
func expect(_ condition: Bool, _ what: String) throws {
    guard condition else { throw ContractBreach(what) }
}

/// Throws a breach unless both are equal.
func expect<Value: Equatable>(_ found: Value, is expected: Value, _ what: String) throws {
    guard found == expected else { throw ContractBreach("\(what): expected \(expected), found \(found)") }
}

/// Throws a breach unless `body` throws the fault with that code.
func expectFault(_ code: FaultCode, _ what: String, _ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let fault as Fault where fault.code == code {
        return
    } catch {
        throw ContractBreach("\(what): expected \(code.rawValue), found \(error)")
    }
    throw ContractBreach("\(what): expected \(code.rawValue), nothing was thrown")
}
