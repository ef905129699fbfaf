// Types of other modules whose raw values are arguments on the command line.

public import ArgumentParser
public import FHIR
public import FHIRClient
public import Logging
public import PDex

extension ExchangeState: ExpressibleByArgument {}
extension MemberRequestState: ExpressibleByArgument {}
extension Replay.Step: ExpressibleByArgument {}
extension Hold.Subject: ExpressibleByArgument {}
extension ExportPurpose: ExpressibleByArgument {}
extension FaultCode: ExpressibleByArgument {}
extension SigningAlgorithm: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}

extension Instant: ExpressibleByArgument {
    /// Reads an instant with its zone, such as `2026-01-31T00:00:00Z`.
    public init?(argument: String) {
        self.init(argument)
    }
}
