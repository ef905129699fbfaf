import FHIR
import Glibc
import PDex
import PDexTesting
import Synchronization
import Testing

@testable import SQLiteStore

/// Several stores, or a stranger, on one file.
struct LockingTests {
    private let place: TemporaryPlace
    private let hasty = StoreOptions(lockTimeout: .milliseconds(30))

    init() throws {
        place = try TemporaryPlace()
    }

    @Test("a store that another process writes to for too long is not opened, and says who is in the way")
    func opening() throws {
        let other = try StoreLock(path: place.path + ".lock", timeout: .zero)
        let fault = #expect(throws: Fault.self) {
            try other.withLock { try SQLiteExchangeStore.open(path: place.path, digests: .standIn, options: hasty) }
        }
        #expect(fault?.code == .storeLocked)
        #expect(fault?.disposition == .stop)
        #expect(fault?.hint?.contains("fuser \(place.path).lock") == true)
    }

    @Test("nothing is written and no checkpoint is made without the lock, while reads go on")
    func writing() async throws {
        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn, options: hasty)
        try await store.recordEntries(1)
        let other = try HeldLock(path: place.path + ".lock")
        let write = await #expect(throws: Fault.self) { try await store.recordEntries(1) }
        let checkpoint = await #expect(throws: Fault.self) { try await store.checkpoint() }
        #expect([write?.code, checkpoint?.code] == [.storeLocked, .storeLocked])
        #expect(try await store.read { try $0.audit(after: 0, limit: 9).count } == 1)
        other.release()
        try await store.recordEntries(1)
        #expect(try await store.read { try $0.audit(after: 0, limit: 9).count } == 2)
    }

    @Test("a vacuum has succeeded also when somebody reads for longer, and says that the room is given back later")
    func vacuum() async throws {
        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn, options: hasty)
        try await store.recordEntries(1)
        let reader = try HeldTransaction(path: place.path, isReading: true)

        let meanwhile = try await store.vacuum().isGivenBack
        reader.release()
        let afterwards = try await store.vacuum().isGivenBack

        #expect([meanwhile, afterwards] == [false, true])
        #expect(try await store.check() == [])
    }

    @Test("who waits is let in before who just wrote writes again", .timeLimit(.minutes(1)))
    func fairness() async throws {
        let path = place.path + ".lock"
        let forever = Duration.seconds(3600)
        let busy = try StoreLock(path: path, timeout: forever, courtesy: forever)
        let patient = try StoreLock(path: path, timeout: forever)
        let writers = Mutex<[String]>([])
        try busy.hold()
        // On a thread of its own, because waiting for a lock on the file blocks.
        let waiting = Task.detached { try patient.withLock { writers.withLock { $0.append("patient") } } }
        while try !HeldLock.isAwaited(path: path) { await Task.yield() }

        busy.letGo()
        try busy.withLock { writers.withLock { $0.append("busy") } }
        try await waiting.value

        #expect(writers.withLock(\.self) == ["patient", "busy"])
    }

    @Test("who was stopped while it waited for the lock keeps nobody out")
    func stoppedInTheDoor() throws {
        let path = place.path + ".lock"
        let lock = try StoreLock(path: path, timeout: .milliseconds(30))
        let door = try HeldLock(doorOf: path)

        try lock.withLock {}
        withExtendedLifetime(door) {}
    }

    @Test("a program that knows nothing of the lock file and holds the database is named as the reason")
    func stranger() async throws {
        let store = try SQLiteExchangeStore.open(path: place.path, digests: .standIn, options: hasty)
        let transaction = try HeldTransaction(path: place.path)
        let fault = await #expect(throws: Fault.self) { try await store.recordEntries(1) }
        #expect(fault?.code == .storeLocked)
        transaction.release()
        try await store.recordEntries(1)
    }

    @Test("two stores on one file keep one trail without gaps")
    func two() async throws {
        let stores = try (0..<2).map { _ in try SQLiteExchangeStore.open(path: place.path, digests: .standIn) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, store) in stores.enumerated() {
                group.addTask { try await store.recordEntries(60, by: "store \(number)") }
                group.addTask { for _ in 0..<10 { try await store.checkpoint() } }
            }
            try await group.waitForAll()
        }
        let (trail, broken) = try await stores[0].read {
            (try $0.audit(after: 0, limit: 1_000), try $0.firstBrokenAuditEntry())
        }
        #expect(trail.count == 120)
        #expect(broken == nil)
        #expect(try await stores[1].check() == [])
    }
}
