// Words of other modules that stand on the command line as they are.

public import ArgumentParser
public import FHIRClient
public import Logging
public import PDex

extension ExchangeState: ExpressibleByArgument {}
extension FaultCode: ExpressibleByArgument {}
extension SigningAlgorithm: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}
