using System.Globalization;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Purposes;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.TopUps;

namespace OpenBanking.Server.Dashboard;

/// <summary>A copy of what the bank keeps about a customer 个人信息副本 (Personal Information Protection Law, article 45), as
/// JSON that is written while it is read. Numbers that name a person or a card are masked, as on every page.</summary>
public sealed class DataCopies(
    Store store,
    DashboardQueries queries,
    Statements statements,
    CaseQueries cases,
    PurposeQueries purposes,
    Vault vault
)
{
    private const int MostSentOn = 10_000;

    private static readonly JsonWriterOptions readable = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="now">The business time of the world.</param>
    public async Task WriteAsync(
        OpenSession session,
        DateTimeOffset now,
        IReadOnlyList<PasskeyRow> passkeys,
        PipeWriter output
    )
    {
        await using var json = new Utf8JsonWriter(output, readable);
        json.WriteStartObject();
        json.WriteString("made_at", now.ToUniversalTime());
        WritePerson(json, session.Customer!);
        await WriteAccountsAsync(json, session, output);
        await WriteConsentsAsync(json, session, now);
        await WriteCouponsAsync(json, session, now);
        await WritePurposesAsync(json, session);
        await WriteCasesAsync(json, session);
        await WriteImagesAsync(json, session);
        json.WriteStartArray("passkeys");
        foreach (var passkey in passkeys)
        {
            json.WriteStartObject();
            json.WriteString("name", passkey.Name);
            Write(json, "created_at", passkey.CreatedAt);
            Write(json, "last_used_at", passkey.LastUsedAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await FlushAsync(json, output);
    }

    /// <summary>The writer alone hands nothing on, and all of it would be kept until the end.</summary>
    private static async Task FlushAsync(Utf8JsonWriter json, PipeWriter output)
    {
        await json.FlushAsync();
        await output.FlushAsync();
    }

    private void WritePerson(Utf8JsonWriter json, CustomerRow customer)
    {
        var profile = vault.OpenJson<CustomerProfile>(customer.Profile, customer.Id.Value);
        json.WriteStartObject("person");
        json.WriteString("name", profile.Name);
        json.WriteString("id_number", Masks.IdNumber(profile.IdNumber));
        json.WriteString("mobile", Masks.Mobile(profile.Mobile));
        Write(json, "customer_since", customer.CreatedAt);
        json.WriteEndObject();
    }

    private async Task WriteAccountsAsync(Utf8JsonWriter json, OpenSession session, PipeWriter output)
    {
        json.WriteStartArray("accounts");
        foreach (var account in await queries.ListAccountsAsync(session.World, session.Customer!.Id))
        {
            var cards = await queries.ListCardsAsync(session.World, account);
            json.WriteStartObject();
            json.WriteString("number", Masks.Number(account.LastFour));
            json.WriteString("nickname", account.Nickname);
            json.WriteString("type", account.Type);
            json.WriteString("status", AccountRules.StatusOf(account.State).Value);
            Write(json, "opened_at", account.OpenedAt);
            var agreed = await queries.FindAgreementAsync(session.World, account);
            json.WriteString("agreement_version", agreed?.AgreementVersion);
            Write(json, "agreed_at", agreed?.AgreedAt);
            Write(json, "available", account.Available, account.Currency);
            Write(json, "held", account.Held, account.Currency);
            json.WriteString("bound_card", Describe(cards[0]));
            json.WriteStartArray("other_bound_cards");
            foreach (var card in cards.Skip(1))
            {
                json.WriteStringValue(Describe(card));
            }

            json.WriteEndArray();
            await WriteRemovedCardsAsync(json, session, account);
            await WriteTopUpsNotHereAsync(json, session, account);
            await WriteSentOnAsync(json, session, account);
            Write(json, "payment_limit", account.PaymentLimit, account.Currency);
            Write(json, "day_limit", account.DayLimit, account.Currency);
            json.WriteStartArray("transactions");
            await foreach (var line in statements.ReadAsync(session.World, account))
            {
                WriteLine(json, line, account.Currency);
                if (line.Entry.Sequence % Statements.Chunk == 0)
                {
                    await FlushAsync(json, output);
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Money may still be on its way to them, so their numbers stay.</summary>
    private async Task WriteRemovedCardsAsync(Utf8JsonWriter json, OpenSession session, AccountRow account)
    {
        json.WriteStartArray("removed_cards");
        foreach (var card in await queries.ListRemovedCardsAsync(session.World, account))
        {
            json.WriteStartObject();
            json.WriteString("card", Describe(card));
            Write(json, "removed_at", card.RemovedAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Those that no line of the account tells of.</summary>
    private async Task WriteTopUpsNotHereAsync(Utf8JsonWriter json, OpenSession session, AccountRow account)
    {
        // The condition of the index, word for word, and more.
        var topUps = await store.ListAsync(
            OwnTopUpTables.TopUps,
            session.World,
            $"state <> 2 AND account_id = {account.Id} ORDER BY id"
        );
        json.WriteStartArray("top_ups_not_on_the_account");
        foreach (var topUp in topUps)
        {
            json.WriteStartObject();
            json.WriteString("status", WordOf(topUp.State));
            json.WriteString("reason", topUp.DeclineCode);
            Write(json, "amount", topUp.Amount, topUp.Currency);
            Write(json, "ordered_at", topUp.CreatedAt);
            Write(json, "answered_at", topUp.CompletedAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>What came for the account, and it could not take: no line of it tells of that either.</summary>
    private async Task WriteSentOnAsync(Utf8JsonWriter json, OpenSession session, AccountRow account)
    {
        json.WriteStartArray("sent_on_to_cards");
        foreach (var (row, card) in await queries.ListSentOnAsync(session.World, account, MostSentOn))
        {
            json.WriteStartObject();
            json.WriteString("status", WordOf(row.State));
            Write(json, "amount", row.Amount, row.Currency);
            json.WriteString("card", Describe(card));
            Write(json, "came_at", row.CreatedAt);
            Write(json, "answered_at", row.CompletedAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>As the API writes its words.</summary>
    private static string WordOf(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static string Describe(BoundCardRow card) => $"{card.Bank} {Masks.Number(card.LastFour)}";

    private static void WriteLine(Utf8JsonWriter json, StatementLine line, string currency)
    {
        json.WriteStartObject();
        json.WriteNumber("number", line.Entry.Sequence);
        Write(json, "at", line.Entry.CreatedAt);
        json.WriteString("kind", WordOf(line.Entry.Kind));
        json.WriteString("app", line.App?.Name);
        json.WriteString("description", line.Description);
        Write(json, "amount", line.Entry.Amount, currency);
        Write(json, "balance", line.Entry.BalanceAfter!.Value, currency);
        json.WriteEndObject();
    }

    private async Task WriteConsentsAsync(Utf8JsonWriter json, OpenSession session, DateTimeOffset now)
    {
        var consents = await store.ListAsync(
            ConsentTables.Consents,
            session.World,
            $"customer_id = {session.Customer!.Id} ORDER BY id"
        );
        var apps = await queries.AppsAsync(session.World, consents.Select(consent => consent.AppId));
        json.WriteStartArray("consents");
        foreach (var consent in consents)
        {
            json.WriteStartObject();
            json.WriteString("app", apps[consent.AppId].Name);
            json.WriteString("status", ConsentRules.StatusOf(consent.State, consent.ExpiresAt, now).Value);
            Write(json, "granted_at", consent.GrantedAt);
            Write(json, "expires_at", consent.ExpiresAt);
            Write(json, "revoked_at", consent.RevokedAt);
            json.WriteString(
                "last_used_on",
                (await queries.FindLastUseAsync(session.World, consent))?.ToString(
                    "O",
                    CultureInfo.InvariantCulture
                )
            );
            json.WritePropertyName("details");
            json.WriteRawValue(consent.Details);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private async Task WriteCouponsAsync(Utf8JsonWriter json, OpenSession session, DateTimeOffset now)
    {
        var coupons = await store.ListAsync(
            CouponTables.Coupons,
            session.World,
            $"customer_id = {session.Customer!.Id} ORDER BY id"
        );
        var apps = await queries.AppsAsync(session.World, coupons.Select(coupon => coupon.AppId));
        json.WriteStartArray("coupons");
        foreach (var coupon in coupons)
        {
            json.WriteStartObject();
            json.WriteString("app", apps[coupon.AppId].Name);
            json.WriteString("status", CouponRules.StatusOf(coupon, now).Value);
            Write(json, "discount", coupon.Discount, coupon.Currency);
            Write(json, "threshold", coupon.Threshold, coupon.Currency);
            Write(json, "issued_at", coupon.IssuedAt);
            Write(json, "valid_until", coupon.ValidUntil);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private async Task WritePurposesAsync(Utf8JsonWriter json, OpenSession session)
    {
        var consents = await purposes.FindAsync(session.World, session.Customer!.Id);
        json.WriteStartArray("purposes");
        foreach (var purpose in Purpose.All)
        {
            json.WriteStartObject();
            json.WriteString("purpose", purpose.Name);
            json.WriteBoolean("necessary", purpose.Necessary);
            json.WriteBoolean("allowed", consents.Allow(purpose));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("purpose_choices");
        foreach (var choice in consents.History)
        {
            json.WriteStartObject();
            json.WriteString("purpose", choice.Purpose);
            json.WriteBoolean("given", choice.Given);
            json.WriteNumber("text_version", choice.TextVersion);
            Write(json, "chosen_at", choice.ChosenAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private async Task WriteCasesAsync(Utf8JsonWriter json, OpenSession session)
    {
        json.WriteStartArray("cases");
        foreach (
            var (row, text, answer, name) in await cases.ListAllAsync(session.World, session.Customer!.Id)
        )
        {
            json.WriteStartObject();
            json.WriteString("number", row.Id.ToString());
            json.WriteString("kind", WordOf(row.Kind));
            json.WriteString("status", WordOf(row.State));
            json.WriteString("name", name);
            json.WriteString("text", text);
            json.WriteString("answer", answer);
            Write(json, "opened_at", row.OpenedAt);
            Write(json, "answered_at", row.AnsweredAt);
            Write(json, "closed_at", row.ClosedAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>That there are pictures of the ID card: the customer has the card itself.</summary>
    private async Task WriteImagesAsync(Utf8JsonWriter json, OpenSession session)
    {
        json.WriteStartArray("identity_images");
        foreach (
            var application in await store.ListAsync(
                ApplicationTables.Applications,
                session.World,
                $"customer_id = {session.Customer!.Id} AND images > 0 ORDER BY id"
            )
        )
        {
            foreach (var side in Enum.GetValues<IdentityImageSide>().Where(application.Has))
            {
                json.WriteStartObject();
                json.WriteString("side", WordOf(side));
                Write(json, "applied_at", application.CreatedAt);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Money as everywhere on the wire: minor units, with the currency beside them.</summary>
    private static void Write(Utf8JsonWriter json, string name, long amount, string currency)
    {
        json.WriteStartObject(name);
        json.WriteString("currency", currency);
        json.WriteNumber("amount", amount);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, long? amount, string currency)
    {
        if (amount is { } known)
        {
            Write(json, name, known, currency);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void Write(Utf8JsonWriter json, string name, DateTimeOffset? instant)
    {
        if (instant is { } at)
        {
            json.WriteString(name, at.ToUniversalTime());
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
