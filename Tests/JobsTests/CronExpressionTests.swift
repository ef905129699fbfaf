import Jobs
import Testing

@Suite("Cron expressions")
struct CronExpressionTests {
    @Test(
        "what crontab(5) knows is read",
        arguments: [
            "* * * * *", "15 2 * * *", "*/15 9-17 * * MON-FRI", "0,30 0-23/2 1,15 JAN,jul *", "0 0 29 2 *",
            "0 0 * * 7", "0 0 * * FRI-SUN", "0 0 31 2 MON", "  5\t4 * *   sun ", "@daily", "@yearly", "@hourly",
        ])
    func valid(text: String) throws {
        #expect(try CronExpression(text).text == text)
    }

    @Test(
        "what is wrong is said with its column",
        arguments: [
            (
                "",
                "column 1: a cron expression has five fields (minute, hour, day of month, month, day of week), found 0"
            ),
            (
                "15 2 * *",
                "column 1: a cron expression has five fields (minute, hour, day of month, month, day of week), found 4"
            ),
            (
                "0 15 2 * * *",
                "column 12: a cron expression has five fields (minute, hour, day of month, month, day of week), found 6"
            ),
            ("60 2 * * *", "column 1: minute '60' is not a number from 0 to 59"),
            ("15 24 * * *", "column 4: hour '24' is not a number from 0 to 23"),
            ("15 2 0 * *", "column 6: day-of-month '0' is not a number from 1 to 31"),
            ("15 2 * 13 *", "column 8: month '13' is not a number from 1 to 12 or a name such as JAN"),
            ("15 2 * * FUN", "column 10: day-of-week 'FUN' is not a number from 0 to 7 or a name such as SUN"),
            ("15 2 * * 1,2,8", "column 14: day-of-week '8' is not a number from 0 to 7 or a name such as SUN"),
            ("1,,2 2 * * *", "column 3: minute is missing a value here"),
            ("1,2, 2 * * *", "column 5: minute is missing a value here"),
            ("-5 2 * * *", "column 1: minute '' is not a number from 0 to 59"),
            ("5- 2 * * *", "column 3: minute '' is not a number from 0 to 59"),
            ("50-10 2 * * *", "column 1: range 50-10 runs backwards; write two, joined by a comma"),
            ("5/15 2 * * *", "column 1: a step needs * or a range; write 5-59/15"),
            ("*/0 2 * * *", "column 3: step '0' is not a number from 1 on"),
            ("*/x 2 * * *", "column 3: step 'x' is not a number from 1 on"),
            ("*/90 2 * * *", "column 3: step 90 is larger than any minute"),
            ("* * ? * *", "column 5: day-of-month '?' is not a number from 1 to 31"),
            ("* * L * *", "column 5: day-of-month 'L' is not a number from 1 to 31"),
            ("+5 2 * * *", "column 1: minute '+5' is not a number from 0 to 59"),
            ("٣ 2 * * *", "column 1: minute '٣' is not a number from 0 to 59"),
            ("99999999999999999999 2 * * *", "column 1: minute '99999999999999999999' is not a number from 0 to 59"),
            (
                "@reboot",
                "column 1: '@reboot' is unknown; there are @yearly, @annually, @monthly, @weekly, @daily, "
                    + "@midnight, @hourly"
            ),
            ("0 0 31 2 *", "column 5: never due: month 2 has no day 31"),
            ("0 0 30,31 FEB *", "column 5: never due: month FEB has no day 30,31"),
            ("0 0 31 4,6,9,11 *", "column 5: never due: month 4,6,9,11 has no day 31"),
            ("0 0 31 2 */2", "column 5: never due: month 2 has no day 31"),
        ])
    func invalid(text: String, expected: String) {
        let error = #expect(throws: CronError.self) { try CronExpression(text) }
        #expect(error?.description == expected)
    }
}
