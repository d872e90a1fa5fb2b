using System.Globalization;

namespace GradService.Fuzz.Storm;

/// <summary>What Linux says of a process, in /proc. Of one that has ended nothing is said: <see cref="IOException"/>.</summary>
/// <param name="Id">The process.</param>
internal readonly record struct ProcessFigures(int Id)
{
    /// <summary>Clock ticks a second, as Linux has them for programs whatever its own clock.</summary>
    private const double TicksPerSecond = 100;

    private const int UserTicks = 11;
    private const int SystemTicks = 12;
    private const double NanosecondsPerSecond = 1e9;
    private const double Kilobyte = 1024;

    /// <summary>Processor time so far, in the program and for it in the kernel.</summary>
    public double CpuSeconds
    {
        get
        {
            // The name of the program, in parentheses, may hold anything.
            var text = File.ReadAllText($"/proc/{Id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (Number(fields[UserTicks]) + Number(fields[SystemTicks])) / TicksPerSecond;
        }
    }

    public double ResidentBytes => Status("VmRSS:") * Kilobyte;

    /// <summary>The most that was resident since <see cref="ForgetPeak"/>.</summary>
    public double PeakBytes => Status("VmHWM:") * Kilobyte;

    public double Threads => Status("Threads:");

    /// <summary>How long each thread has run so far, and waited for a processor, which is what others on the machine cost it; seconds.</summary>
    public IReadOnlyDictionary<string, (double Ran, double Waited)> ThreadSeconds
    {
        get
        {
            var seconds = new Dictionary<string, (double, double)>();
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{Id}/task"))
            {
                try
                {
                    var fields = File.ReadAllText($"{thread}/schedstat").Split(' ');
                    seconds[thread] = (Number(fields[0]) / NanosecondsPerSecond, Number(fields[1]) / NanosecondsPerSecond);
                }
                catch (IOException)
                {
                    // It ended meanwhile.
                }
            }

            return seconds;
        }
    }

    public int Descriptors => Directory.EnumerateFileSystemEntries($"/proc/{Id}/fd").Count();

    public void ForgetPeak() => File.WriteAllText($"/proc/{Id}/clear_refs", "5");

    private double Status(string field)
    {
        var line = File.ReadLines($"/proc/{Id}/status").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return Number((line ?? throw new IOException($"The process {Id} has ended.")).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
