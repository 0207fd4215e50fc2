using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>What one app may do, and what stops when the customer takes it back.</summary>
public sealed class CustomerAppModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    WorldClocks clocks,
    Engine.Engine engine,
    IStringLocalizer<Texts> texts
) : CustomerPage(sessions)
{
    public AppAccess Access { get; private set; } = null!;

    public IReadOnlyList<AuthorizationDetail> Details { get; private set; } = [];

    public IEnumerable<string> WhatStops =>
        Details
            .SelectMany(detail =>
                detail is PaymentAgreementTerms { TopUpAllowed: true }
                    ? ["payment_agreement", "top_up"]
                    : (string[])[AuthorizationDetails.TypeOf(detail)]
            )
            .Where(type => type != AccountOpening.TypeName)
            .Select(type => texts[$"Stops_{type}", Access.App.Name].Value)
            .Append(texts["StopsForGood", Access.App.Name]);

    public async Task<IActionResult> OnPostAsync()
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
        return SeeOther(PageRoutes.Own(World));
    }

    protected override async Task<bool> PrepareAsync()
    {
        if (
            !Id<ConsentRow>.TryParse((string?)RouteData.Values["consent"], out var id)
            || await queries.FindAccessAsync(World, CustomerId, id, await clocks.NowAsync(World))
                is not { } access
        )
        {
            return false;
        }

        Access = access;
        Details = AuthorizationDetails.Read(access.Consent.Details);
        return true;
    }
}
