using System.Globalization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;
using OpenBanking.Testing.Internal;

namespace OpenBanking.Testing;

/// <summary>What the customers of a bank for tests do on its pages, and its staff with their accounts, without a
/// browser.</summary>
public sealed class SandboxBankCustomers
{
    private const string OfAnother = "The payment waits for another customer.";

    private readonly OpenBankingClient client;
    private readonly RunningServer server;
    private readonly World world;
    private readonly SandboxBankClock clock;
    private readonly BankRows rows;
    private readonly string messagesUrl;

    internal SandboxBankCustomers(
        OpenBankingClient client,
        RunningServer server,
        World world,
        SandboxBankClock clock,
        SandboxSignUp sandbox
    )
    {
        this.client = client;
        this.server = server;
        this.world = world;
        this.clock = clock;
        messagesUrl = sandbox.MessagesUrl;
        rows = new BankRows(server, world, sandbox.PartnerId);
    }

    /// <summary>Has a customer's e-account be in a state, and tells the event of it: payments and top-ups are declined with
    /// <see cref="DeclineCodes.AccountFrozen"/>, <see cref="DeclineCodes.AccountDormant"/>,
    /// <see cref="DeclineCodes.AccountClosed"/> or <see cref="DeclineCodes.AccountNotActive"/> until it is
    /// <see cref="AccountStatus.Active"/> again.</summary>
    /// <param name="customer">Whose.</param>
    /// <param name="status">One of <see cref="AccountStatus"/> but <see cref="AccountStatus.Closed"/>, with which the agreement
    /// would end.</param>
    /// <param name="cancellationToken">Gives up, unless the bank is at it already.</param>
    /// <exception cref="ArgumentException">The customer was linked without an account, or it cannot be put into this
    /// state.</exception>
    public async Task SetAccountStatusAsync(
        LinkedCustomer customer,
        AccountStatus status,
        CancellationToken cancellationToken = default
    )
    {
        var account = await rows.AccountOfAsync(customer, cancellationToken).ConfigureAwait(false);
        await server
            .Get<Engine>()
            .SubmitAsync(
                new SetAccountStanding(
                    world,
                    await clock.NowAsync(cancellationToken).ConfigureAwait(false),
                    account,
                    SetAccountStanding.StateOf(status),
                    await server.Get<AccountConsents>().ListAsync(world, account).ConfigureAwait(false)
                )
            )
            .ConfigureAwait(false);
    }

    /// <summary>Sets the limits that a customer has set for an e-account; more is declined with
    /// <see cref="DeclineCodes.AccountPerPaymentLimit"/> or <see cref="DeclineCodes.AccountDailyLimit"/>.</summary>
    /// <param name="customer">Whose.</param>
    /// <param name="perPayment">The most that goes out at once; what the rules allow when null.</param>
    /// <param name="daily">The most that goes out in a day; what the rules allow when null.</param>
    /// <param name="cancellationToken">Gives up, unless the bank is at it already.</param>
    /// <exception cref="ArgumentException">The customer was linked without an account, or the bank refuses the
    /// limits.</exception>
    public async Task SetLimitsAsync(
        LinkedCustomer customer,
        Money? perPayment = null,
        Money? daily = null,
        CancellationToken cancellationToken = default
    )
    {
        var account = await rows.AccountOfAsync(customer, cancellationToken).ConfigureAwait(false);
        var session = await rows.SessionOfAsync(account).ConfigureAwait(false);
        var refusal = await server
            .Get<OwnAccounts>()
            .SetLimitsAsync(session, account, perPayment?.Amount, daily?.Amount, SandboxBank.Pin)
            .ConfigureAwait(false);
        if (refusal is not null)
        {
            throw new ArgumentException(
                $"The bank refuses these limits ({refusal}): set them above zero, within what the rules allow in a day, and no "
                    + "more at once than in a day.",
                nameof(perPayment)
            );
        }
    }

    /// <summary>Has a customer pay, day after day, what an e-account may pay in a year: more in that year is declined with
    /// <see cref="DeclineCodes.AccountYearlyLimit"/>. The money comes from the customer's card, and the clock goes on by some
    /// weeks.</summary>
    /// <param name="customer">Whose: linked with an agreement that allows so much, and top-ups.</param>
    /// <param name="cancellationToken">Gives up, unless the bank is at it already.</param>
    /// <exception cref="ArgumentException">The customer was linked without an account or an agreement.</exception>
    /// <exception cref="InvalidOperationException">A payment or a top-up was declined; the message says why.</exception>
    public async Task UseUpYearAsync(LinkedCustomer customer, CancellationToken cancellationToken = default)
    {
        var account = await rows.AccountOfAsync(customer, cancellationToken).ConfigureAwait(false);
        var spending = new YearOfPayments(client, rows, clock, customer, BankRows.AgreementOf(customer));
        await spending.PayAsync(account, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has a customer confirm a payment that waits for it. Where the bank asks for a one-time code, its message is in
    /// <see cref="SandboxBank.MessagesUrl"/>, as after a code that was asked for on the bank's page.</summary>
    /// <param name="customer">Who pays, from the account that was linked.</param>
    /// <param name="payment">The payment, <see cref="PaymentStatus.RequiresAction"/>.</param>
    /// <param name="cancellationToken">Gives up, unless the bank is at it already.</param>
    /// <returns>The payment as it is then.</returns>
    /// <exception cref="ArgumentException">The customer was linked without an account, or the bank knows no such
    /// payment that is to be confirmed.</exception>
    /// <exception cref="InvalidOperationException">The bank does not let it be paid so; the message says why.</exception>
    public async Task<Payment> ConfirmPaymentAsync(
        LinkedCustomer customer,
        Payment payment,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(customer);
        ArgumentNullException.ThrowIfNull(payment);
        var account = await rows.AccountOfAsync(customer, cancellationToken).ConfigureAwait(false);
        var session = await rows.SessionOfAsync(account).ConfigureAwait(false);
        var waiting = await rows.WaitingAsync(payment).ConfigureAwait(false);
        if (waiting.Row.State != ConfirmationState.Waiting)
        {
            throw new InvalidOperationException(
                await WhyNotConfirmedAsync(payment, cancellationToken).ConfigureAwait(false)
            );
        }

        var confirmations = server.Get<Confirmations>();
        var mobile = server.Get<CustomerSessions>().MobileOf(session);
        using var turn = await server.Turns.TakeAsync(mobile, cancellationToken).ConfigureAwait(false);
        string? code = null;
        if (await confirmations.NeedsCodeAsync(session, waiting.Row, account).ConfigureAwait(false))
        {
            await server.Services.EndCodePauseAsync(world, mobile).ConfigureAwait(false);
            code = await SendCodeAsync(session, waiting).ConfigureAwait(false);
            waiting = await rows.WaitingAsync(payment).ConfigureAwait(false);
        }

        var (result, refusal) = await confirmations
            .ConfirmAsync(session, waiting.Row, account, waiting.Digest, SandboxBank.Pin, code)
            .ConfigureAwait(false);
        return result?.Outcome == ConfirmOutcome.Paid
            ? await client.Payments.GetAsync(payment.Id, cancellationToken).ConfigureAwait(false)
            : throw new InvalidOperationException(
                refusal switch
                {
                    ConfirmationRules.Refusals.Over => await WhyNotConfirmedAsync(
                            payment,
                            CancellationToken.None
                        )
                        .ConfigureAwait(false),
                    ConfirmationRules.Refusals.OfAnother => OfAnother,
                    _ =>
                        $"The payment was not confirmed: {refusal ?? result!.DeclineCode ?? result.Outcome.ToString()}.",
                }
            );
    }

    /// <summary>Has a customer say no to a payment that waits: it is <see cref="PaymentStatus.Canceled"/> with
    /// <see cref="DeclineCodes.CustomerDeclined"/>.</summary>
    /// <param name="customer">Who says no.</param>
    /// <param name="payment">The payment, <see cref="PaymentStatus.RequiresAction"/>.</param>
    /// <param name="cancellationToken">Gives up, unless the bank is at it already.</param>
    /// <returns>The payment as it is then.</returns>
    /// <exception cref="ArgumentException">The customer was linked without an account, or the bank knows no such
    /// payment that is to be confirmed.</exception>
    /// <exception cref="InvalidOperationException">The payment waits no more, or for another customer; the message says
    /// which.</exception>
    public async Task<Payment> DeclinePaymentAsync(
        LinkedCustomer customer,
        Payment payment,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(customer);
        ArgumentNullException.ThrowIfNull(payment);
        var account = await rows.AccountOfAsync(customer, cancellationToken).ConfigureAwait(false);
        var session = await rows.SessionOfAsync(account).ConfigureAwait(false);
        var waiting = await rows.WaitingAsync(payment).ConfigureAwait(false);
        await server.Get<Confirmations>().DeclineAsync(session, waiting.Row).ConfigureAwait(false);
        var declined = await client.Payments.GetAsync(payment.Id, cancellationToken).ConfigureAwait(false);
        return declined.DeclineCode == DeclineCodes.CustomerDeclined
            ? declined
            : throw new InvalidOperationException(
                declined.Status == PaymentStatus.RequiresAction
                    ? OfAnother
                    : $"The customer cannot say no any more: the payment is {Standing(declined)}."
            );
    }

    /// <summary>Gives the messages that came to a customer's phone: one-time codes, and notices of what was agreed and paid. What is sent
    /// after a payment comes moments later.</summary>
    /// <param name="customer">Whose phone.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The newest first, twenty at the most.</returns>
    /// <exception cref="ArgumentException">The customer was linked without an account.</exception>
    public async Task<IReadOnlyList<SandboxMessage>> ListMessagesAsync(
        LinkedCustomer customer,
        CancellationToken cancellationToken = default
    )
    {
        var account = await rows.AccountOfAsync(customer, cancellationToken).ConfigureAwait(false);
        var session = await rows.SessionOfAsync(account).ConfigureAwait(false);
        using var http = new HttpClient(SandboxBank.CreateHttpHandler());
        var box = MessageBox.AddressOf(messagesUrl, server.Get<CustomerSessions>().MobileOf(session));
        return await MessageBox.ReadAsync(http, box, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has a person confirm an application on the bank's pages: the one-time code, and the payment PIN. It is refused
    /// with <see cref="ApplicationReasons.MobileOfAnother"/> or <see cref="ApplicationReasons.TooManyAccounts"/> where that is
    /// so.</summary>
    /// <param name="person">Who, as in the application.</param>
    /// <param name="application">The application, as it was made.</param>
    /// <param name="cancellationToken">Gives up, unless the bank is at it already.</param>
    /// <returns>The application as it is then.</returns>
    /// <exception cref="ArgumentException">The application has come to nothing already.</exception>
    public Task<AccountApplication> ConfirmApplicationAsync(
        SandboxPerson person,
        AccountApplication application,
        CancellationToken cancellationToken = default
    ) =>
        VisitAsync(
            person,
            application,
            visitor => visitor.ContinueAsync(PageOf(application), cancellationToken),
            cancellationToken
        );

    /// <summary>Has a person say on the bank's pages that they have not asked for an application: it is
    /// <see cref="AccountApplicationStatus.Rejected"/> with <see cref="ApplicationReasons.CustomerDeclined"/>.</summary>
    /// <param name="person">Who, as in the application.</param>
    /// <param name="application">The application, as it was made.</param>
    /// <param name="cancellationToken">Gives up, unless the bank is at it already.</param>
    /// <returns>The application as it is then.</returns>
    /// <exception cref="ArgumentException">The application has come to nothing already.</exception>
    public Task<AccountApplication> DeclineApplicationAsync(
        SandboxPerson person,
        AccountApplication application,
        CancellationToken cancellationToken = default
    ) =>
        VisitAsync(
            person,
            application,
            visitor => visitor.DeclineAsync(PageOf(application), cancellationToken),
            cancellationToken
        );

    /// <summary>Has somebody enter wrong codes until the application is refused with
    /// <see cref="ApplicationReasons.TooManyWrongCodes"/>.</summary>
    /// <param name="person">Who, as in the application.</param>
    /// <param name="application">The application, as it was made.</param>
    /// <param name="cancellationToken">Gives up, unless the bank is at it already.</param>
    /// <returns>The application as it is then.</returns>
    /// <exception cref="ArgumentException">The application has come to nothing already.</exception>
    public async Task<AccountApplication> GuessCodesAsync(
        SandboxPerson person,
        AccountApplication application,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(person);
        var page = PageOf(application);
        do
        {
            application = await VisitAsync(
                    person,
                    application,
                    visitor => visitor.GuessAsync(page, cancellationToken),
                    cancellationToken
                )
                .ConfigureAwait(false);
        } while (application.Reason is null);

        return application;
    }

    /// <summary>Has somebody enter wrong amounts until the application is refused with
    /// <see cref="ApplicationReasons.TooManyWrongAmounts"/>.</summary>
    /// <param name="person">Who, as in the application: <see cref="MagicPersons.WithUnconfirmedCard"/>.</param>
    /// <param name="application">The application, as it was made.</param>
    /// <param name="cancellationToken">Gives up, unless the bank is at it already.</param>
    /// <returns>The application as it is then.</returns>
    /// <exception cref="ArgumentException">The application has come to nothing already.</exception>
    /// <exception cref="InvalidOperationException">The bank asks for no amount: it has confirmed the card.</exception>
    public Task<AccountApplication> GuessAmountsAsync(
        SandboxPerson person,
        AccountApplication application,
        CancellationToken cancellationToken = default
    ) =>
        VisitAsync(
            person,
            application,
            visitor => visitor.GuessAmountsAsync(PageOf(application), cancellationToken),
            cancellationToken
        );

    /// <summary>Has the bank send the message that its page has it send, and gives the code in it.</summary>
    private async Task<string?> SendCodeAsync(OpenSession session, KnownConfirmation waiting)
    {
        // Of this call alone.
        CultureInfo.CurrentUICulture = new(BankCustomer.Language);
        string? code = null;
        await server
            .Get<Confirmations>()
            .SendCodeAsync(
                session,
                waiting.Row,
                sources: [],
                sent => server.Get<PaymentCodeMessages>().Write(waiting, code = sent)
            )
            .ConfigureAwait(false);
        return code;
    }

    private async Task<AccountApplication> VisitAsync(
        SandboxPerson person,
        AccountApplication application,
        Func<BankCustomer, Task> visit,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(person);
        using var turn = await server.Turns.TakeAsync(person.Mobile, cancellationToken).ConfigureAwait(false);
        await server.Services.EndCodePauseAsync(world, person.Mobile).ConfigureAwait(false);
        using var visitor = new BankCustomer(person, messagesUrl, SandboxBank.Pin);
        await visit(visitor).ConfigureAwait(false);
        return await client
            .AccountApplications.GetAsync(application.Id, cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<string> WhyNotConfirmedAsync(Payment payment, CancellationToken cancellationToken)
    {
        var ended = await client.Payments.GetAsync(payment.Id, cancellationToken).ConfigureAwait(false);
        return $"The customer cannot confirm any more: the payment is {Standing(ended)}.";
    }

    private static string Standing(Payment payment) =>
        payment.DeclineCode is { } code ? $"{payment.Status.Value} ({code})" : payment.Status.Value;

    private static Uri PageOf(AccountApplication application)
    {
        ArgumentNullException.ThrowIfNull(application);
        return application.ContinuationUrl is { } page
            ? new Uri(page)
            : throw new ArgumentException(
                "The application has no page any more: it has come to an end.",
                nameof(application)
            );
    }
}
