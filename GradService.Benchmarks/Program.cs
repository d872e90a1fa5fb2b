using System.Reflection;
using BenchmarkDotNet.Running;
using GradService.Benchmarks;

if (args is ["floor", var url])
{
    Floor.Run(url);
}
else
{
    BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args);
}
