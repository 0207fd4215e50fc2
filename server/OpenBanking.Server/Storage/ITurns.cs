namespace OpenBanking.Server.Storage;

/// <summary>
/// Whose turn it is, of the nodes on one store, with something that is better not done by two at once. It is no more than
/// that: a node that stands still or is cut off loses its turns, and does not hear of it.
/// </summary>
internal interface ITurns : IDisposable
{
    /// <summary>Takes the turn; gives whether it did. A node does not take a turn that it has.</summary>
    Task<bool> TryTakeAsync(Guid what);

    /// <summary>Lets the others take it.</summary>
    Task GiveBackAsync(Guid what);
}
