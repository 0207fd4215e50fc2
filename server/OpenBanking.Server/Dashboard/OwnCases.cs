using System.Globalization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>A transaction that a customer may complain about.</summary>
/// <param name="Line">The line of the statement; null for a payment that was named by itself.</param>
/// <param name="Kind">What the line is of; null for a payment that was named by itself.</param>
/// <param name="Amount">What went out, or what was held, in fen.</param>
/// <param name="Payee">Whom the customer paid, or who gave back; null when it was no payment.</param>
/// <param name="App">Whose doing it was; null when the bank's or the customer's own.</param>
public sealed record OwnTransaction(
    Id<AccountRow> AccountId,
    long? Line,
    Id<PaymentRow>? PaymentId,
    PostingKind? Kind,
    long Amount,
    string? Payee,
    string? App,
    DateTimeOffset At
);

/// <summary>What customers do with their cases: each method is one act, and gives why it was not done, or null.</summary>
public sealed class OwnCases(
    Store store,
    Engine.Engine engine,
    DashboardQueries queries,
    WorldClocks clocks,
    Vault vault,
    Ids ids
)
{
    /// <summary>A line of a customer's account; null when there is none.</summary>
    public async Task<OwnTransaction?> FindLineAsync(
        World world,
        Id<CustomerRow> customer,
        Id<AccountRow> account,
        long line
    )
    {
        if (
            await queries.FindAccountAsync(world, customer, account) is null
            || await store.FirstAsync(
                LedgerTables.Entries,
                world,
                $"account_id = {account} AND sequence = {line}"
            )
                is not { } entry
        )
        {
            return null;
        }

        var origin = (await queries.WithOriginsAsync(world, [entry]))[0];
        return new(
            account,
            line,
            IsOfPayment(entry.Kind) ? new Id<PaymentRow>(entry.PostingId) : null,
            entry.Kind,
            entry.Amount,
            IsOfPayment(entry.Kind) || entry.Kind == PostingKind.Refund ? origin.Payee : null,
            origin.App?.Name,
            entry.CreatedAt
        );
    }

    /// <summary>A payment of a customer; null when there is none.</summary>
    public async Task<OwnTransaction?> FindPaymentAsync(
        World world,
        Id<CustomerRow> customer,
        Id<PaymentRow> id
    )
    {
        if (
            await store.FindAsync(PaymentTables.Payments, world, id) is not { } payment
            || payment.CustomerId != customer
        )
        {
            return null;
        }

        var apps = await queries.AppsAsync(world, [payment.AppId]);
        return new(
            payment.AccountId,
            null,
            id,
            null,
            -payment.CustomerAmount,
            payment.Payee ?? apps[payment.AppId].Name,
            apps[payment.AppId].Name,
            payment.CreatedAt
        );
    }

    /// <summary>The transaction that a case is about; null when it is about none.</summary>
    public async Task<OwnTransaction?> FindTransactionAsync(World world, CaseRow row) =>
        row switch
        {
            { AccountId: { } account, Line: { } line } => await FindLineAsync(
                world,
                row.CustomerId,
                account,
                line
            ),
            { PaymentId: { } payment } => await FindPaymentAsync(world, row.CustomerId, payment),
            _ => null,
        };

    /// <summary>The id of a new form, which becomes that of its case.</summary>
    public Guid NewForm() => ids.New<CaseRow>().Value;

    /// <summary>Complains about a transaction.</summary>
    /// <param name="form">Sent twice it is one case.</param>
    public async Task<string?> ComplainAsync(
        OpenSession session,
        Guid form,
        OwnTransaction transaction,
        CaseKind kind,
        string text
    ) =>
        await OpenAsync(
            session,
            NewCase(session, await CaseOfAsync(session, form, text), kind, text) with
            {
                AccountId = transaction.AccountId,
                Line = transaction.Line,
                PaymentId = transaction.PaymentId,
            }
        );

    /// <summary>Whether the customer has this name already.</summary>
    public bool IsNameOf(OpenSession session, string name) =>
        vault.OpenJson<CustomerProfile>(session.Customer!.Profile, session.Customer.Id.Value).Name == name;

    /// <summary>Asks for the customer's name to be another.</summary>
    /// <param name="form">Sent twice it is one case.</param>
    public async Task<string?> AskForNameAsync(OpenSession session, Guid form, string name, string text)
    {
        form = await CaseOfAsync(session, form, text);
        var row = NewCase(session, form, CaseKind.NameCorrection, text);
        return await OpenAsync(session, row with { Name = vault.SealText(name, row.Id.Value) });
    }

    public async Task CloseAsync(OpenSession session, CaseRow row) =>
        await engine.SubmitAsync(new CloseCase(session.World, await clocks.NowAsync(session.World), row));

    /// <summary>The same words sent twice are one case; others, by a page that was kept and used again, are another.</summary>
    private async Task<Guid> CaseOfAsync(OpenSession session, Guid form, string text) =>
        await store.FindAsync(CaseTables.Cases, session.World, new Id<CaseRow>(form)) is { } known
        && known.CustomerId == session.Customer!.Id
        && vault.OpenText(known.Text, known.Id.Value) != text
            ? NewForm()
            : form;

    private CaseRow NewCase(OpenSession session, Guid form, CaseKind kind, string text)
    {
        var id = new Id<CaseRow>(form);
        return new()
        {
            Id = id,
            CustomerId = session.Customer!.Id,
            Kind = kind,
            State = CaseState.Open,
            Text = vault.SealText(text, id.Value),
            Language = CultureInfo.CurrentUICulture.Name,
            OpenedAt = default,
        };
    }

    private async Task<string?> OpenAsync(OpenSession session, CaseRow row)
    {
        var now = await clocks.NowAsync(session.World);
        var decision = await engine.SubmitAsync(
            new OpenCase(session.World, now, row with { OpenedAt = now })
        );
        return (decision as Rejected<Done>)?.Refusal.Code;
    }

    private static bool IsOfPayment(PostingKind kind) =>
        kind is PostingKind.Payment or PostingKind.Hold or PostingKind.Release;
}
