using System.Net;

namespace OpenBanking.Internal;

/// <summary>How often a handler has let a request out.</summary>
internal enum Sendings
{
    /// <summary>Once at most.</summary>
    Once,

    /// <summary>Once as far as is seen. A copy may have been sent before.</summary>
    PerhapsMore,

    /// <summary>More than once.</summary>
    More,
}

/// <summary>The body of a request, by which it is known how often the request has left: nobody sends it without reading its
/// body.</summary>
/// <remarks>A proof is good for one sending: a handler of the app's own that sends again has the bank refuse what it may have carried
/// out. One that reads the body, or sends a copy, hides how often that leaves.</remarks>
internal sealed class RequestBody(byte[] bytes) : HttpContent
{
    /// <summary>On requests that go through handlers of a container, between two of ours that let each out once.</summary>
    private const string LetOutOnce = "OpenBanking.Sending";

    private int sendings;
    private volatile bool isRead;

    /// <summary>Whether some of a request may have left, although no connection came about in the end.</summary>
    public static bool MayHaveLeft(HttpRequestMessage request) =>
        Of(request) is { } body && (Volatile.Read(ref body.sendings) > 0 || body.isRead);

    /// <summary>How often a request has left that was answered.</summary>
    /// <param name="request">The client's request.</param>
    /// <param name="answered">The one that the answer is said to be for, if it is said.</param>
    public static Sendings Count(HttpRequestMessage request, HttpRequestMessage? answered) =>
        Of(request) is not { } body ? Sendings.Once
        : Volatile.Read(ref body.sendings) > 1 ? Sendings.More
        : body.isRead || (answered ?? request) != request || body.IsBuffered() ? Sendings.PerhapsMore
        : Sendings.Once;

    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    )
    {
        Note(stream);
        return stream.WriteAsync(bytes, cancellationToken).AsTask();
    }

    protected override void SerializeToStream(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    )
    {
        Note(stream);
        stream.Write(bytes);
    }

    protected override Task<Stream> CreateContentReadStreamAsync() =>
        Task.FromResult(CreateContentReadStream(CancellationToken.None));

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken)
    {
        isRead = true;
        return new MemoryStream(bytes, writable: false);
    }

    /// <summary>Into memory a copy is made; connections cannot be gone back in.</summary>
    private void Note(Stream stream)
    {
        if (stream.CanSeek)
        {
            isRead = true;
        }
        else
        {
            Interlocked.Increment(ref sendings);
        }
    }

    /// <summary>Whether the framework keeps a copy, from which it sends without asking here: a copy is what it then gives to be
    /// read, too.</summary>
    private bool IsBuffered()
    {
        try
        {
            _ = ReadAsStream();
            return !isRead;
        }
        catch (ObjectDisposedException)
        {
            // A handler of the app's own has ended it, and may have sent another.
            return true;
        }
    }

    private static RequestBody? Of(HttpRequestMessage request) =>
        request.Content is RequestBody body
        && !((IDictionary<string, object?>)request.Options).ContainsKey(LetOutOnce)
            ? body
            : null;
}
