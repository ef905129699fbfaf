import Glibc

/// The versions of the system's libraries that this process has loaded.
enum LibraryVersions {
    /// Such as `libcurl/7.88.1 OpenSSL/3.0.15 zlib/1.2.13, SQLite 3.40.1`; empty when none is linked dynamically.
    static var text: String {
        let curl = answer(of: "curl_version").map { $0.split(separator: " ").prefix(3).joined(separator: " ") }
        let sqlite = answer(of: "sqlite3_libversion").map { "SQLite " + $0 }
        return [curl, sqlite].compactMap { $0 }.joined(separator: ", ")
    }

    /// The text that a library's function without parameters returns; the text stays the library's own.
    private static func answer(of function: String) -> String? {
        typealias Function = @convention(c) () -> UnsafePointer<CChar>?
        // Both functions have had this signature in every version.
        guard let symbol = dlsym(nil, function), let text = unsafeBitCast(symbol, to: Function.self)() else {
            return nil
        }
        return String(cString: text)
    }
}
