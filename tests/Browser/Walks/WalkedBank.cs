using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenBanking.Server.Outside;
using Xunit;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>One bank and one browser for all walks, and an app that customers are taken back to.</summary>
public sealed class WalkedBank : IAsyncLifetime
{
    private readonly ShiftedClock clock = new();
    private WebApplication app = null!;
    private Chromium chromium = null!;

    public TestServer Server { get; private set; } = null!;

    /// <summary>Where the app takes customers back.</summary>
    public Uri Callback { get; } = new($"http://localhost:{Ports.Free()}/callback");

    public async ValueTask InitializeAsync()
    {
        Server = await TestServer.StartAsync(builder =>
        {
            WalkedPages.Watch(builder);
            builder.Services.AddSingleton<TimeProvider>(clock);
            builder.Services.AddSingleton<SlowAnswers>();
            builder.Services.AddSingleton<IStartupFilter>(provider =>
                provider.GetRequiredService<SlowAnswers>()
            );
            builder.Services.AddSingleton<HeldVerification>();
            builder.Services.AddSingleton<IIdentityVerification>(provider =>
                provider.GetRequiredService<HeldVerification>()
            );
        });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Urls.Add(Callback.GetLeftPart(UriPartial.Authority));
        foreach (var address in (string[])["/", "/callback"])
        {
            app.MapGet(address, () => Results.Content("<!doctype html><title>App</title>", "text/html"));
        }

        await app.StartAsync();
        chromium = await Chromium.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await chromium.DisposeAsync();
        await app.DisposeAsync();
        await Server.DisposeAsync();
    }

    /// <summary>A partner whose app takes customers back here.</summary>
    public Task<TestPartner> NewPartnerAsync() => TestPartner.NewAsync(Server.Address, callback: Callback);

    /// <summary>A phone in dark colours with scripts, or in light ones without.</summary>
    public Task<Phone> NewPhoneAsync(string walk, string language, bool scripts) =>
        Phone.NewAsync($"{walk}-{language}", language, scripts, dark: scripts, chromium);

    /// <summary>Where the customers of a partner's sandbox have their own pages.</summary>
    public string OwnPages(TestPartner partner) =>
        new Uri(Server.Address, $"/bank/{partner.SandboxNumber}/my").ToString();

    /// <summary>Does something as if it were done so much later.</summary>
    public async Task LaterAsync(TimeSpan by, Func<Task> act)
    {
        clock.Ahead = by;
        try
        {
            await act();
        }
        finally
        {
            clock.Ahead = TimeSpan.Zero;
        }
    }

    /// <summary>Does something over a slow network.</summary>
    public async Task SlowlyAsync(Func<Task> act)
    {
        var answers = Server.Get<SlowAnswers>();
        answers.By = TimeSpan.FromMilliseconds(500);
        try
        {
            await act();
        }
        finally
        {
            answers.By = TimeSpan.Zero;
        }
    }

    /// <summary>Has everybody who is to be verified wait, does something, and lets them go on.</summary>
    public async Task WhileVerifyingAsync(Func<Task> act)
    {
        var verification = Server.Get<HeldVerification>();
        verification.Hold();
        try
        {
            await act();
        }
        finally
        {
            verification.GoOn();
        }
    }
}

/// <summary>All walks, one after the other: they share the bank.</summary>
[CollectionDefinition(Name)]
public sealed class WalksOfOneBank : ICollectionFixture<WalkedBank>
{
    public const string Name = "walks";
}
