using OpenBanking.Server.Authorization;

namespace OpenBanking.Tests.Rules.Authorization;

public class KeyRulesTests
{
    private static readonly DateTimeOffset due = Rows.Noon + AuthorizationServerOptions.KeyLifetime;

    private static readonly RotatingKeyRow first = new()
    {
        Purpose = KeyPurpose.AccessTokens,
        Algorithm = PublicKey.Es256,
        Generation = 1,
        KeyId = "first",
        PrivateKey = [1],
        CreatedAt = Rows.Noon,
        SignsFrom = Rows.Noon,
    };

    private static readonly RotatingKeyRow second = first with
    {
        Generation = 2,
        KeyId = "second",
        SignsFrom = due,
    };

    private static readonly AddRotatingKey addSecond = new(
        Rows.Noon,
        second,
        [first.Place],
        Compromised: false
    );

    [Fact]
    public void The_first_key_signs_at_once() => Assert.Equal(Rows.Noon, KeyRules.NextBegins([], Rows.Noon));

    [Fact]
    public void The_next_key_is_announced_fourteen_days_ahead()
    {
        Assert.Null(KeyRules.NextBegins([first], due.AddDays(-14).AddTicks(-1)));
        Assert.Equal(due, KeyRules.NextBegins([first], due.AddDays(-14)));
        Assert.Null(KeyRules.NextBegins([first, second], due));
    }

    [Fact]
    public void A_late_key_is_announced_in_full()
    {
        var late = due.AddDays(-3);
        Assert.Equal(late.AddDays(14), KeyRules.NextBegins([first], late));
        Assert.Equal(first, KeyRules.Signer([first, second with { SignsFrom = late.AddDays(14) }], due));
    }

    [Fact]
    public void The_latest_key_whose_time_has_come_signs()
    {
        Assert.Equal(first, KeyRules.Signer([first, second], due.AddTicks(-1)));
        Assert.Equal(second, KeyRules.Signer([first, second], due));
        Assert.Equal(first, KeyRules.Signer([first, second with { GoesAt = due }], due));
        Assert.Null(KeyRules.Signer([first with { GoesAt = due }], due));
    }

    [Fact]
    public void A_node_whose_clock_is_behind_signs_with_the_first_key_all_the_same() =>
        Assert.Equal(first, KeyRules.Signer([first], Rows.Noon.AddSeconds(-5)));

    [Fact]
    public void The_key_before_goes_fourteen_days_after_it_signed()
    {
        var bank = new MemoryBank().Put(KeyTables.RotatingKeys, first);

        bank.Run(addSecond);

        var before = bank.Get(KeyTables.RotatingKeys, first.Place);
        Assert.Equal(due.AddDays(14), before.GoesAt);
        Assert.False(KeyRules.HasGone(before, due.AddDays(14).AddTicks(-1)));
        Assert.True(KeyRules.HasGone(before, due.AddDays(14)));
        Assert.Null(bank.Get(KeyTables.RotatingKeys, second.Place).GoesAt);
    }

    [Fact]
    public void A_compromised_key_goes_the_moment_the_next_one_signs_and_an_announced_one_with_it()
    {
        var bank = new MemoryBank().Put(KeyTables.RotatingKeys, first);
        bank.Run(addSecond);
        var soon = Rows.Noon.AddMinutes(2);

        bank.Run(
            new AddRotatingKey(
                Rows.Noon,
                second with
                {
                    Generation = 3,
                    KeyId = "third",
                    SignsFrom = soon,
                },
                [first.Place, second.Place],
                Compromised: true
            )
        );

        var keys = bank.All(KeyTables.RotatingKeys).ToList();
        Assert.Equal([soon, soon, null], keys.OrderBy(key => key.Generation).Select(key => key.GoesAt));
        Assert.Equal(3, KeyRules.Signer(keys, soon)!.Generation);
    }

    [Fact]
    public void Two_nodes_that_add_the_same_key_make_one()
    {
        var bank = new MemoryBank().Put(KeyTables.RotatingKeys, first);
        bank.Run(addSecond);

        var other = bank.Run(addSecond with { Key = second with { KeyId = "of the other node" } });

        Assert.Equal("second", other.Accepted.KeyId);
        Assert.Equal(0, other.Written);
        Assert.Equal(2, bank.All(KeyTables.RotatingKeys).Count());
    }

    [Fact]
    public void A_key_of_an_algorithm_before_goes_once_one_that_was_made_after_it_has_signed_for_fourteen_days()
    {
        var other = first with
        {
            Algorithm = PublicKey.Ps256,
            KeyId = "other",
            CreatedAt = Rows.Noon.AddDays(1),
            SignsFrom = Rows.Noon.AddDays(2),
        };
        IReadOnlyList<RotatingKeyRow> Outlived(int days, params RotatingKeyRow[] keys) =>
            KeyRules.Outlived(keys, PublicKey.Ps256, Rows.Noon.AddDays(days));

        Assert.Equal([first], Outlived(16, first, other));
        Assert.Empty(Outlived(15, first, other));
        Assert.Empty(Outlived(16, first));
        Assert.Single(Outlived(16, first with { CreatedAt = other.CreatedAt }, other));
        Assert.Empty(Outlived(16, first with { CreatedAt = other.CreatedAt.AddTicks(1) }, other));
        Assert.Empty(Outlived(16, first with { GoesAt = due }, other));
        Assert.Empty(Outlived(16, first, other with { GoesAt = Rows.Noon.AddDays(16) }));
        Assert.Empty(KeyRules.Outlived([first, second], PublicKey.Es256, due.AddDays(14)));
    }

    [Fact]
    public void An_algorithm_that_came_back_takes_a_new_key()
    {
        var other = first with { Algorithm = PublicKey.Ps256, CreatedAt = Rows.Noon.AddDays(1) };
        bool CameBack(params RotatingKeyRow[] keys) =>
            KeyRules.CameBack(keys, PublicKey.Es256, Rows.Noon.AddDays(2));

        Assert.True(CameBack(first, other));
        Assert.False(CameBack(first));
        Assert.False(CameBack(other));
        Assert.False(CameBack(first, other with { CreatedAt = Rows.Noon }));
        Assert.False(CameBack(first, other with { GoesAt = Rows.Noon.AddDays(2) }));
        Assert.False(CameBack(first with { GoesAt = due }, other));
        Assert.False(CameBack(first, second with { CreatedAt = other.CreatedAt }, other));
    }

    [Fact]
    public void An_ended_key_has_gone_and_one_that_went_is_left()
    {
        var gone = second with { GoesAt = Rows.Noon.AddDays(-1) };
        var bank = new MemoryBank().Put(KeyTables.RotatingKeys, first).Put(KeyTables.RotatingKeys, gone);

        var ran = bank.Run(
            new EndRotatingKeys(Rows.Noon, [first.Place, gone.Place, first.Place with { Generation = 9 }])
        );

        Assert.Equal(1, ran.Written);
        Assert.Equal(Rows.Noon, bank.Get(KeyTables.RotatingKeys, first.Place).GoesAt);
    }
}
