using GradService.Api.Serving.Admission;
using GradService.Api.Serving.Measurement;
using GradService.Api.Serving.Refusals;
using GradService.Domain.Faults;
using Microsoft.Extensions.Options;

namespace GradService.Api.Serving.Budget;

/// <summary>
/// The bytes that are held outside of tensors, by all together: bodies while they are read, arrays while they wait, and answers until they are
/// sent. When the last are given back the heap is too.
/// </summary>
internal sealed class BufferBudget
{
    private readonly long _most;
    private readonly Lock _gate = new();
    private readonly HeapRelease _heap;
    private long _held;

    // Of what has been given back since nothing was held.
    private long _largest;

    public BufferBudget(IOptions<ComputeOptions> options, ComputeMetrics metrics, HeapRelease heap)
    {
        (_most, _heap) = (options.Value.MaxBufferedBytes, heap);
        metrics.Observe(this);
    }

    /// <summary>Bytes that are held now.</summary>
    public long Held
    {
        get
        {
            lock (_gate)
            {
                return _held;
            }
        }
    }

    /// <exception cref="BuffersFullException">Together with what others hold it is too much.</exception>
    /// <exception cref="FaultException">It is too much alone.</exception>
    internal void Change(long from, long to)
    {
        if (to > from && to > _most)
        {
            throw new FaultException(
                Fault.TooLarge("", $"at most {_most} bytes of bodies, arrays and answers at once, for all requests together (limit MaxBufferedBytes)",
                    $"{to} for this one", "Send fewer samples, or select fewer outputs."));
        }

        lock (_gate)
        {
            if (to > from && to - from > _most - _held)
            {
                throw new BuffersFullException($"The requests that are being read, wait or are being answered hold {_held} of {_most} bytes (limit "
                    + "MaxBufferedBytes). Try again in a moment.");
            }

            _held += to - from;
        }
    }

    /// <summary>So many bytes are no longer needed.</summary>
    internal void GiveBack(long bytes)
    {
        var unneeded = 0L;
        lock (_gate)
        {
            _held -= bytes;
            _largest = Math.Max(_largest, bytes);
            if (_held == 0)
            {
                (unneeded, _largest) = (_largest, 0);
            }
        }

        // While others hold bytes they go on allocating, and the collector comes by anyway.
        _heap.After(unneeded);
    }
}

/// <summary>
/// What one request or other work holds, until the last who keeps it disposes of it: the answer, and the computation, which may outlast it.
/// How much it is, is said by one thread at a time.
/// </summary>
internal sealed class BufferedBytes(BufferBudget budget) : IDisposable
{
    private int _keepers = 1;
    private long _bytes;

    /// <summary>How much it holds.</summary>
    public long Bytes => _bytes;

    /// <summary>From now on it holds this much.</summary>
    /// <inheritdoc cref="BufferBudget.Change"/>
    public void Set(long bytes)
    {
        budget.Change(_bytes, bytes);
        _bytes = bytes;
    }

    /// <summary>It holds as much more.</summary>
    /// <inheritdoc cref="BufferBudget.Change"/>
    public void Add(long bytes) => Set(bytes > long.MaxValue - _bytes ? long.MaxValue : _bytes + bytes);

    /// <summary>One more who must dispose of it.</summary>
    public IDisposable Keep()
    {
        Interlocked.Increment(ref _keepers);
        return this;
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _keepers) == 0)
        {
            budget.GiveBack(_bytes);
            _bytes = 0;
        }
    }
}
