extension JSONValue {
    /// The shortest JSON: no white space, members in their order, numbers as they were written.
    public func serialized() -> [UInt8] {
        var out = JSONOutput()
        write(into: &out)
        return out.bytes
    }

    /// The JSON as text: for people, with a line for each member, or in the shortest form.
    public func serialized(pretty: Bool) -> String {
        guard pretty else { return String(decoding: serialized(), as: UTF8.self) }
        var out = JSONOutput()
        JSONWriter.writePretty(self, indentation: 0, into: &out)
        return String(decoding: out.bytes, as: UTF8.self)
    }

    /// Appends the shortest JSON to `out`.
    public func write(into out: inout JSONOutput) {
        JSONWriter.write(self, into: &out)
    }
}
