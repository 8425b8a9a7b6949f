import Bytes
import Chance
import Datasets
import JSON
import Records
import Testing

@Suite struct `Rows as text` {
    private let time = Timestamp(Flights.july, offsetMinutes: -240)

    private func row(_ values: [FieldValue], _ label: FieldValue) -> DatasetRow {
        DatasetRow(id: .string("B6-1"), time: time, values: values, label: label)
    }

    private var rows: [DatasetRow] {
        [
            row(
                [.bool(true), .int(-3), .float(0.1), .string("JFK"), .timestamp(time)],
                .bool(false)
            ),
            row([.null, .null, .null, .null, .null], .null),
            row([.bool(false), .int(0), .float(5), .string("a,\"b\"\n"), .null], .bool(true)),
            row([.null, .null, .float(1e-7), .string(""), .null], .null),
        ]
    }

    @Test func `are CSV with a header, quotes where they are needed, and nothing for null`()
        throws
    {
        let writer = CSVRowsWriter(try Flights.columns())
        let text = String(decoding: writer.header + writer.bytes(of: rows), as: UTF8.self)
        #expect(
            text == """
                flight_id,time,weather__rain,weather__flights_3h,weather__wind,weather__origin,\
                weather__since,late15
                B6-1,2013-06-30T20:00:00-04:00,true,-3,0.1,JFK,2013-06-30T20:00:00-04:00,false
                B6-1,2013-06-30T20:00:00-04:00,,,,,,
                B6-1,2013-06-30T20:00:00-04:00,false,0,5.0,"a,""b""\n",,true
                B6-1,2013-06-30T20:00:00-04:00,,,1e-07,"",,

                """
        )
    }

    @Test func `are JSON lines that read back as they are`() throws {
        let bytes = try JSONLinesWriter(try Flights.columns()).bytes(of: rows)
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 4)
        let names = try Flights.columns().all.map(\.name)
        let values = try lines.map { try JSONValue(parsing: $0) }
        for value in values { #expect(value.object?.map(\.0) == names) }
        #expect(values[0]["weather__wind"] == .number(0.1))
        #expect(values[0]["time"] == "2013-06-30T20:00:00-04:00")
        #expect(values[1]["late15"] == .null)
        #expect(values[2]["weather__origin"] == "a,\"b\"\n")
        #expect(values[2]["late15"] == .bool(true))
    }

    @Test func `have no label column where there is no label`() throws {
        let columns = try RowColumns(id: .init("id", .string), features: [], label: nil)
        let writer = CSVRowsWriter(columns)
        #expect(String(decoding: writer.header, as: UTF8.self) == "id,time\n")
        let text = String(decoding: writer.bytes(of: [row([], .null)]), as: UTF8.self)
        #expect(text == "B6-1,2013-06-30T20:00:00-04:00\n")
    }

    @Test func `keep every float to the bit`() throws {
        var random = SeededRandom(seed: newSeed())
        let columns = try RowColumns(
            id: .init("id", .string),
            features: [.init("x", .float)],
            label: nil
        )
        for _ in 0 ..< 2_000 {
            let number = Double(bitPattern: .random(in: .min ... .max, using: &random))
            guard number.isFinite, number != 0 else { continue }
            let rows = [row([.float(number)], .null)]
            let line = String(decoding: CSVRowsWriter(columns).bytes(of: rows), as: UTF8.self)
            let cell = line.dropLast().split(separator: ",").last.map(String.init)
            #expect(cell.flatMap { Double($0) } == number)
            let json = try JSONValue(parsing: try JSONLinesWriter(columns).bytes(of: rows))
            #expect(json["x"]?.number == number)
        }
    }
}
