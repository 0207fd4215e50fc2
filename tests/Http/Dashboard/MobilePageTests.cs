namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>Tests of what a change of the mobile number does.</summary>
public abstract class MobilePageTests(SharedServer shared) : OwnPageTests(shared)
{
    /// <summary>The person with another number of theirs.</summary>
    protected SandboxPerson Moved => Person with { Mobile = "1991" + Person.Mobile[4..] };

    protected static string CodeIn(string message) =>
        new([.. message.SkipWhile(letter => !char.IsAsciiDigit(letter)).Take(6)]);

    protected Task BeginAsync(string mobile, string cardNumber, string pin) =>
        Browser.SubmitAsync(("Mobile", mobile), ("CardNumber", cardNumber), ("Pin", pin));

    protected Task EnterCodeAsync(string code) => Browser.SubmitToAsync("form[action*=Code]", ("Code", code));

    protected async Task<string> ChangeCodeAsync(SandboxPerson person)
    {
        return CodeIn(await MessageAsync(person, "to make this your number"));
    }

    protected async Task WaitAsync()
    {
        for (var i = 0; i < 400 && Text().Contains("Checking your details"); i++)
        {
            await Task.Delay(25);
            await Browser.GoAsync(Own("/mobile"));
        }
    }
}
