import FHIR
import PDex

/// The bytes in which facts are stored: lengths and counts as varints, texts after their length, a checksum at the end.
extension PersonFacts {
    /// The facts as they are stored.
    var stored: [UInt8] {
        var writer = FactsWriter()
        writer.write(byte: Self.form)
        writer.write(flags: [person != nil, person?.isNamed == true, isActive, isReplaced])
        writer.write(byte: payors.rawValue)
        if let person {
            writer.write(person.key)
            writer.write(person.born)
            writer.write(person.gender)
            writer.write(person.families) { $0.write($1) }
            writer.write(person.givens) { writer, names in
                writer.write(names.first)
                writer.write(names.further)
            }
            writer.write(person.suffixes) { $0.write($1) }
            writer.write(person.addresses) { $0.write($1) }
        }
        writer.write(identifiers) { $0.write($1) }
        writer.write(replacedBy) { $0.write($1) }
        writer.write(replaces) { $0.write($1) }
        writer.write(coverages) { writer, held in
            writer.write(held.key)
            writer.write(held.coverage)
        }
        return writer.checked
    }

    /// Reads stored facts; nil if they are not in this form.
    init?(stored bytes: UnsafeRawBufferPointer) {
        guard var reader = FactsReader(checked: bytes), reader.byte() == Self.form else { return nil }
        let flags = reader.flags()
        guard let payors = Payors(rawValue: reader.byte()) else { return nil }
        var person: Person?
        if flags[0] {
            person = Person(
                key: reader.text(), born: reader.text(), gender: reader.text(), isNamed: flags[1],
                families: reader.list { $0.text() ?? "" },
                givens: reader.list { GivenNames(first: $0.text() ?? "", further: $0.text() ?? "") },
                suffixes: reader.list { $0.text() ?? "" }, addresses: reader.list { $0.text() ?? "" })
        }
        self.init(
            person: person, identifiers: reader.list { $0.identifier() }, isActive: flags[2], isReplaced: flags[3],
            replacedBy: reader.list { $0.key() }, replaces: reader.list { $0.key() },
            coverages: reader.list { Held(key: $0.key(), coverage: $0.coverage()) }, payors: payors)
        guard reader.isAtEnd else { return nil }
    }
}

extension FactsWriter {
    fileprivate mutating func write(_ identifier: Identifier) {
        write(identifier.system)
        write(identifier.value)
        write(identifier.typeCodes) { $0.write($1.code) }
    }

    fileprivate mutating func write(_ coverage: Coverage) {
        write(flags: [coverage.period != nil, coverage.hasReadablePeriod])
        write(coverage.status)
        write(coverage.subscriberID)
        write(coverage.period?.start?.text)
        write(coverage.period?.end?.text)
        write(coverage.memberIdentifiers) { $0.write($1) }
        write(coverage.payors) { writer, payor in
            writer.write(payor.name)
            writer.write(payor.reference)
            writer.write(payor.identifiers) { $0.write($1) }
        }
    }
}

extension FactsReader {
    fileprivate mutating func identifier() -> Identifier {
        Identifier(system: text(), value: text(), typeCodes: list { Coding(code: $0.text()) })
    }

    fileprivate mutating func coverage() -> Coverage {
        let flags = flags()
        let (status, subscriber) = (text() ?? "", text())
        let period = Period(start: date(), end: date())
        return Coverage(
            status: status, memberIdentifiers: list { $0.identifier() }, subscriberID: subscriber,
            period: flags[0] ? period : nil, hasReadablePeriod: flags[1],
            payors: list { reader in
                let (name, reference) = (reader.text(), reader.text())
                return Payor(identifiers: reader.list { $0.identifier() }, name: name, reference: reference)
            })
    }

    /// A date, if one was written; text that is not a date fails.
    private mutating func date() -> FHIRDate? {
        guard let text = text() else { return nil }
        guard let date = FHIRDate(text) else {
            fail()
            return nil
        }
        return date
    }
}
