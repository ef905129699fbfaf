import Dispatch
import Glibc
import Synchronization

/// A fixed number of threads, started when first needed, that carry out transfers with blocking calls.
///
/// The thread that was idle last is used first: its connections are the warmest. Measured against one thread with
/// many transfers, this takes a half to a quarter of the wall time on posts.
final class CurlThreads: Sendable {
    private struct State: ~Copyable {
        var idle: [Seat] = []
        var queue: [CurlTransfer] = []
        var started = 0
        var isClosed = false
    }

    /// Where one thread waits for work.
    private final class Seat: Sendable {
        let transfer = Mutex<CurlTransfer?>(nil)
        let isStarted = Atomic(false)
        let wake = DispatchSemaphore(value: 0)
    }

    private let options: TransportOptions
    private let state = Mutex(State())

    init(_ options: TransportOptions) {
        self.options = options
    }

    /// Has a thread carry out `transfer`, now or when one is free.
    func submit(_ transfer: CurlTransfer) {
        let seat: Seat? = state.withLock { state in
            if let seat = state.idle.popLast() { return seat }
            guard state.started < options.maxThreads else {
                state.queue.append(transfer)
                return nil
            }
            state.started += 1
            return Seat()
        }
        guard let seat else { return }
        let isNew = seat.transfer.withLock { held in
            held = transfer
            defer { seat.isStarted.store(true, ordering: .relaxed) }
            return !seat.isStarted.load(ordering: .relaxed)
        }
        guard !isNew || start(seat) else { return wait(with: transfer) }
        seat.wake.signal()
    }

    /// When the system gives no more threads, one of the existing ones carries out `transfer`, if there are any.
    private func wait(with transfer: CurlTransfer) {
        let idle: Seat?? = state.withLock { state in
            state.started -= 1
            guard state.started > 0 else { return nil }
            if let seat = state.idle.popLast() { return seat }
            state.queue.append(transfer)
            return .some(nil)
        }
        guard let idle else {
            return transfer.finish(.failure(TransportError(.unreachable, mayHaveArrived: false)))
        }
        guard let idle else { return }
        idle.transfer.withLock { $0 = transfer }
        idle.wake.signal()
    }

    /// Lets every thread end after its present transfer.
    func close() {
        let seats = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        for seat in seats { seat.wake.signal() }
    }

    /// Starts the thread of a seat; false when the system gives none.
    private func start(_ seat: Seat) -> Bool {
        let work = Work { [self] in run(seat) }
        let context = Unmanaged.passRetained(work).toOpaque()
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, Self.entry, context)
        if code == 0 {
            pthread_detach(thread)
        } else {
            Unmanaged<Work>.fromOpaque(context).release()
        }
        return code == 0
    }

    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
        return nil
    }

    private final class Work {
        let body: () -> Void

        init(_ body: @escaping () -> Void) { self.body = body }
    }

    private func run(_ seat: Seat) {
        let engine = CurlEngine(options)
        while true {
            seat.wake.wait()
            guard var transfer = seat.transfer.withLock({ $0.take() }) else { return }
            while true {
                engine.carry(transfer)
                let next: CurlTransfer? = state.withLock { state in
                    if !state.queue.isEmpty { return state.queue.removeFirst() }
                    if !state.isClosed { state.idle.append(seat) }
                    return nil
                }
                guard let next else { break }
                transfer = next
            }
            if state.withLock({ $0.isClosed }) { return }
        }
    }
}
