namespace OpenBanking.Server.Customers;

/// <summary>How personal data are shown: enough for their owner to recognize them.</summary>
public static class Masks
{
    /// <summary>An account or card number.</summary>
    public static string Number(string lastFour) => "**** **** **** " + lastFour;

    /// <summary>A mobile number: first three and last four digits.</summary>
    public static string Mobile(string mobile) =>
        mobile.Length >= 7 ? $"{mobile[..3]}****{mobile[^4..]}" : "****";

    /// <summary>A name: all but the last character hidden.</summary>
    public static string Name(string name) =>
        name.Length == 0 ? "" : new string('*', name.Length - 1) + name[^1];
}
