extension Reference {
    /// The reference as seen on a server: an absolute one under that base becomes local, any other stays.
    ///
    /// Scheme and host are compared without case, a default port and trailing slashes do not count (RFC 3986 §6.2).
    public func relative(to base: String) -> Reference {
        guard case .absolute(let own, let type, let id, let version) = self,
            Self.normalized(own).hasSameBytes(as: Self.normalized(base))
        else { return self }
        return .local(type: type, id: id, version: version)
    }

    private static func normalized(_ base: String) -> String {
        var segments = base.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        while segments.count > 3, segments.last == "" { segments.removeLast() }
        guard segments.count >= 3 else { return base }
        segments[0] = segments[0].lowercased()
        segments[2] = segments[2].lowercased()
        let defaultPort = segments[0] == "https:" ? ":443" : ":80"
        if segments[2].hasSuffix(defaultPort) { segments[2].removeLast(defaultPort.count) }
        return segments.joined(separator: "/")
    }
}
