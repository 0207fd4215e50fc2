using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>What one app may do, and what stops when the customer takes it back; afterwards, what has stopped.</summary>
public sealed class CustomerAppModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    WorldClocks clocks,
    Engine.Engine engine,
    IStringLocalizer<Texts> texts
) : CustomerPage(sessions)
{
    public AppAccess Access { get; private set; } = null!;

    /// <summary>The words for how it has ended, and when; null while it lasts.</summary>
    public (string Text, DateTimeOffset At)? End { get; private set; }

    public IReadOnlyList<AuthorizationDetail> Details { get; private set; } = [];

    public IEnumerable<string> WhatStops =>
        Details
            .SelectMany(detail =>
                detail is PaymentAgreementTerms { TopUpAllowed: true }
                    ? ["payment_agreement", "top_up"]
                    : (string[])[AuthorizationDetails.TypeOf(detail)]
            )
            .Where(type => type != AccountOpening.TypeName)
            .Select(type => texts[$"Stops_{type}", Access.App.Name].Value);

    public async Task<IActionResult> OnPostAsync()
    {
        // Of two taps one stops it, and both are told what has stopped.
        if (End is null)
        {
            await engine.SubmitAsync(
                new RevokeConsent(
                    World,
                    await clocks.NowAsync(World),
                    Access.Consent.Id,
                    Access.Consent.AgreementId
                )
                {
                    By = Actor.Customer(CustomerId),
                }
            );
        }

        return SeeOther(PageRoutes.App(World, Access.Consent.Id));
    }

    protected override async Task<bool> PrepareAsync()
    {
        if (
            !Id<ConsentRow>.TryParse((string?)RouteData.Values["consent"], out var id)
            || await queries.FindAccessAsync(World, CustomerId, id) is not { } access
        )
        {
            return false;
        }

        Access = access;
        End =
            access.Consent.RevokedAt is { } revokedAt ? ("AppStopped", revokedAt)
            : access.Consent.State == ConsentState.Expired
            || access.Consent.ExpiresAt <= await clocks.NowAsync(World)
                ? ("AppOver", access.Consent.ExpiresAt)
            : null;
        Details = AuthorizationDetails.Read(access.Consent.Details);
        return true;
    }
}
