import Testing

@Suite struct `A wrong expression` {
    @Test(arguments: [
        ("", "column 1: The expression is empty."),
        ("  // nothing", "column 1: The expression is empty."),
        ("status = 'x'", "column 8: Write `==` to compare."),
        ("late & late", "column 6: Write `&&` for and."),
        ("late | late", "column 6: Write `||` for or."),
        ("1 <> 2", "column 3: Write `!=` for `<>`."),
        ("{1: 2}", "column 1: Maps are no part of this language."),
        ("1 ; 2", "column 3: `;` means nothing here."),
        ("1 \u{0}", "column 3: The character U+0000 means nothing here."),
        ("e\u{301}", "column 2: The character U+0301 means nothing here."),
        ("while", "column 1: `while` is a word that CEL keeps for itself."),
        (
            "late and late",
            "column 6: Here an operator or the end was expected, and not `and`. Write `&&`."
        ),
        ("1 2", "column 3: Here an operator or the end was expected, and not `2`."),
        ("1 +", "column 4: Here a value was expected, and not the end."),
        ("1 + * 2", "column 5: Here a value was expected, and not `*`."),
        ("(1", "column 3: Here `)` was expected, and not the end."),
        ("1)", "column 2: Here an operator or the end was expected, and not `)`."),
        ("late ? 1", "column 9: Here `:` and what else to give was expected, and not the end."),
        ("size(status", "column 12: Here `,` or `)` was expected, and not the end."),
        ("size(status,)", "column 13: Here a value was expected, and not `)`."),
        ("1 in [1", "column 8: Here `,` or `]` was expected, and not the end."),
        ("status.'x'", "column 8: Here a name behind the dot was expected, and not `'x'`."),
        ("'x'.length", "column 5: A value has no fields: write `.length()` if you mean a method."),
        ("'日本' + \u{1F468}\u{200D}\u{1F469}", "column 8: `\u{1F468}` means nothing here."),
    ])
    func `says what was expected`(text: String, message: String) {
        #expect(refusal(of: text) == message)
    }

    @Test(arguments: [
        ("statsu == 'x'", "column 1: There is no name `statsu`. Did you mean `status`?"),
        ("Late", "column 1: There is no name `Late`. Did you mean `late`?"),
        (
            "zzz",
            "column 1: There is no name `zzz`. The names are: delay, distance, label, landed_at, late, scheduled, seats, speed, status, tail, weather.wind_speed."
        ),
        (
            "weather.wind_sped",
            "column 1: There is no name `weather.wind_sped`. Did you mean `weather.wind_speed`?"
        ),
        ("1 + size", "column 5: `size` is a function: write `size(…)`."),
        ("doubel(1)", "column 1: There is no function `doubel`. Did you mean `double`?"),
        (
            "f(1)",
            "column 1: There is no function `f`. The functions are: double, int, local, size, string, timestamp."
        ),
        (
            "startsWith('a', 'b')",
            "column 1: There is no function `startsWith`. It is a method: write `x.startsWith(…)`."
        ),
        (
            "has(tail)",
            "column 1: There is no function `has`. Write `x != null` to ask whether there is a value."
        ),
        (
            "now()",
            "column 1: There is no function `now`. An expression knows no clock: it gives the same at any time."
        ),
        (
            "status.double()",
            "column 8: There is no method `double`. It is a function: write `double(x)`."
        ),
        (
            "status.matches('a')",
            "column 8: There is no method `matches`. There are no regular expressions here; there are startsWith, endsWith and contains."
        ),
        (
            "scheduled.getHour()",
            "column 11: There is no method `getHour`. Did you mean `getHours`?"
        ),
        (
            "status.zz()",
            "column 8: There is no method `zz`. The methods are: contains, endsWith, startsWith, size, getFullYear, getMonth, getDate, getDayOfMonth, getDayOfWeek, getDayOfYear, getHours, getMinutes, getSeconds, getMilliseconds."
        ),
        ("size()", "column 1: `size` takes one argument, and not 0."),
        ("size('a', 'b')", "column 1: `size` takes one argument, and not 2."),
        ("status.contains()", "column 8: `contains` takes one argument, and not 0."),
        ("status.size(1)", "column 8: `.size()` takes no argument, and not 1."),
        ("local()", "column 1: `local` takes one argument, and not 0."),
    ])
    func `knows what was meant by a name`(text: String, message: String) {
        #expect(refusal(of: text) == message)
    }

    @Test(arguments: [
        (
            "distance + 1.5",
            "column 1: `+` does not mix an int and a double. Write `double(distance)`."
        ),
        ("speed * 2", "column 9: `*` does not mix an int and a double. Write `2.0`."),
        (
            "speed * (distance + 1)",
            "column 9: `*` does not mix an int and a double. Write `double(distance + 1)`."
        ),
        ("speed % 2", "column 1: `%` is for ints, and `speed` is a double: write `int(speed)`."),
        (
            "speed % speed",
            "column 1: `%` is for ints, and `speed` is a double: write `int(speed)`."
        ),
        ("status - 'x'", "column 1: `-` is for numbers, and `status` is a string."),
        (
            "1 + scheduled",
            "column 5: `+` is for numbers or strings, and `scheduled` is a timestamp."
        ),
        ("null + 1", "column 1: `+` is for numbers or strings, and `null` is null."),
        (
            "status + 1",
            "column 10: `+` needs the same on both sides, and `status` is a string, `1` an int. Write `string(…)` to join texts."
        ),
        ("-late", "column 2: `-` needs a number, and `late` is a bool. Write `!` for not."),
        ("-status", "column 2: `-` needs a number, and `status` is a string."),
        ("!distance", "column 2: `!` needs a bool, and `distance` is an int."),
        ("late && status", "column 9: `&&` needs a bool, and `status` is a string."),
        ("null || late", "column 1: `||` needs a bool, and `null` is null."),
        ("1 ? 2 : 3", "column 1: `?` needs a bool, and `1` is an int."),
        (
            "late ? 1 : 'a'",
            "column 12: Both branches of `?:` need one type: `1` is an int, and `'a'` a string."
        ),
        (
            "late ? 1 : 2.5",
            "column 12: Both branches of `?:` need one type: `1` is an int, and `2.5` a double. Write `1.0`."
        ),
        (
            "status == 5",
            "column 11: `status` is a string and `5` an int: they cannot be compared. Write `int(status)`."
        ),
        (
            "scheduled > '2013'",
            "column 13: `scheduled` is a timestamp and `'2013'` a string: they cannot be compared. Write `timestamp('2013')`."
        ),
        ("late == 1", "column 9: `late` is a bool and `1` an int: they cannot be compared."),
        ("delay < null", "column 9: null has no order: write `x == null` or `x != null`."),
        (
            "status in [1]",
            "column 12: `status` is a string and `1` an int: they cannot be compared. Write `int(status)`."
        ),
        ("status in status", "column 11: `in` needs a list: write `in [\"a\", \"b\"]`."),
        ("[1] == [1]", "column 1: A list may stand only to the right of `in`."),
        ("size(1)", "column 6: `size` takes a string, and `1` is an int."),
        (
            "int(late)",
            "column 5: `int` takes a double, a string, a timestamp, an int, and `late` is a bool."
        ),
        (
            "double(null)",
            "column 8: `double` takes a double, a string, an int, and `null` is null."
        ),
        ("(1 + 2).size()", "column 1: `size` is for strings, and `1 + 2` is an int."),
        ("'a'.contains(1)", "column 14: `contains` is for strings, and `1` is an int."),
        (
            "timestamp('2013')",
            "column 11: \"2013\" does not read as a timestamp: write it as in \"2013-07-05T18:00:00-04:00\"."
        ),
        (
            "local(scheduled)",
            "column 1: `local(…)` is a clock, and no value: write `local(…).getHours()` or another method."
        ),
        ("local(1).getHours()", "column 7: `local` needs a timestamp, and `1` is an int."),
        (
            "status.getHours()",
            "column 1: `getHours` needs a timestamp, and `status` is a string. Write `timestamp(status)`."
        ),
        (
            "scheduled.getHours('America/New_York')",
            "column 11: Zone names and offsets are refused, because zone tables change: write `local(t).getHours()` for the clock of whoever wrote the timestamp, `t.getHours()` for UTC."
        ),
    ])
    func `says which types do not go together`(text: String, message: String) {
        #expect(refusal(of: text) == message)
    }
}
