using System.Reflection;

namespace OpenBanking.Tests.Storage;

/// <summary>Whether a property may be null, as the compiler sees it.</summary>
internal static class MayBeNull
{
    public static bool Is(PropertyInfo property) =>
        property.PropertyType.IsValueType
            ? Nullable.GetUnderlyingType(property.PropertyType) is not null
            : new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
}
