using OpenBanking.Server.Accounts;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Partners;

namespace OpenBanking.Tests.Rules.Confirmations;

/// <summary>A bank with a customer who has a PIN, and what is asked of them: 20.00 for an order.</summary>
internal static class ConfirmationBank
{
    public static readonly byte[] Pin = [1, 3, 5];
    public static readonly byte[] WrongPin = [2, 4, 6];

    public static ConfirmationRow Asked { get; } =
        new()
        {
            PaymentId = Rows.Payment.Id,
            AppId = Rows.App.Id,
            PartnerId = Rows.App.PartnerId,
            OrderNo = "order-1",
            State = ConfirmationState.Waiting,
            Currency = Money.Renminbi,
            Amount = 20_00,
            Discount = 0,
            CustomerAmount = 20_00,
            Manual = false,
            CreatedAt = Rows.Noon,
            ExpiresAt = Rows.Noon.AddMinutes(30),
        };

    public static MemoryBank New(AccountRow? account = null, CouponRow? coupon = null) =>
        new MemoryBank()
            .Put(PartnerTables.Apps, Rows.App)
            .Put(CustomerTables.Customers, Rows.Customer with { PinHash = Pin, PinSalt = [0] })
            .Put(AccountTables.Accounts, account ?? Rows.Account)
            .Put(CouponTables.Coupons, coupon ?? Rows.Coupon)
            .Put(LedgerTables.InternalAccounts, Rows.Holds(Rows.Budget, 500_00));

    public static ConfirmationRow Ask(this MemoryBank bank, ConfirmationRow? asked = null) =>
        bank.Run(new AskConfirmation(Rows.World, Rows.Noon, asked ?? Asked)).Accepted;

    /// <summary>The customer confirms what they were shown.</summary>
    public static ConfirmPayment Confirm(ConfirmationRow row) =>
        new(
            Rows.World,
            Rows.Noon,
            row,
            Rows.Customer.Id,
            Rows.Account,
            ConfirmationRules.DigestOf(row, Rows.App.Name),
            Pin,
            Code: null,
            Rows.Noon,
            Rows.Noon.AddDays(7)
        );
}
