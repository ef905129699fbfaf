import PDex
import Testing

@testable import FHIRClient

@Suite("What a failed transfer is told as")
struct TransportFaultTests {
    @Test("whatever may be tried again says who does so by itself, and promises it of no other command")
    func again() {
        for reason in TransportError.Reason.allCases {
            let fault = Fault(TransportError(reason, mayHaveArrived: false), at: "med0")

            let says = fault.hint?.hasSuffix("any other command is to be given again.") == true
            #expect(says == (fault.disposition == .retry), "\(reason)")
        }
    }
}
