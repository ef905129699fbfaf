import Foundation

/// Makes all threads share two heaps, and returns large blocks to the system as soon as they are free.
///
/// glibc gives every thread a heap of its own and keeps freed memory there: with three dozen threads, much memory is
/// neither used nor returned. Blocks above a threshold are mapped separately, but that threshold grows with the sizes
/// freed: after the first batches of a pull, no batch is mapped any more.
enum SharedHeap {
    /// `M_ARENA_MAX` of glibc's `mallopt`, which Swift does not import.
    private static let arenaMaximum: Int32 = -8
    /// `M_MMAP_THRESHOLD`; once set, it no longer grows.
    private static let mapThreshold: Int32 = -3

    /// Sets both; must be called before threads start. Without glibc's `mallopt` it does nothing.
    static func prepare() {
        typealias Mallopt = @convention(c) (_ parameter: Int32, _ value: Int32) -> Int32
        guard let process = dlopen(nil, RTLD_NOW), let address = dlsym(process, "mallopt") else { return }
        let set = unsafeBitCast(address, to: Mallopt.self)
        _ = set(arenaMaximum, 2)
        _ = set(mapThreshold, 1 << 20)
    }
}
