import Foundation

/// Lets all threads share two heaps, and gives large pieces back as soon as they are free.
///
/// glibc gives every thread a heap of its own and keeps what is freed there: with three dozen threads that is
/// memory that nobody uses and nothing gives back. What is larger than a threshold is mapped by itself, but the
/// threshold grows with what was freed: after the first batches of a pull no batch is mapped any more.
enum SharedHeap {
    /// `M_ARENA_MAX` of glibc's `mallopt`, which Swift does not import.
    private static let arenaMaximum: Int32 = -8
    /// `M_MMAP_THRESHOLD`; once set, it stays.
    private static let mapThreshold: Int32 = -3

    /// Sets both; to be called before threads start. Without glibc's `mallopt` nothing changes.
    static func prepare() {
        typealias Mallopt = @convention(c) (_ parameter: Int32, _ value: Int32) -> Int32
        guard let process = dlopen(nil, RTLD_NOW), let address = dlsym(process, "mallopt") else { return }
        let set = unsafeBitCast(address, to: Mallopt.self)
        _ = set(arenaMaximum, 2)
        _ = set(mapThreshold, 1 << 20)
    }
}
