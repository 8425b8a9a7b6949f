internal import Bytes
internal import Records

// A column is a bit for each row, set where the value is not null, the first row in the lowest bit;
// then the values that are there, one behind the other.

extension ByteWriter {
    mutating func append(column values: [FieldValue]) {
        var bits = [UInt8](repeating: 0, count: (values.count + 7) / 8)
        for (index, value) in values.enumerated() where !value.isNull {
            bits[index / 8] |= 1 << UInt8(index % 8)
        }
        append(contentsOf: bits)
        var last: Int64 = 0
        for value in values {
            switch value {
            case .null: break
            case .bool(let value): value.write(to: &self)
            case .int(let value): value.write(to: &self)
            case .float(let value): value.write(to: &self)
            case .string(let value): value.write(to: &self)
            case .timestamp(let value):
                // Rows stand in the order of time, so the distance from the row before is short.
                (value.instant.microseconds &- last).write(to: &self)
                Int64(value.offsetMinutes).write(to: &self)
                last = value.instant.microseconds
            }
        }
    }
}

extension ByteReader {
    mutating func readColumn(
        _ column: DatasetColumn,
        count: Int
    ) throws(ByteError) -> [FieldValue] {
        let start = position
        let bits = Array(try read(count: (count + 7) / 8))
        if count % 8 > 0, let last = bits.last, last >> UInt8(count % 8) != 0 {
            throw .malformed("\(column.name) has more values than there are rows", at: start)
        }
        var values: [FieldValue] = []
        values.reserveCapacity(count)
        var last: Int64 = 0
        for index in 0 ..< count {
            let isThere = bits[index / 8] >> UInt8(index % 8) & 1 == 1
            values.append(isThere ? try readValue(column, after: &last) : .null)
        }
        return values
    }

    private mutating func readValue(
        _ column: DatasetColumn,
        after last: inout Int64
    ) throws(ByteError) -> FieldValue {
        let start = position
        switch column.type {
        case .bool: return .bool(try Bool(from: &self))
        case .int64: return .int(try Int64(from: &self))
        case .float:
            let value = try Double(from: &self)
            guard value.isFinite, value.bitPattern == value.canonical.bitPattern else {
                throw .malformed("\(column.name) holds a number that no row has", at: start)
            }
            return .float(value)
        case .string: return .string(try String(from: &self))
        case .timestamp:
            last &+= try Int64(from: &self)
            // RFC 3339 writes offsets of less than a day.
            let offset = try Int64(from: &self)
            guard (-1_439 ... 1_439).contains(offset) else {
                throw .malformed("\(column.name) holds a time that no row has", at: start)
            }
            return .timestamp(Timestamp(Instant(microseconds: last), offsetMinutes: Int32(offset)))
        }
    }
}
