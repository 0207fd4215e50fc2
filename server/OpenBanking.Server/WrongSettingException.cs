namespace OpenBanking.Server;

/// <summary>A setting, or a command, that the server cannot start with; the message says which and why.</summary>
public sealed class WrongSettingException(string message) : Exception(message);
