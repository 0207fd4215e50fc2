using System.Text.Json;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.CommandLine;

/// <summary>partners, register-partner, register-app, show-app, change-app and end-app: how the bank takes partners and their apps
/// on where nobody signs up by themselves. Registrations are JSON as RFC 7591 has it.</summary>
public static class PartnerCommands
{
    public const string List = "partners";
    public const string RegisterPartner = "register-partner";
    public const string RegisterApp = "register-app";
    public const string ShowApp = "show-app";
    public const string ChangeApp = "change-app";
    public const string EndApp = "end-app";

    private const int LongestName = 64;
    private const int MostListed = 10_000;

    /// <summary>What follows one of the commands but <see cref="List"/>, without the word it needs.</summary>
    /// <exception cref="WrongSettingException">There is no such word.</exception>
    public static string[] SettingsOf(string command, string[] words) =>
        words is [var word, .. var settings] && !word.StartsWith("--", StringComparison.Ordinal)
            ? settings
            : throw new WrongSettingException(
                command switch
                {
                    RegisterPartner => $"{command} needs the partner's name.",
                    RegisterApp =>
                        $"{command} needs the partner's id, prt_…, and the app's registration on the standard input.",
                    ChangeApp =>
                        $"{command} needs the app's id, app_…, and the whole of its registration on the standard input.",
                    _ => $"{command} needs the app's id, app_…, as {List} lists it.",
                }
            );

    /// <summary>Does one of the commands, and writes what came of it.</summary>
    public static async Task<int> PartnersAsync(this WebApplication app, string command, string? word)
    {
        var services = app.Services;
        var (done, text) = command switch
        {
            List => (true, await ListAsync(services)),
            RegisterPartner => await RegisterPartnerAsync(services, word!),
            RegisterApp => await RegisterAppAsync(services, word!, Console.OpenStandardInput()),
            ShowApp => await ShowAppAsync(services, word!),
            ChangeApp => await ChangeAppAsync(services, word!, Console.OpenStandardInput()),
            EndApp => await EndAppAsync(services, word!),
            _ => throw new InvalidOperationException($"Unknown command {command}."),
        };
        Console.WriteLine(text);
        return done ? 0 : 1;
    }

    /// <summary>The live world's partners, each with its apps.</summary>
    public static async Task<string> ListAsync(IServiceProvider services)
    {
        var store = services.GetRequiredService<Store>();
        var partners = await store.ListAsync(
            PartnerTables.Partners,
            World.Live,
            $"1 = {1} ORDER BY id LIMIT {MostListed}"
        );
        var apps = await store.ListAsync(
            PartnerTables.Apps,
            World.Live,
            $"1 = {1} ORDER BY id LIMIT {MostListed}"
        );
        var ofPartner = apps.ToLookup(app => app.PartnerId);
        var lines = partners.SelectMany(partner =>
            ofPartner[partner.Id].Select(app => "  " + Describe(app)).Prepend($"{partner.Id} {partner.Name}")
        );
        return partners.Count == 0
            ? "There is no partner in the live world; those of sandboxes are not listed."
            : string.Join(Environment.NewLine, lines);
    }

    public static async Task<(bool Done, string Text)> RegisterPartnerAsync(
        IServiceProvider services,
        string name
    )
    {
        if (services.GetRequiredService<ServerMode>().IsSandbox)
        {
            return (false, "On a sandbox partners sign up by themselves: POST /sandbox/partners.");
        }

        if (Wire.CheckName("", name, LongestName) is not null)
        {
            return (
                false,
                $"A name is 1 to {LongestName} characters that can be seen, a letter, digit or symbol among them, with no space at "
                    + "the ends."
            );
        }

        var now = services.GetRequiredService<WorldClocks>().RealNow;
        var partner = new PartnerRow
        {
            Id = services.GetRequiredService<Ids>().New<PartnerRow>(),
            Name = name,
            CreatedAt = now,
        };
        await services
            .GetRequiredService<Engine.Engine>()
            .SubmitAsync(new AddPartner(World.Live, now, partner));
        return (true, $"registered: {partner.Id}");
    }

    /// <param name="registration">JSON of RFC 7591 §2.</param>
    public static async Task<(bool Done, string Text)> RegisterAppAsync(
        IServiceProvider services,
        string text,
        Stream registration
    )
    {
        if (
            !Id<PartnerRow>.TryParse(text, out var partner)
            || await services
                .GetRequiredService<Store>()
                .FindAsync(PartnerTables.Partners, World.Live, partner)
                is null
        )
        {
            return (false, $"There is no partner {text}.");
        }

        var (request, failure) = await ReadAsync(services, registration);
        if (failure is not null)
        {
            return (false, failure);
        }

        var now = services.GetRequiredService<WorldClocks>().RealNow;
        var app = ClientRegistrations.New(
            services.GetRequiredService<Ids>(),
            partner,
            request!,
            managementHash: null,
            now
        );
        var engine = services.GetRequiredService<Engine.Engine>();
        var logo = ClientLogos.Of(app.Id, request!);
        await engine.SubmitAsync(new AddApp(World.Live, now, app) { By = Actor.Bank, Logo = logo });
        await engine.SubmitAsync(new PlaceApp(now, new() { Id = app.Id, WorldNumber = World.Live.Number }));
        return (true, Show(services, app, logo));
    }

    public static async Task<(bool Done, string Text)> ShowAppAsync(IServiceProvider services, string text)
    {
        var apps = services.GetRequiredService<AppDirectory>();
        return await apps.ReadAsync(text) is { } app
            ? (true, Show(services, app.Row, await apps.FindLogoAsync(app)))
            : (false, $"There is no app {text}.");
    }

    /// <param name="registration">All of it: what is left out is as by default (RFC 7592 §2.2).</param>
    public static async Task<(bool Done, string Text)> ChangeAppAsync(
        IServiceProvider services,
        string text,
        Stream registration
    )
    {
        if (await services.GetRequiredService<AppDirectory>().ReadAsync(text) is not { Row: var app } found)
        {
            return (false, $"There is no app {text}.");
        }

        var (request, failure) = await ReadAsync(services, registration);
        if (failure is not null || (request!.ClientId is { } named && named != text))
        {
            return (false, failure ?? "client_id is another app's.");
        }

        var logo = ClientLogos.Of(app.Id, request);
        var decision = await services
            .GetRequiredService<Engine.Engine>()
            .SubmitAsync(
                new ChangeApp(
                    found.World,
                    services.GetRequiredService<WorldClocks>().RealNow,
                    app.ManagementHash,
                    ClientRegistrations.Apply(app, request)
                )
                {
                    Logo = logo,
                }
            );
        return decision is Accepted<AppRow> { Reply: var changed }
            ? (true, Show(services, changed, logo))
            : (false, $"{text} was changed meanwhile; look again with {ShowApp}.");
    }

    public static async Task<(bool Done, string Text)> EndAppAsync(IServiceProvider services, string text) =>
        await services.GetRequiredService<AppDirectory>().ReadAsync(text) is not { } app
            ? (false, $"There is no app {text}.")
        : await services.GetRequiredService<EndedApps>().EndAsync(app)
            ? (true, $"ended: {text}, with its tokens and consents")
        : (false, $"{text} was changed meanwhile; try again.");

    private static async Task<(ClientRegistrationRequest? Request, string? Failure)> ReadAsync(
        IServiceProvider services,
        Stream registration
    )
    {
        var (request, failure) = await ClientRegistrations.ReadAsync(
            registration,
            services.GetRequiredService<SigningOptions>().SigningAlgorithm,
            services.GetRequiredService<CertificateMetadata>(),
            CancellationToken.None
        );
        return (request, failure is null ? null : $"{failure.Error}: {failure.Description}");
    }

    private static string Show(IServiceProvider services, AppRow app, AppLogoRow? logo) =>
        JsonSerializer.Serialize(
            ClientRegistrations.Show(
                app,
                services.GetRequiredService<ServerAddress>(),
                services.GetRequiredService<SigningOptions>().SigningAlgorithm,
                logo,
                managementToken: null
            ),
            ResponseJson.Default.ClientRegistration
        );

    private static string Describe(AppRow app) =>
        $"{app.Id} {app.Name}, {app.Scene}" + (app.EndedAt is { } ended ? $", ended {ended:u}" : "");
}
