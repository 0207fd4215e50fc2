namespace OpenBanking.Server.Customers;

/// <summary>How personal data are shown: enough for their owner to recognize them.</summary>
public static class Masks
{
    /// <summary>An account or card number.</summary>
    public static string Number(string lastFour) => "**** **** **** " + lastFour;

    /// <summary>A mobile number: first three and last four digits.</summary>
    public static string Mobile(string mobile) =>
        mobile.Length >= 7 ? $"{mobile[..3]}****{mobile[^4..]}" : "****";

    /// <summary>A resident ID number: first three and last four characters.</summary>
    public static string IdNumber(string number) =>
        number.Length >= 8 ? $"{number[..3]}{new string('*', number.Length - 7)}{number[^4..]}" : "****";

    /// <summary>A name: all but the last character hidden. Rare characters take two UTF-16 units, which belong
    /// together.</summary>
    public static string Name(string name)
    {
        var characters = name.EnumerateRunes().ToList();
        return characters.Count == 0 ? "" : new string('*', characters.Count - 1) + characters[^1];
    }
}
