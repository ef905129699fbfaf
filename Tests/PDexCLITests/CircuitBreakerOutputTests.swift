import FHIR
import PDex
import Testing

@testable import PDexCLI

@Suite("What pdex queue status says of a payer")
struct CircuitBreakerOutputTests {
    private static let at = Instant("2026-06-01T02:13:31Z") ?? .earliest
    private static let until = Instant("2026-06-01T02:14:07Z") ?? .earliest

    @Test("a closed payer: until when, why, and what comes next")
    func closed() {
        let breaker = CircuitBreaker(
            payer: "med0", failing: ["a", "b", "c"], spent: 30, closings: 1, closedUntil: Self.until,
            lastFault: .payerUnknownOutcome, at: Self.at)
        #expect(
            breaker.words(at: Self.at)
                == "payer med0: closed until \(Self.until.text), 3 failures in a row, last: payer.unknown-outcome at "
                + "\(Self.at.text); next: one delivery is tried then, and all go on when it works")
        #expect(breaker.json["closed"] == true)
        #expect(breaker.json["failures-in-a-row"]?.number?.int == 3)
        #expect(breaker.json["last-fault"]?.string == "payer.unknown-outcome")
    }

    @Test("a payer is left alone until its pause is over, though it stays closed until a delivery works")
    func leftAlone() {
        var breaker = CircuitBreaker(payer: "med0", closings: 1, closedUntil: Self.until, at: Self.at)
        #expect(breaker.isLeftAlone(at: Self.at))
        #expect(!breaker.isLeftAlone(at: Self.until) && breaker.isClosed)
        breaker.closedUntil = nil
        #expect(!breaker.isLeftAlone(at: Self.at))
    }

    @Test("a payer that is tried, and one that failed once and is open")
    func others() {
        var breaker = CircuitBreaker(
            payer: "med0", failing: ["a"], spent: 10, lastFault: .remoteThrottled, at: Self.at)
        #expect(
            breaker.words(at: Self.at)
                == "payer med0: open, 1 failure in a row, last: remote.throttled at \(Self.at.text)")
        breaker.closedUntil = Self.until
        breaker.probe = "x-1"
        #expect(breaker.words(at: Self.at).hasSuffix("; next: delivery x-1 is tried now"))
        #expect(breaker.json["probe"]?.string == "x-1")
    }

    @Test("a payer that was closed again and again has had at least so many failures, and is not closed until the past")
    func again() {
        let breaker = CircuitBreaker(
            payer: "med0", failing: ["a", "b", "c"], spent: 30, closings: 4, closedUntil: Self.until,
            lastFault: .remoteFailed, at: Self.at)
        #expect(
            breaker.words(at: Self.until.adding(milliseconds: 1))
                == "payer med0: closed, at least 3 failures in a row, last: remote.failed at \(Self.at.text), closed 4 times "
                + "in a row; next: one delivery is tried as soon as one is due, and all go on when it works")
    }
}
