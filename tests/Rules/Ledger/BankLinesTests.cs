using OpenBanking.Server.Ledger;

namespace OpenBanking.Tests.Rules.Ledger;

public class BankLinesTests
{
    public static TheoryData<DateTimeOffset> Instants =>
        [DateTimeOffset.MinValue, DateTimeOffset.UnixEpoch, Rows.Noon, Rows.Noon.AddYears(228)];

    [Theory]
    [MemberData(nameof(Instants))]
    public void A_posting_that_is_alone_a_step_and_what_older_servers_numbered_never_meet(DateTimeOffset at)
    {
        Assert.InRange(BankLines.Single(at), BankLines.MostOfOlder, BankLines.FirstStep(default) - 1);
        Assert.InRange(BankLines.FirstStep(at), BankLines.Single(Rows.Noon.AddYears(200)), long.MaxValue);
    }

    [Fact]
    public void The_steps_of_one_microsecond_are_its_own_and_all_different()
    {
        var steps = Enumerable.Range(-255, 511).Where(step => step != 0);

        var numbers = steps.Select(step => BankLines.Step(Rows.Noon, step)).ToList();

        Assert.Distinct(numbers);
        Assert.All(
            numbers,
            number =>
                Assert.InRange(
                    number,
                    BankLines.FirstStep(Rows.Noon),
                    BankLines.FirstStep(Rows.Noon.AddMicroseconds(1)) - 1
                )
        );
    }
}
