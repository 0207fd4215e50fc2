using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>Begins a customer's way through the pages.</summary>
public sealed record StartInteraction(World World, DateTimeOffset Now, InteractionRow Interaction)
    : Command<Done>(World, Now)
{
    public override Actor Actor => Actor.App(Interaction.AppId);

    public override Subject Subject => Subject.Of(Interaction.Id);

    public override void Keys(IKeySet keys) => keys.Want(AuthorizationTables.Interactions, Interaction.Id);

    public override Decision<Done> Decide(Book book)
    {
        book.Insert(AuthorizationTables.Interactions, Interaction);
        return Decision.Accept(new Done());
    }
}

/// <summary>Sends a sign-in code to a mobile number.</summary>
/// <param name="Mobile">The number, sealed.</param>
public sealed record SendSignInCode(
    World World,
    DateTimeOffset Now,
    Id<InteractionRow> InteractionId,
    byte[] Mobile,
    NewOneTimeCode Code
) : Command<Done>(World, Now)
{
    public override Subject Subject => Subject.Of(InteractionId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(AuthorizationTables.Interactions, InteractionId);
        OneTimeCodeRules.Want(keys, Code);
    }

    public override Decision<Done> Decide(Book book) => InteractionRules.SendCode(this, book);
}

/// <summary>A sign-in code was entered.</summary>
/// <param name="BrowserHash">The hash of the new secret that the browser gets when the code is right.</param>
public sealed record EnterSignInCode(
    World World,
    DateTimeOffset Now,
    Id<InteractionRow> InteractionId,
    Id<OneTimeCodeRow> CodeId,
    string MobileIndex,
    byte[] Mac,
    string BrowserHash
) : Command<CodeCheck>(World, Now)
{
    public override Subject Subject => Subject.Of(InteractionId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(AuthorizationTables.Interactions, InteractionId);
        keys.Want(CustomerTables.OneTimeCodes, CodeId);
        keys.Want(CustomerTables.OneTimeCodeRates, new(MobileIndex));
        keys.Want(CustomerTables.Mobiles, new(MobileIndex));
    }

    public override Decision<CodeCheck> Decide(Book book) => InteractionRules.EnterCode(this, book);
}

/// <summary>The customer signs out on the way: the interaction ends, and the app is not answered.</summary>
public sealed record EndInteraction(World World, DateTimeOffset Now, Id<InteractionRow> InteractionId)
    : Command<Done>(World, Now)
{
    public override void Keys(IKeySet keys) => keys.Want(AuthorizationTables.Interactions, InteractionId);

    public override Decision<Done> Decide(Book book)
    {
        var interaction = book.Get(AuthorizationTables.Interactions, InteractionId);
        if (!interaction.Completed)
        {
            book.Update(AuthorizationTables.Interactions, interaction with { Completed = true });
        }

        return Decision.Accept(new Done());
    }
}

/// <summary>The customer agrees.</summary>
/// <param name="PinHash">The PIN that was entered, hashed with the customer's salt: the number alone may have been
/// given to somebody new.</param>
/// <param name="Code">The authorization code the app gets.</param>
public sealed record Agree(
    World World,
    DateTimeOffset Now,
    Id<InteractionRow> InteractionId,
    string RequestHash,
    byte[] PinHash,
    ConsentRow Consent,
    AgreementRow? Agreement,
    AuthorizationCodeRow Code,
    Notice? Notice
) : Command<PinCheck>(World, Now)
{
    public override Actor Actor => Actor.Customer(Consent.CustomerId);

    public override Subject Subject => Subject.Of(Consent.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(AuthorizationTables.Interactions, InteractionId);
        keys.Want(AuthorizationTables.PushedRequests, new(RequestHash));
        keys.Want(CustomerTables.Customers, Consent.CustomerId);
        keys.Want(AccountTables.Accounts, Consent.AccountId);
    }

    public override Decision<PinCheck> Decide(Book book) => InteractionRules.Agree(this, book);
}

/// <summary>The customer goes back to the app without agreeing.</summary>
public sealed record Decline(
    World World,
    DateTimeOffset Now,
    Id<InteractionRow> InteractionId,
    string RequestHash
) : Command<Done>(World, Now)
{
    public override Subject Subject => Subject.Of(InteractionId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(AuthorizationTables.Interactions, InteractionId);
        keys.Want(AuthorizationTables.PushedRequests, new(RequestHash));
    }

    public override Decision<Done> Decide(Book book) =>
        InteractionRules.End(book, InteractionId, RequestHash) is { } refusal
            ? refusal
            : Decision.Accept(new Done());
}

/// <summary>What may happen on a customer's way through the pages.</summary>
public static class InteractionRules
{
    /// <summary>What pages may answer with when an interaction cannot go on.</summary>
    public const string Over = "interaction_over";

    /// <summary>Refuses: the interaction is over, or past sign-in; too many codes.</summary>
    public static Decision<Done> SendCode(SendSignInCode command, Book book)
    {
        var interaction = book.Get(AuthorizationTables.Interactions, command.InteractionId);
        if (interaction.Completed || interaction.SignedIn)
        {
            return Decision.Reject(Over);
        }

        if (OneTimeCodeRules.Send(book, command.Code) is { } refusal)
        {
            return refusal;
        }

        book.Update(
            AuthorizationTables.Interactions,
            interaction with
            {
                Mobile = command.Mobile,
                MobileIndex = command.Code.MobileIndex,
                CodeId = command.Code.CodeId,
            }
        );
        return Decision.Accept(new Done());
    }

    /// <summary>
    /// Refuses: the interaction is over, or past sign-in, or waits for another code.
    /// Declines: the code was wrong; the guess is counted.
    /// </summary>
    public static Decision<CodeCheck> EnterCode(EnterSignInCode command, Book book)
    {
        var interaction = book.Get(AuthorizationTables.Interactions, command.InteractionId);
        if (interaction.Completed || interaction.SignedIn || interaction.CodeId != command.CodeId)
        {
            return Decision.Reject(Over);
        }

        var check = OneTimeCodeRules.Check(book, command.CodeId, command.Mac, command.Form, command.Now);
        if (check != CodeCheck.Right)
        {
            return Decision.Decline(check);
        }

        book.Update(
            AuthorizationTables.Interactions,
            interaction with
            {
                SignedIn = true,
                SignedInAt = command.Now,
                BrowserHash = command.BrowserHash,
                CustomerId = CustomerLookups.OfMobile(book, command.MobileIndex),
            }
        );
        return Decision.Accept(check);
    }

    /// <summary>
    /// Refuses: nobody has signed in; the account is not in use; the interaction or the request was completed.
    /// Declines: the PIN was wrong; the try is counted.
    /// </summary>
    public static Decision<PinCheck> Agree(Agree command, Book book)
    {
        var interaction = book.Get(AuthorizationTables.Interactions, command.InteractionId);
        var account = book.Get(AccountTables.Accounts, command.Consent.AccountId);
        var now = command.Consent.GrantedAt;
        if (!interaction.SignedIn || AccountRules.StateAt(account, now) != AccountState.Active)
        {
            return Decision.Reject(Over);
        }

        var check = PinRules.Check(book, command.Consent.CustomerId, command.PinHash, command.Form, now);
        if (check != PinCheck.Right)
        {
            return Decision.Decline(check);
        }

        if (End(book, command.InteractionId, command.RequestHash) is { } refusal)
        {
            return refusal;
        }

        var consent = book.Insert(ConsentTables.Consents, command.Consent);
        if (command.Agreement is { } agreement)
        {
            book.Insert(ConsentTables.Agreements, agreement);
            command.Notice?.Send(book, consent.CustomerId);
        }

        book.Insert(AuthorizationTables.Codes, command.Code);
        ConsentRules.Emit(book, EventTypes.ConsentAuthorized, consent, ConsentStatus.Authorized);
        return Decision.Accept(PinCheck.Right);
    }

    public static void WantAll(IKeySet keys, IReadOnlyList<Id<InteractionRow>> interactions)
    {
        foreach (var id in interactions)
        {
            keys.Want(AuthorizationTables.Interactions, id);
        }
    }

    /// <summary>Forgets who has signed in. Their browsers begin again with the number, for the same request.</summary>
    public static void EndSignIns(Book book, IReadOnlyList<Id<InteractionRow>> interactions)
    {
        foreach (var id in interactions)
        {
            if (
                book.Find(AuthorizationTables.Interactions, id) is
                { SignedIn: true, Completed: false } interaction
            )
            {
                book.Update(
                    AuthorizationTables.Interactions,
                    interaction with
                    {
                        SignedIn = false,
                        SignedInAt = null,
                        Mobile = null,
                        MobileIndex = null,
                        CodeId = null,
                        CustomerId = null,
                        ApplicationId = null,
                        ApplicantName = null,
                    }
                );
            }
        }
    }

    /// <summary>Completes the interaction and uses the pushed request up; a refusal when either was before.</summary>
    public static Refusal? End(Book book, Id<InteractionRow> interactionId, string requestHash)
    {
        var interaction = book.Get(AuthorizationTables.Interactions, interactionId);
        var request = book.Get(AuthorizationTables.PushedRequests, new(requestHash));
        if (interaction.Completed || request.Used)
        {
            return new(Over);
        }

        book.Update(AuthorizationTables.Interactions, interaction with { Completed = true });
        book.Update(AuthorizationTables.PushedRequests, request with { Used = true });
        return null;
    }
}
