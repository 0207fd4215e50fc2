using System.Reflection;
using System.Runtime.CompilerServices;

namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>Every argument of every method of the sub-clients, and what somebody may pass there by mistake.</summary>
internal static class OddArguments
{
    /// <summary>Text that was cut within a character.</summary>
    private const string HalfCharacter = "text \ud83c";

    private static readonly NullabilityInfoContext nullability = new();

    /// <summary>The methods, by names such as <c>Payments.CreateAsync</c>.</summary>
    public static IReadOnlyDictionary<string, (PropertyInfo SubClient, MethodInfo Method)> Methods { get; } =
        typeof(OpenBankingClient)
            .GetProperties()
            .SelectMany(
                subClient => subClient.PropertyType.GetMethods(),
                (subClient, method) => (SubClient: subClient, Method: method)
            )
            .Where(each => each.Method.DeclaringType == each.SubClient.PropertyType)
            .ToDictionary(each => $"{each.SubClient.Name}.{each.Method.Name}");

    /// <summary>Calls a method with good arguments but for one, and gives what it threw.</summary>
    public static async Task<Exception?> CallAsync(
        OpenBankingClient client,
        string method,
        string parameter,
        object? odd
    )
    {
        var (subClient, called) = Methods[method];
        object?[] arguments =
        [
            .. called.GetParameters().Select(each => each.Name == parameter ? odd : Good(each.ParameterType)),
        ];
        try
        {
            await EndAsync(called.Invoke(subClient.GetValue(client), arguments)!);
            return null;
        }
        catch (TargetInvocationException thrown)
        {
            return thrown.InnerException;
        }
        catch (Exception thrown)
        {
            return thrown;
        }
    }

    /// <summary>What makes no sense as a value of this parameter.</summary>
    public static IEnumerable<object?> Of(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (!type.IsValueType && nullability.Create(parameter).WriteState == NullabilityState.NotNull)
        {
            yield return null;
        }

        if (type == typeof(string))
        {
            yield return "";
            yield return " \t";
            if (NamesSomething(parameter))
            {
                yield return "a\0b";
                yield return new string('a', 201);
                yield return HalfCharacter;
            }
        }
        else if (type == typeof(int))
        {
            yield return 0;
            yield return 101;
        }
        else if (type == typeof(IdempotencyKey))
        {
            yield return default(IdempotencyKey);
        }
        else if (type == typeof(TimeSpan?))
        {
            yield return TimeSpan.FromSeconds(-1);
        }
        else if (type == typeof(IReadOnlyList<AuthorizationDetail>))
        {
            yield return new AuthorizationDetail[] { null! };
            yield return new AuthorizationDetail[] { Terms() with { DailyLimit = default } };
        }
    }

    /// <summary>The request with one thing in it that makes no sense: each in its turn, with the name of the
    /// property.</summary>
    public static IEnumerable<(string Property, object Request)> In(Type requestType)
    {
        foreach (var property in Settable(requestType))
        {
            foreach (var odd in OddValues(property))
            {
                var request = Good(requestType)!;
                property.SetValue(request, odd);
                yield return (property.Name, request);
            }

            if (Nested(property.PropertyType) is not { } nested)
            {
                continue;
            }

            foreach (var (name, part) in In(nested))
            {
                var request = Good(requestType)!;
                property.SetValue(
                    request,
                    ItemOf(property.PropertyType) is { } item ? ListOf(item, part) : part
                );
                yield return (name, request);
            }
        }
    }

    private static IEnumerable<object?> OddValues(PropertyInfo property)
    {
        var type = property.PropertyType;
        var required = property.IsDefined(typeof(RequiredMemberAttribute));
        if (required && !type.IsValueType)
        {
            yield return null;
        }

        if (type == typeof(string))
        {
            yield return "";
            yield return " \t";
            yield return HalfCharacter;
        }

        if ((Nullable.GetUnderlyingType(type) ?? type) == typeof(Money))
        {
            yield return default(Money);
            yield return new Money(" ", 1);
        }
        else if (IsOpenValue(type))
        {
            yield return Activator.CreateInstance(Nullable.GetUnderlyingType(type) ?? type);
        }
        else if (ItemOf(type) is { } item)
        {
            yield return ListOf(item, null);
            if (item == typeof(string))
            {
                yield return ListOf(item, " ");
                yield return ListOf(item, HalfCharacter);
            }
        }
    }

    /// <summary>Whether it goes into a path. A customer is looked up in the token store.</summary>
    private static bool NamesSomething(ParameterInfo parameter) =>
        parameter.Name is { } name
        && name != "customerId"
        && (name.EndsWith("Id", StringComparison.Ordinal) || name is "id" or "orderNo");

    private static object? Good(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(string) ? "text-1"
            : plain == typeof(int) ? 10
            : plain == typeof(Money) ? Money.Cny(100)
            : plain == typeof(IdempotencyKey) ? Samples.Key
            : plain == typeof(Uri) ? new Uri("https://partner.example/back")
            : plain == typeof(Payment) ? Samples.Payment with { DeclineCode = DeclineCodes.InsufficientFunds }
            : plain == typeof(AuthorizationDetail) ? Terms()
            : IsOpenValue(plain)
                ? plain.GetProperties(BindingFlags.Public | BindingFlags.Static)[0].GetValue(null)
            : ItemOf(plain) is { } item ? ListOf(item, Good(item))
            : plain.IsValueType ? Activator.CreateInstance(plain)
            : Filled(plain);
    }

    private static object Filled(Type type)
    {
        var made = Activator.CreateInstance(type)!;
        foreach (var property in Settable(type))
        {
            property.SetValue(made, Good(property.PropertyType));
        }

        return made;
    }

    private static PaymentAgreementTerms Terms() =>
        new()
        {
            PerPaymentLimit = Money.Cny(100),
            DailyLimit = Money.Cny(200),
            TotalLimit = Money.Cny(300),
        };

    private static IEnumerable<PropertyInfo> Settable(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    private static Type? Nested(Type type) =>
        type == typeof(AuthorizationDetail) ? typeof(PaymentAgreementTerms)
        : ItemOf(type) is { } item ? Nested(item)
        : type is { IsClass: true, Namespace: nameof(OpenBanking) } ? type
        : null;

    private static Type? ItemOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            ? type.GetGenericArguments()[0]
            : null;

    private static Array ListOf(Type item, object? only)
    {
        var list = Array.CreateInstance(item, 1);
        list.SetValue(only, 0);
        return list;
    }

    private static bool IsOpenValue(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type)
            .GetInterfaces()
            .Any(each => each.IsGenericType && each.GetGenericTypeDefinition() == typeof(IOpenValue<>));

    /// <summary>Waits for a task, or walks the first step of a list.</summary>
    private static async Task EndAsync(object result)
    {
        if (result is Task task)
        {
            await task;
            return;
        }

        var item = result
            .GetType()
            .GetInterfaces()
            .Single(each =>
                each.IsGenericType && each.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)
            )
            .GetGenericArguments()[0];
        await (Task)
            typeof(OddArguments)
                .GetMethod(nameof(StepAsync), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(item)
                .Invoke(null, [result])!;
    }

    private static async Task StepAsync<T>(IAsyncEnumerable<T> walk)
    {
        await foreach (var _ in walk)
        {
            return;
        }
    }
}
