import Foundation

/// Lets all threads share two heaps.
///
/// glibc gives every thread a heap of its own and keeps what is freed there: with three dozen threads that is
/// memory that nobody uses and nothing gives back.
enum SharedHeap {
    /// `M_ARENA_MAX` of glibc's `mallopt`, which Swift does not import.
    private static let arenaMaximum: Int32 = -8

    /// Sets the limit; to be called before threads start. Without glibc's `mallopt` nothing changes.
    static func prepare() {
        typealias Mallopt = @convention(c) (_ parameter: Int32, _ value: Int32) -> Int32
        guard let process = dlopen(nil, RTLD_NOW), let address = dlsym(process, "mallopt") else { return }
        _ = unsafeBitCast(address, to: Mallopt.self)(arenaMaximum, 2)
    }
}
