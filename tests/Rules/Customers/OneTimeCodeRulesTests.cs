using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Customers;

public class OneTimeCodeRulesTests
{
    private static readonly byte[] right = Rows.OneTimeCode.Mac;
    private static readonly byte[] wrong = [7, 7, 7];

    private readonly MemoryBank bank = new();
    private int sent;

    [Fact]
    public void A_code_is_kept_and_its_message_asked_to_be_sent()
    {
        Assert.Null(Send(Rows.Noon));

        Assert.Equal(Rows.OneTimeCode, Assert.Single(bank.All(CustomerTables.OneTimeCodes)));
        var asked = Assert.Single(bank.All(IntentTables.Intents));
        Assert.Equal(
            (IntentKind.SendMessage, Rows.OneTimeCode.Id.Value, Rows.Noon),
            (asked.Kind, asked.SubjectId, asked.DueAt)
        );
        Assert.Equal(Rows.Sealed, asked.Request);
    }

    [Fact]
    public void Ten_seconds_pass_between_two_codes()
    {
        Send(Rows.Noon);

        Assert.Equal("too_many_codes", Send(Rows.Noon.AddSeconds(10).AddTicks(-1))?.Code);
        Assert.Null(Send(Rows.Noon.AddSeconds(10)));
    }

    [Fact]
    public void The_eleventh_code_within_an_hour_is_not_sent()
    {
        for (var i = 0; i < OneTimeCodeRules.MostInHour; i++)
        {
            Assert.Null(Send(Rows.Noon.AddMinutes(i)));
        }

        Assert.Equal("too_many_codes", Send(Rows.Noon.AddHours(1).AddTicks(-1))?.Code);
        Assert.Null(Send(Rows.Noon.AddHours(1)));
        Assert.Null(Send(Rows.Noon.AddHours(1).AddSeconds(10)));
    }

    /// <summary>Else anybody who knows a number could keep its customer, who is signed in, from paying.</summary>
    [Fact]
    public void What_anybody_asks_for_takes_nothing_of_what_a_customer_who_is_signed_in_may_ask_for()
    {
        for (var i = 0; i < OneTimeCodeRules.MostInHour; i++)
        {
            Assert.Null(Send(Rows.Noon.AddMinutes(i)));
        }

        Assert.Equal("too_many_codes", Send(Rows.Noon.AddMinutes(30))?.Code);
        for (var i = 0; i < OneTimeCodeRules.MostInHour; i++)
        {
            Assert.Null(Send(Rows.Noon.AddMinutes(30 + i), ofSignedIn: true));
        }

        Assert.Equal("too_many_codes", Send(Rows.Noon.AddMinutes(50), ofSignedIn: true)?.Code);
    }

    /// <summary>A clock that was set right stands before what was sent and counted meanwhile.</summary>
    [Fact]
    public void Codes_that_were_sent_while_a_clock_was_a_day_ahead_keep_none_from_being_sent()
    {
        for (var i = 0; i < OneTimeCodeRules.MostInHour; i++)
        {
            Assert.Null(Send(Rows.Noon.AddDays(1).AddMinutes(i)));
        }

        Assert.Null(Send(Rows.Noon));
        Assert.Equal("too_many_codes", Send(Rows.Noon.AddSeconds(9))?.Code);
        for (var i = 1; i < OneTimeCodeRules.MostInHour; i++)
        {
            Assert.Null(Send(Rows.Noon.AddMinutes(i)));
        }

        Assert.Equal("too_many_codes", Send(Rows.Noon.AddMinutes(59))?.Code);
    }

    [Fact]
    public void A_code_that_another_node_sent_whose_clock_is_a_little_ahead_counts()
    {
        Send(Rows.Noon.AddSeconds(5));

        Assert.Equal("too_many_codes", Send(Rows.Noon)?.Code);
    }

    [Fact]
    public void A_code_that_was_sent_while_a_clock_was_a_day_ahead_was_not_sent_just_now()
    {
        var code = Rows.OneTimeCode with { ExpiresAt = Rows.Noon + OneTimeCodeRules.Lifetime };

        Assert.True(OneTimeCodeRules.WasJustSent(code, Rows.Noon));
        Assert.True(OneTimeCodeRules.WasJustSent(code, Rows.Noon.AddSeconds(-5)));
        Assert.False(OneTimeCodeRules.WasJustSent(code, Rows.Noon.AddDays(-1)));
    }

    [Fact]
    public void One_number_does_not_use_up_the_codes_of_another()
    {
        Send(Rows.Noon);

        Assert.Null(Send(Rows.Noon, mobile: "another"));
    }

    [Fact]
    public void The_right_code_is_right_once()
    {
        Put(Rows.OneTimeCode);

        Assert.Equal(CodeCheck.Right, Enter(right));
        Assert.Equal(CodeCheck.Over, Enter(right));
    }

    [Fact]
    public void A_wrong_guess_is_counted_and_the_sixth_guess_is_not_looked_at()
    {
        Put(Rows.OneTimeCode);

        for (var i = 1; i <= 5; i++)
        {
            Assert.Equal(i < 5 ? CodeCheck.Wrong : CodeCheck.LastWrong, Enter(wrong));
            Assert.Equal(i, bank.Get(CustomerTables.OneTimeCodes, Rows.OneTimeCode.Id).Failures);
        }

        Assert.Equal(CodeCheck.Over, Enter(right));
    }

    [Fact]
    public void The_fifth_guess_may_still_be_right()
    {
        Put(Rows.OneTimeCode with { Failures = 4 });

        Assert.Equal(CodeCheck.Right, Enter(right));
    }

    [Fact]
    public void A_code_is_good_for_five_minutes_and_no_longer()
    {
        Put(Rows.OneTimeCode);

        Assert.Equal(CodeCheck.Over, Enter(right, Rows.Noon.AddMinutes(5)));
        Assert.Equal(CodeCheck.Right, Enter(right, Rows.Noon.AddMinutes(5).AddTicks(-1)));
    }

    [Fact]
    public void Fifteen_wrong_guesses_lock_a_number_for_a_day_whatever_code_they_were_of()
    {
        Send(Rows.Noon, Rows.OneTimeCode.MobileIndex);
        for (var i = 0; i < OneTimeCodeRules.MostFailuresInDay; i++)
        {
            Put(Rows.OneTimeCode);
            var last = i == OneTimeCodeRules.MostFailuresInDay - 1;
            Assert.Equal(last ? CodeCheck.Locked : CodeCheck.Wrong, Enter(wrong, Rows.Noon.AddSeconds(i)));
        }

        Put(Rows.OneTimeCode with { ExpiresAt = Rows.Noon.AddDays(2) });
        var open = Rows.Noon.AddDays(1);
        Assert.Equal(CodeCheck.Locked, Enter(right, open.AddTicks(-1)));
        Assert.Equal("too_many_codes", Send(open.AddTicks(-1), Rows.OneTimeCode.MobileIndex)?.Code);
        Assert.Null(Send(open, Rows.OneTimeCode.MobileIndex));
        Assert.Equal(CodeCheck.Right, Enter(right, open));
    }

    [Fact]
    public void A_right_guess_begins_the_count_anew()
    {
        Send(Rows.Noon, Rows.OneTimeCode.MobileIndex);
        for (var i = 0; i < OneTimeCodeRules.MostFailuresInDay - 1; i++)
        {
            Put(Rows.OneTimeCode);
            Enter(wrong);
        }

        Put(Rows.OneTimeCode);
        Assert.Equal(CodeCheck.Right, Enter(right));
        Put(Rows.OneTimeCode);
        Assert.Equal(CodeCheck.Wrong, Enter(wrong));
        Put(Rows.OneTimeCode);
        Assert.Equal(CodeCheck.Right, Enter(right));
    }

    [Fact]
    public void Of_two_taps_on_one_form_the_first_counts_and_another_guess_or_form_counts_again()
    {
        Put(Rows.OneTimeCode);

        Assert.Equal([1, 1, 2, 3, 4], [Tap("one"), Tap("one"), Tap("two"), Tap("two", [7]), Tap("two")]);
        Assert.Equal(CodeCheck.Right, Enter(right, form: "two"));

        int Tap(string form, byte[]? guess = null)
        {
            Assert.Equal(CodeCheck.Wrong, Enter(guess ?? wrong, form: form));
            return bank.Get(CustomerTables.OneTimeCodes, Rows.OneTimeCode.Id).Failures;
        }
    }

    [Fact]
    public void Whoever_gets_no_code_is_told_the_longest_that_they_have_to_wait()
    {
        Send(Rows.Noon);
        Assert.Equal(TimeSpan.FromSeconds(7), WaitOf(Send(Rows.Noon.AddSeconds(3))));
        for (var i = 1; i < OneTimeCodeRules.MostInHour; i++)
        {
            Send(Rows.Noon.AddMinutes(i));
        }

        Assert.Equal(TimeSpan.FromMinutes(51), WaitOf(Send(Rows.Noon.AddMinutes(9))));
        bank.Put(
            CustomerTables.OneTimeCodeRates,
            bank.Get(CustomerTables.OneTimeCodeRates, new("mobile")) with
            {
                Failures = OneTimeCodeRules.MostFailuresInDay,
                FailingSince = Rows.Noon,
            }
        );
        Assert.Equal(TimeSpan.FromHours(23), WaitOf(Send(Rows.Noon.AddHours(1))));

        static TimeSpan WaitOf(Refusal? refusal) => Assert.IsType<TooManyCodes>(refusal).Wait;
    }

    private void Put(OneTimeCodeRow code) => bank.Put(CustomerTables.OneTimeCodes, code);

    private Refusal? Send(DateTimeOffset now, string mobile = "mobile", bool ofSignedIn = false)
    {
        sent++;
        var code = new NewOneTimeCode(
            Rows.Id<OneTimeCodeRow>(sent),
            Rows.Id<IntentRow>(sent),
            mobile,
            right,
            Rows.Sealed,
            now
        )
        {
            OfSignedIn = ofSignedIn,
        };
        var book = bank.Open(keys => OneTimeCodeRules.Want(keys, code));
        var refusal = OneTimeCodeRules.Send(book, code);
        Assert.Equal(refusal is null, book.HasChanges);
        bank.Save(book);
        return refusal;
    }

    private CodeCheck Enter(byte[] mac, DateTimeOffset? now = null, string? form = null)
    {
        var id = Rows.OneTimeCode.Id;
        var book = bank.Open(keys =>
        {
            keys.Want(CustomerTables.OneTimeCodes, id);
            keys.Want(CustomerTables.OneTimeCodeRates, new(Rows.OneTimeCode.MobileIndex));
        });
        var check = OneTimeCodeRules.Check(
            book,
            id,
            mac,
            form is null ? null : new SentForm(form),
            now ?? Rows.Noon
        );
        bank.Save(book);
        return check;
    }
}
