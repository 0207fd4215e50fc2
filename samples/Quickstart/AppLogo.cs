namespace OpenBanking.Samples.Quickstart;

/// <summary>The sample app's logo, as it is registered: a small PNG, by value.</summary>
internal static class AppLogo
{
    public const string Uri =
        "data:image/png;base64,"
        + "iVBORw0KGgoAAAANSUhEUgAAAGAAAABgAgMAAACf9p+rAAAACVBMVEX///9tKtj///+iFDUYAAAAAXRSTlMAQObYZgAAALtJREFU"
        + "eNrt1rENhDAMheFckRHY50ZIQUbzCC6cKU8HEgLiv3inK3H7ybGAkLxSSqn9Vq1s9epTvTdYZlihYW+pGbR8pX2tnhaM+A5BqDk0"
        + "hiWH9QfoUA90IwiCgeAEA8EIguDacgYnGAhOEATn8VcIgoHgBAPBCILgaJnACQaCyyAPN/UBTX2Jrn6oUDdDyBtO3tSm/jim/pyu"
        + "HgAhHzLPgXzAH687/a7V73OMBhwmMH5gYMGIw6Eoj1EfM3o0hmhpd1sAAAAASUVORK5CYII=";
}
