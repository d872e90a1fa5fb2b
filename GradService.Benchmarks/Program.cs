using System.Reflection;
using BenchmarkDotNet.Running;
using GradService.Benchmarks;

if (args is ["floor", var url])
{
    Floor.Run(url);
}
else if (args is ["playground", var address])
{
    await PlaygroundTimes.RunAsync(address);
}
else
{
    BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args);
}
