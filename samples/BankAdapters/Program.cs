using OpenBanking.Samples.BankAdapters;

// <bank_host>
// The server with all its commands, and the bank behind its ports.
return await OpenBanking.Server.Program.RunAsync(args, builder => builder.AddBankAdapters());
// </bank_host>
