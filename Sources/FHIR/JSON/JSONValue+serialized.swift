extension JSONValue {
    /// The shortest JSON: no white space, members in their order, numbers as they were written.
    public func serialized() -> [UInt8] {
        var out: [UInt8] = []
        write(into: &out)
        return out
    }

    /// The JSON as text: for people, with a line for each member, or in the shortest form.
    public func serialized(pretty: Bool) -> String {
        var out: [UInt8] = []
        if pretty {
            JSONWriter.writePretty(self, indentation: 0, into: &out)
        } else {
            write(into: &out)
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends the shortest JSON to bytes that there are already.
    public func write(into out: inout [UInt8]) {
        JSONWriter.write(self, into: &out)
    }
}
