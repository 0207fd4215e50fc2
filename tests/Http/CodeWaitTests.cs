using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Whoever gets no code is told how long to wait, and whoever guessed too often what helps.</summary>
public sealed class CodeWaitTests(SharedServer shared) : ApplicationPageTests(shared)
{
    [Fact]
    public async Task Who_asks_at_once_in_another_browser_is_told_to_wait_for_seconds()
    {
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        using var another = new Browser();
        await another.GoAsync(await StartAsync());
        await another.SubmitAsync(("Mobile", Person.Mobile));
        Assert.Matches(
            "A code was sent to this number a moment ago. .* in ([2-9]|10) seconds.",
            another.Text()
        );
        await another.GoAsync(new Uri(another.Address, "sign-in?lang=zh-CN"));
        await another.SubmitAsync(("Mobile", Person.Mobile));
        Assert.Matches("刚刚已向该号码发送验证码，([2-9]|10) 秒后可再次获取。", another.Text());
    }

    [Fact]
    public async Task Who_has_had_ten_codes_in_almost_an_hour_is_told_to_wait_a_minute()
    {
        await RateAsync(now => new() { WindowStart = now.AddMinutes(-59.5), Sent = 10 });
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        Assert.Contains("Try again in 1 minute.", Browser.Text());
        await Browser.GoAsync(new Uri(Browser.Address, "sign-in?lang=zh-CN"));
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        Assert.Contains("请在 1 分钟后再试", Browser.Text());
    }

    [Fact]
    public async Task Who_has_had_ten_codes_in_the_hour_is_told_how_many_minutes_are_left()
    {
        await RateAsync(now => new() { WindowStart = now.AddMinutes(-20.5), Sent = 10 });
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        Assert.Contains("Try again in 40 minutes.", Browser.Text());
    }

    [Fact]
    public async Task Who_has_guessed_too_often_is_told_how_many_hours_are_left()
    {
        await RateAsync(now => new() { Failures = 15, FailingSince = now.AddHours(-3.5) });
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        Assert.Contains("Try again in 21 hours.", Browser.Text());

        // The own pages count the same number.
        await Browser.GoAsync(new Uri(Shared.Server.Address, $"/bank/{Partner.SandboxNumber}/my/sign-in"));
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        Assert.Contains("Try again in 21 hours.", Browser.Text());
    }

    [Fact]
    public async Task The_guess_that_locks_the_number_does_not_promise_that_a_new_code_helps()
    {
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        var wrong = await CodeAsync() == "246802" ? "246803" : "246802";
        await RateAsync(now => new() { Failures = 14, FailingSince = now.AddHours(-1) });

        await Browser.SubmitAsync(("Code", wrong));

        Assert.Contains("no code is sent to this number", Browser.Text());
        Assert.DoesNotContain("Ask for a new one", Browser.Text());
        await Browser.SubmitAsync(("Code", wrong));
        Assert.Contains("no code is sent to this number", Browser.Text());
    }

    [Fact]
    public async Task Taps_on_one_wrong_code_count_once()
    {
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        var wrong = await CodeAsync() == "246802" ? "246803" : "246802";
        foreach (
            var answer in await Browser.PostAtOnceAsync(
                6,
                Browser.Address,
                [.. Browser.HiddenFields(), new("Code", wrong)]
            )
        )
        {
            Assert.Contains("That is not the code", await answer.Content.ReadAsStringAsync());
        }

        await Browser.GoAsync(Browser.Address);
        for (var guess = 2; guess <= 5; guess++)
        {
            await Browser.SubmitAsync(("Code", wrong));
            Assert.Contains(guess < 5 ? "That is not the code" : "Ask for a new one", Browser.Text());
        }
    }

    [Fact]
    public async Task The_tenth_wrong_code_of_an_application_says_that_it_is_over()
    {
        var made = await ToOtpAsync();
        await Browser.GoAsync(new Uri(made.ContinuationUrl!));
        for (var code = 0; code < 2; code++)
        {
            await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
            await Browser.SubmitAsync(("Terms", "true"));
            var wrong = await CodeAsync(code) == "246802" ? "246803" : "246802";
            for (var guess = 0; guess < 5; guess++)
            {
                await Browser.SubmitAsync(("Code", wrong));
            }

            if (code == 0)
            {
                Assert.Contains("Ask for a new one", Browser.Text());
                await Browser.FollowAsync("A new code");
            }
        }

        Assert.EndsWith("/end", Browser.Address.AbsolutePath);
        Assert.Contains("The code was entered wrong too often", Browser.Text());
    }

    /// <summary>As if the number had had so many codes, or so many wrong guesses.</summary>
    private async Task RateAsync(Func<DateTimeOffset, Rate> made)
    {
        var now = Shared.Server.Get<TimeProvider>().GetUtcNow();
        var rate = made(now);
        await Shared
            .Server.Get<Engine>()
            .SubmitAsync(
                new SetRate(
                    new(Partner.SandboxNumber),
                    now,
                    new()
                    {
                        MobileIndex = Shared.Server.Get<Vault>().BlindIndex("mobile", Person.Mobile),
                        WindowStart = rate.WindowStart ?? now.AddHours(-2),
                        Sent = rate.Sent,
                        LastSentAt = now.AddMinutes(-1),
                        Failures = rate.Failures,
                        FailingSince = rate.FailingSince,
                    }
                )
            );
    }

    private sealed record Rate
    {
        public DateTimeOffset? WindowStart { get; init; }

        public int Sent { get; init; }

        public long Failures { get; init; }

        public DateTimeOffset? FailingSince { get; init; }
    }

    private sealed record SetRate(World World, DateTimeOffset Now, OneTimeCodeRateRow Row)
        : Command<Done>(World, Now)
    {
        public override void Keys(IKeySet keys) =>
            keys.Want(CustomerTables.OneTimeCodeRates, new(Row.MobileIndex));

        public override Decision<Done> Decide(Book book)
        {
            if (book.Find(CustomerTables.OneTimeCodeRates, new(Row.MobileIndex)) is { } known)
            {
                book.Update(CustomerTables.OneTimeCodeRates, Row with { Version = known.Version });
            }
            else
            {
                book.Insert(CustomerTables.OneTimeCodeRates, Row);
            }

            return Decision.Accept(new Done());
        }
    }
}
