using System.Runtime.CompilerServices;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Withdrawals;

namespace OpenBanking.Tests.Storage;

/// <summary>Which of the values that may be null are.</summary>
public enum Nulls
{
    None,
    Some,
    All,
}

/// <summary>Rows of any table with values of every kind: extremes, other scripts, quotes and SQL. The seed is printed;
/// <c>STORAGE_SEED</c> takes it back.</summary>
internal sealed class RandomRows
{
    private static readonly string[] texts =
    [
        "",
        "a",
        "CNY",
        "张伟 𠮷田 👩‍👩‍👧",
        "'; DROP TABLE account; --",
        "\" OR 1 = 1 --",
        "?1 :name @name $name {0} %s",
        "line\r\nbreak\ttab\\",
        new('长', 5_000),
    ];

    private readonly Random random;

    public RandomRows(ITestOutputHelper? output)
    {
        var seed = Environment.GetEnvironmentVariable("STORAGE_SEED") is { Length: > 0 } text
            ? int.Parse(text)
            : Random.Shared.Next();
        random = new(seed);
        output?.WriteLine($"STORAGE_SEED={seed}");
    }

    public TRow New<TRow>(Nulls nulls = Nulls.Some)
        where TRow : class
    {
        var row = (TRow)RuntimeHelpers.GetUninitializedObject(typeof(TRow));
        foreach (var property in RowMapper.PropertiesOf(typeof(TRow)))
        {
            property.SetValue(row, Value(property.PropertyType, MayBeNull.Is(property), nulls));
        }

        return (TRow)WithinConstraints(row);
    }

    private object? Value(Type type, bool mayBeNull, Nulls nulls)
    {
        if (mayBeNull && (nulls == Nulls.All || (nulls == Nulls.Some && random.Next(2) == 0)))
        {
            return null;
        }

        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain switch
        {
            _ when plain == typeof(string) => Text(),
            _ when plain == typeof(long) => Number(long.MinValue, long.MaxValue),
            _ when plain == typeof(int) => (int)Number(int.MinValue, int.MaxValue),
            _ when plain == typeof(bool) => random.Next(2) == 0,
            _ when plain == typeof(byte[]) => Bytes(random.Next(4) == 0 ? 0 : random.Next(100)),
            _ when plain == typeof(Guid) => new Guid(Bytes(16)),
            _ when plain == typeof(DateTimeOffset) => Instant(),
            _ when plain == typeof(DateOnly) => DateOnly.FromDayNumber(
                (int)Number(0, DateOnly.MaxValue.DayNumber)
            ),
            { IsEnum: true } => random.GetItems(plain.GetEnumValues().Cast<object>().ToArray(), 1)[0],
            _ => Activator.CreateInstance(plain, new Guid(Bytes(16))),
        };
    }

    private string Text() =>
        random.Next(3) == 0 ? texts[random.Next(texts.Length)] : Convert.ToHexString(Bytes(10));

    private long Number(long least, long most) =>
        random.Next(8) switch
        {
            0 => least,
            1 => most,
            2 => Math.Clamp(0, least, most),
            _ => random.NextInt64(least, most),
        };

    /// <summary>Instants are kept to the microsecond.</summary>
    private DateTimeOffset Instant()
    {
        var ticks = Number(DateTimeOffset.MinValue.Ticks, DateTimeOffset.MaxValue.Ticks);
        return new(ticks - (ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>The row with what the database would refuse put right.</summary>
    private object WithinConstraints(object row)
    {
        var most = Number(1, long.MaxValue);
        row = row switch
        {
            AccountRow account => account with
            {
                Available = Number(0, long.MaxValue),
                Held = Number(0, long.MaxValue),
                DayOutflow = Number(0, long.MaxValue),
                YearOutflow = Number(0, long.MaxValue),
            },
            AgreementRow agreement => agreement with
            {
                DayPaid = Number(0, long.MaxValue),
                DayToppedUp = Number(0, long.MaxValue),
                TotalPaid = Number(0, long.MaxValue),
            },
            CouponRow coupon => coupon with
            {
                State = coupon.PaymentId is null ? CouponState.Issued : CouponState.Redeemed,
                Held = coupon.Held && coupon.PaymentId is not null,
            },
            CouponStockRow stock => stock with { Quantity = most, Issued = Number(0, most) },
            PaymentRow payment => payment with
            {
                Amount = most,
                Discount = Number(0, most),
                Refunded = Number(0, most),
                State = payment.Held is null ? PaymentState.Canceled : PaymentState.Authorized,
                Authorized = payment.Held is null && payment.Authorized is null ? null : most,
                Captured = payment.Held is null && payment.Captured is null ? null : most - 1,
                Held = payment.Held is null ? null : Number(0, long.MaxValue),
                Fee = payment.Fee is null ? null : most,
                FeeRefunded = payment.FeeRefunded is null ? null : Number(0, most),
                ExpiresAt = payment.Held is null ? payment.ExpiresAt : payment.ExpiresAt ?? payment.CreatedAt,
            },
            ConfirmationRow asked => asked with
            {
                Amount = most,
                Discount = Number(0, most),
                CustomerAmount = Number(0, most),
                HoldUntil = asked.Manual ? asked.HoldUntil : null,
            },
            RefundRow refund => refund with
            {
                Amount = most,
                CustomerAmount = most,
                DiscountAmount = 0,
                Fee = refund.Fee is null ? null : Number(0, long.MaxValue),
            },
            TopUpRow topUp => topUp with { Amount = most },
            OwnTopUpRow topUp => topUp with { Amount = most },
            PayoutRow payout => payout with { Amount = most },
            WithdrawalRow withdrawal => withdrawal with { Amount = most },
            SandboxCardRow card => card with { Balance = Number(0, long.MaxValue) },
            EntryRow entry => entry with { Amount = entry.Amount == 0 ? 1 : entry.Amount },
            _ => row,
        };
        return row is VersionedRow versioned ? versioned with { Version = 1 } : row;
    }
}
