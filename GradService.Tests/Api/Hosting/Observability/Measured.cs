using System.Diagnostics.Metrics;
using GradService.Api.Serving.Measurement;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api.Hosting.Observability;

/// <summary>Every measurement that one service makes of itself, apart from those of others in the same process.</summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _now = [];
    private readonly List<(string Name, double Value, Dictionary<string, string?> Labels)> _all = [];

    public Measured(GradApplication application)
    {
        var meters = application.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == ServiceMeter.Name && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Add(instrument, value, labels));
        _listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => Add(instrument, value, labels));
        _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Add(instrument, value, labels));
        _listener.Start();
    }

    public double Sum(string name) => Of(name).Sum(each => each.Value);

    public int Count(string name) => Of(name).Count;

    public Dictionary<string, double> SumBy(string name, string label) =>
        Of(name).GroupBy(each => each.Labels[label]!).ToDictionary(group => group.Key, group => group.Sum(each => each.Value));

    public double Now(string name)
    {
        _listener.RecordObservableInstruments();
        lock (_all)
        {
            return _now[name];
        }
    }

    /// <summary>The caller may have the answer before the service has counted it.</summary>
    public async Task UntilAsync(string name)
    {
        while (Count(name) == 0)
        {
            await Task.Yield();
        }
    }

    public void Dispose() => _listener.Dispose();

    private List<(string Name, double Value, Dictionary<string, string?> Labels)> Of(string name)
    {
        lock (_all)
        {
            return [.. _all.Where(each => each.Name == name)];
        }
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        lock (_all)
        {
            _now[instrument.Name] = value;
            _all.Add((instrument.Name, value, labels.ToArray().ToDictionary(label => label.Key, label => label.Value?.ToString())));
        }
    }
}
