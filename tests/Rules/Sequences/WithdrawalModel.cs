namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>Withdrawals, as the rules of business say it: they count for no limit, and above 1,000 yuan the PIN alone is
/// not enough.</summary>
internal sealed partial class Model
{
    public List<ModelWithdrawal> Withdrawals { get; } = [];

    public Expected Withdraw(ModelAccount account, long amount, DateTimeOffset now)
    {
        var refusal =
            account.Sleeps(now) ? DeclineCodes.AccountDormant
            : amount > account.Balance ? DeclineCodes.InsufficientFunds
            : amount > Scene.MostConfirmed ? "code_needed"
            : null;
        if (refusal is not null)
        {
            return Expected.Refused(refusal);
        }

        account.Move(-amount, now);
        Withdrawals.Add(new(account, amount));
        return new(null, null);
    }

    public static Expected Arrive(ModelWithdrawal withdrawal, bool succeeds, DateTimeOffset now)
    {
        if (withdrawal.Open && !succeeds)
        {
            withdrawal.Account.Move(withdrawal.Amount, now);
        }

        withdrawal.Returned |= withdrawal.Open && !succeeds;
        withdrawal.Open = false;
        return new(null, null);
    }
}

internal sealed class ModelWithdrawal(ModelAccount account, long amount)
{
    public ModelAccount Account { get; } = account;

    public long Amount { get; } = amount;

    public bool Open { get; set; } = true;

    public bool Returned { get; set; }
}
