using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Audit;

/// <summary>Rows as bytes that are the same whatever store they come from: each value by its kind, its length where it
/// has one, and a mark of its own where there is none.</summary>
internal sealed class CanonicalBytes : RowWriter
{
    private const byte Absent = 0;
    private const byte Present = 1;

    private readonly ArrayBufferWriter<byte> bytes = new();

    public ReadOnlySpan<byte> Written => bytes.WrittenSpan;

    public override void Int64(long? value)
    {
        if (Mark(value is not null))
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes.GetSpan(sizeof(long)), value!.Value);
            bytes.Advance(sizeof(long));
        }
    }

    public override void Blob(byte[]? value)
    {
        if (Mark(value is not null))
        {
            Int64(value!.Length);
            bytes.Write(value);
        }
    }

    public override void Uuid(Guid? value)
    {
        if (Mark(value is not null))
        {
            value!.Value.TryWriteBytes(bytes.GetSpan(16), bigEndian: true, out var written);
            bytes.Advance(written);
        }
    }

    public override void Instant(DateTimeOffset? value) =>
        Int64((value - DateTimeOffset.UnixEpoch)?.Ticks / TimeSpan.TicksPerMicrosecond);

    public override void Date(DateOnly? value) => Int64(value?.DayNumber);

    public override void Bool(bool? value) => Int64(value is { } flag ? Convert.ToInt64(flag) : null);

    protected override void Checked(string? text) => Blob(text is null ? null : Encoding.UTF8.GetBytes(text));

    private bool Mark(bool present)
    {
        bytes.GetSpan(1)[0] = present ? Present : Absent;
        bytes.Advance(1);
        return present;
    }
}
