using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>What an app may do, with all that is told about it.</summary>
/// <param name="LastUsedOn">The business day on which the app last got a token for it, or paid or topped up under its agreement;
/// null when it never did.</param>
public sealed record AppAccess(
    ConsentRow Consent,
    AppRow App,
    AccountRow Account,
    BoundCardRow Card,
    AgreementRow? Agreement,
    DateOnly? LastUsedOn
);

/// <summary>A coupon that can be used, with the words for it.</summary>
public sealed record OwnCoupon(CouponRow Coupon, CouponStockRow Stock, AppRow App);

/// <summary>A line of a statement, with what is known of where it came from.</summary>
/// <param name="App">Whose doing it was; null when the bank's or the customer's own.</param>
/// <param name="Payee">Whom the customer paid, or who gave back; null as <paramref name="App"/> is.</param>
/// <param name="Description">What the app called the payment, or why it gave back.</param>
public sealed record StatementLine(EntryRow Entry, AppRow? App, string? Payee, string? Description);

/// <summary>A payment under an agreement: the customer was not asked.</summary>
/// <param name="Amount">What the customer paid; of a hold that lasts, or ended with nothing taken, what was set aside.</param>
/// <param name="Payee">Whom they paid.</param>
public sealed record UnaskedPayment(PaymentRow Payment, long Amount, string Payee, AccountRow Account);

/// <summary>Money that an account could not take, on its way to a card or there.</summary>
public sealed record SentOn(WithdrawalRow Row, BoundCardRow Card);

/// <summary>What customers see of their own: the customer is part of every condition.</summary>
public sealed class DashboardQueries(Store store, WorldClocks clocks)
{
    private const int MostShown = 100;

    /// <summary>How many lines of a statement are looked at where no use of a consent was noted.</summary>
    private const int MostSearched = 200;

    /// <summary>And how many of each account for payments that the customer was not asked about.</summary>
    private const int MostSearchedForUnasked = 5_000;
    private const int SearchedAtOnce = 500;

    public async ValueTask<IReadOnlyList<AccountRow>> ListAccountsAsync(World world, Id<CustomerRow> customer)
    {
        var accounts = await store.ListAsync(
            AccountTables.Accounts,
            world,
            $"customer_id = {customer} ORDER BY id LIMIT {MostShown}"
        );
        var now = await clocks.NowAsync(world);
        return [.. accounts.Select(account => AccountRules.At(account, now))];
    }

    public async ValueTask<AccountRow?> FindAccountAsync(
        World world,
        Id<CustomerRow> customer,
        Id<AccountRow> account
    ) =>
        await store.FirstAsync(AccountTables.Accounts, world, $"id = {account} AND customer_id = {customer}")
            is { } found
            ? AccountRules.At(found, await clocks.NowAsync(world))
            : null;

    public async ValueTask<BoundCardRow> FindCardAsync(World world, AccountRow account) =>
        await store.FindAsync(CustomerTables.BoundCards, world, account.CardId)
        ?? throw new InvalidOperationException($"{account.Id} has no card.");

    /// <summary>A card that is or was a customer's.</summary>
    public async ValueTask<BoundCardRow> FindCardAsync(
        World world,
        Id<CustomerRow> customer,
        Id<BoundCardRow> card
    ) =>
        await store.FirstAsync(CustomerTables.BoundCards, world, $"id = {card} AND customer_id = {customer}")
        ?? throw new InvalidOperationException($"{customer} has no {card}.");

    /// <summary>What came of the last time that the customer was verified again for this; null when they never were.</summary>
    public ValueTask<AccountVerificationRow?> FindVerificationAsync(
        World world,
        AccountRow account,
        VerificationPurpose purpose
    ) => store.FindAsync(AccountTables.Verifications, world, new AccountVerificationKey(account.Id, purpose));

    /// <summary>The application that opened an account, with the agreement that was accepted; null where none was noted.</summary>
    public ValueTask<AccountApplicationRow?> FindAgreementAsync(World world, AccountRow account) =>
        store.FirstAsync(
            ApplicationTables.Applications,
            world,
            $"customer_id = {account.CustomerId} AND account_id = {account.Id} AND agreed_at IS NOT NULL ORDER BY id DESC LIMIT 1"
        );

    /// <summary>The cards bound to an account, its default one first, then the oldest first.</summary>
    public async Task<IReadOnlyList<BoundCardRow>> ListCardsAsync(World world, AccountRow account)
    {
        var bound = await store.ListAsync(
            CustomerTables.BoundCards,
            world,
            $"account_id = {account.Id} AND removed_at IS NULL ORDER BY id LIMIT {MostShown}"
        );
        return [await FindCardAsync(world, account), .. bound.Where(card => card.Id != account.CardId)];
    }

    /// <summary>The cards that were removed from an account, the oldest first.</summary>
    public ValueTask<IReadOnlyList<BoundCardRow>> ListRemovedCardsAsync(World world, AccountRow account) =>
        store.ListAsync(
            CustomerTables.BoundCards,
            world,
            $"account_id = {account.Id} AND removed_at IS NOT NULL ORDER BY id"
        );

    /// <summary>Whether a card was bound to an account before it was removed.</summary>
    public async Task<bool> WasBoundAsync(World world, AccountRow account, Id<BoundCardRow> card) =>
        await store.FindAsync(CustomerTables.BoundCards, world, card) is { RemovedAt: not null } removed
        && removed.AccountId == account.Id;

    /// <summary>What came for an account that could not take it, and went on to a card; the newest first, and no line shows it.</summary>
    public async Task<IReadOnlyList<SentOn>> ListSentOnAsync(World world, AccountRow account, int most)
    {
        List<SentOn> sent = [];
        foreach (
            var row in await store.ListAsync(
                WithdrawalTables.Withdrawals,
                world,
                $"account_id = {account.Id} AND source = {WithdrawalSource.Suspense} ORDER BY id DESC LIMIT {most}"
            )
        )
        {
            sent.Add(new(row, await FindCardAsync(world, account.CustomerId, row.CardId)));
        }

        return sent;
    }

    /// <summary>Lines of a statement, the newest first.</summary>
    /// <param name="before">The line to go on after; null for the newest.</param>
    public async Task<IReadOnlyList<StatementLine>> ListLinesAsync(
        World world,
        AccountRow account,
        long? before,
        int count
    ) =>
        await WithOriginsAsync(
            world,
            await store.ListAsync(
                LedgerTables.Entries,
                world,
                $"account_id = {account.Id} AND sequence < {before ?? long.MaxValue} ORDER BY sequence DESC LIMIT {count}"
            )
        );

    /// <summary>What apps may do now, the newest consent first.</summary>
    public async Task<IReadOnlyList<AppAccess>> ListAccessAsync(
        World world,
        Id<CustomerRow> customer,
        DateTimeOffset now
    )
    {
        var consents = await store.ListAsync(
            ConsentTables.Consents,
            world,
            $"customer_id = {customer} AND state = {ConsentState.Authorized} AND expires_at > {now} ORDER BY id DESC LIMIT {MostShown}"
        );
        var access = new List<AppAccess>(consents.Count);
        foreach (var consent in consents)
        {
            access.Add(await AccessOfAsync(world, consent));
        }

        return access;
    }

    /// <summary>What one consent allows, or has allowed, if it is this customer's.</summary>
    public async Task<AppAccess?> FindAccessAsync(World world, Id<CustomerRow> customer, Id<ConsentRow> id) =>
        await store.FirstAsync(ConsentTables.Consents, world, $"id = {id} AND customer_id = {customer}")
            is { } consent
            ? await AccessOfAsync(world, consent)
            : null;

    /// <summary>The coupons that can be used, those that end first at the head.</summary>
    public async Task<IReadOnlyList<OwnCoupon>> ListCouponsAsync(
        World world,
        Id<CustomerRow> customer,
        DateTimeOffset now
    )
    {
        var coupons = await store.ListAsync(
            CouponTables.Coupons,
            world,
            $"customer_id = {customer} AND state = {CouponState.Issued} AND valid_until > {now} ORDER BY valid_until, id LIMIT {MostShown}"
        );
        var stocks = await store.ListByKeysAsync(
            CouponTables.Stocks,
            world,
            [.. coupons.Select(coupon => coupon.StockId).Distinct()]
        );
        var apps = await AppsAsync(world, coupons.Select(coupon => coupon.AppId));
        return
        [
            .. coupons.Select(coupon => new OwnCoupon(
                coupon,
                stocks.First(stock => stock.Id == coupon.StockId),
                apps[coupon.AppId]
            )),
        ];
    }

    /// <summary>What left the customer's accounts, or was held on them, without their being asked each time; the newest
    /// first, as far as each account's newest lines tell of it.</summary>
    public async Task<IReadOnlyList<UnaskedPayment>> ListUnaskedPaymentsAsync(
        World world,
        Id<CustomerRow> customer
    )
    {
        var accounts = await ListAccountsAsync(world, customer);
        var found = new List<PaymentRow>();
        foreach (var account in accounts)
        {
            found.AddRange(await ListPaymentsAsync(world, account.Id));
        }

        found.AddRange(await ListPaidByCouponsAsync(world, customer));
        var payments = found
            .Where(IsUnasked)
            .DistinctBy(payment => payment.Id)
            .OrderByDescending(payment => payment.CreatedAt)
            .Take(MostShown)
            .ToList();
        var apps = await AppsAsync(world, payments.Select(payment => payment.AppId));
        var coupons = await store.ListByKeysAsync(
            CouponTables.Coupons,
            world,
            [.. payments.Select(payment => payment.CouponId).OfType<Id<CouponRow>>().Distinct()]
        );
        return
        [
            .. payments.Select(payment => new UnaskedPayment(
                payment,
                AmountOf(payment, coupons.FirstOrDefault(coupon => coupon.Id == payment.CouponId)),
                payment.Payee ?? apps[payment.AppId].Name,
                accounts.First(account => account.Id == payment.AccountId)
            )),
        ];
    }

    /// <summary>The lines of the statement lead to the payments: an index of payments by customer would be a page to write for
    /// each of them.</summary>
    private async Task<List<PaymentRow>> ListPaymentsAsync(World world, Id<AccountRow> account)
    {
        var found = new List<PaymentRow>();
        var before = long.MaxValue;
        for (var searched = 0; found.Count(IsUnasked) < MostShown && searched < MostSearchedForUnasked; )
        {
            var lines = await store.ListAsync(
                LedgerTables.Entries,
                world,
                $"account_id = {account} AND sequence < {before} ORDER BY sequence DESC LIMIT {SearchedAtOnce}"
            );
            found.AddRange(
                await ListPaymentsAsync(world, IdsOf(lines, PostingKind.Payment, PostingKind.Hold))
            );
            if (lines.Count < SearchedAtOnce)
            {
                break;
            }

            searched += lines.Count;
            before = lines[^1].Sequence;
        }

        return found;
    }

    /// <summary>Where a coupon paid all, no line says so.</summary>
    private async Task<IReadOnlyList<PaymentRow>> ListPaidByCouponsAsync(
        World world,
        Id<CustomerRow> customer
    )
    {
        var used = await store.ListAsync(
            CouponTables.Coupons,
            world,
            $"customer_id = {customer} AND payment_id IS NOT NULL ORDER BY id DESC LIMIT {MostShown}"
        );
        return await ListPaymentsAsync(world, used.Select(coupon => coupon.PaymentId!.Value.Value));
    }

    private ValueTask<IReadOnlyList<PaymentRow>> ListPaymentsAsync(World world, IEnumerable<Guid> ids) =>
        store.ListByKeysAsync(PaymentTables.Payments, world, [.. ids.Select(id => new Id<PaymentRow>(id))]);

    /// <summary>One that the customer confirmed has an agreement of its own, under its own id.</summary>
    private static bool IsUnasked(PaymentRow payment) => payment.AgreementId.Value != payment.Id.Value;

    private static long AmountOf(PaymentRow payment, CouponRow? coupon) =>
        payment.State is PaymentState.Authorized or PaymentState.Canceled or PaymentState.Expired
            ? HoldShares.MostToPay(coupon, payment.Authorized!.Value)
            : payment.CustomerAmount;

    /// <summary>Adds to entries whose doing they were, and what for.</summary>
    internal async Task<IReadOnlyList<StatementLine>> WithOriginsAsync(
        World world,
        IReadOnlyList<EntryRow> entries
    )
    {
        var apps = await AppsAsync(
            world,
            entries
                .Where(entry => entry.AppId is not null)
                .Select(entry => new Id<AppRow>(entry.AppId!.Value))
        );
        var refunds = (
            await store.ListByKeysAsync(
                RefundTables.Refunds,
                world,
                [.. IdsOf(entries, PostingKind.Refund).Select(id => new Id<RefundRow>(id))]
            )
        ).ToDictionary(refund => refund.Id.Value);
        var payments = (
            await store.ListByKeysAsync(
                PaymentTables.Payments,
                world,
                [
                    .. IdsOf(entries, PostingKind.Payment, PostingKind.Hold, PostingKind.Release)
                        .Select(id => new Id<PaymentRow>(id))
                        .Concat(refunds.Values.Select(refund => refund.PaymentId))
                        .Distinct(),
                ]
            )
        ).ToDictionary(payment => payment.Id.Value);
        return
        [
            .. entries.Select(entry =>
            {
                var app = entry.AppId is { } id ? apps[new(id)] : null;
                var refund = refunds.GetValueOrDefault(entry.PostingId);
                var payment = payments.GetValueOrDefault(refund?.PaymentId.Value ?? entry.PostingId);
                return new StatementLine(
                    entry,
                    app,
                    payment?.Payee ?? app?.Name,
                    refund?.Reason ?? payment?.Description
                );
            }),
        ];
    }

    private static IEnumerable<Guid> IdsOf(IReadOnlyList<EntryRow> entries, params PostingKind[] kinds) =>
        entries.Where(entry => kinds.Contains(entry.Kind)).Select(entry => entry.PostingId).Distinct();

    private async Task<AppAccess> AccessOfAsync(World world, ConsentRow consent)
    {
        var account = (await store.FindAsync(AccountTables.Accounts, world, consent.AccountId))!;
        var agreement = await FindAgreementAsync(world, consent);
        return new(
            consent,
            (await store.FindAsync(PartnerTables.Apps, world, consent.AppId))!,
            account,
            await FindCardAsync(world, account),
            agreement,
            await FindLastUseAsync(world, consent, agreement)
        );
    }

    private async ValueTask<AgreementRow?> FindAgreementAsync(World world, ConsentRow consent) =>
        consent.AgreementId is { } agreement
            ? await store.FindAsync(ConsentTables.Agreements, world, agreement)
            : null;

    /// <summary>The business day on which an app last used what it was allowed; null when it never did.</summary>
    internal async ValueTask<DateOnly?> FindLastUseAsync(World world, ConsentRow consent) =>
        await FindLastUseAsync(world, consent, await FindAgreementAsync(world, consent));

    private async ValueTask<DateOnly?> FindLastUseAsync(
        World world,
        ConsentRow consent,
        AgreementRow? agreement
    ) =>
        new[] { consent.LastUsedOn, agreement?.LastUsedOn }.Max()
        ?? await FindLastMovementAsync(world, consent);

    /// <summary>What the newest lines of the statement tell of a consent that was last used before that was noted.</summary>
    private async Task<DateOnly?> FindLastMovementAsync(World world, ConsentRow consent)
    {
        var newest = await store.ListAsync(
            LedgerTables.Entries,
            world,
            $"account_id = {consent.AccountId} ORDER BY sequence DESC LIMIT {MostSearched}"
        );
        return newest
            .Where(entry => entry.AppId == consent.AppId.Value && entry.CreatedAt >= consent.GrantedAt)
            .Select(entry => (DateOnly?)BusinessCalendar.DateOf(entry.CreatedAt))
            .FirstOrDefault();
    }

    internal async Task<IReadOnlyDictionary<Id<AppRow>, AppRow>> AppsAsync(
        World world,
        IEnumerable<Id<AppRow>> ids
    ) =>
        (await store.ListByKeysAsync(PartnerTables.Apps, world, [.. ids.Distinct()])).ToDictionary(app =>
            app.Id
        );
}
