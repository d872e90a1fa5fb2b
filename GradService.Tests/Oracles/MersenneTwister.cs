namespace GradService.Tests.Oracles;

/// <summary>MT19937 (Matsumoto and Nishimura, 1998) as PyTorch's CPU generator runs it, so that dropout masks can be foretold.</summary>
internal sealed class MersenneTwister
{
    private readonly uint[] _state = new uint[624];
    private int _next = 624;

    public MersenneTwister(long seed)
    {
        _state[0] = unchecked((uint)seed);
        for (var i = 1u; i < _state.Length; i++)
        {
            _state[i] = (1812433253u * (_state[i - 1] ^ (_state[i - 1] >> 30))) + i;
        }
    }

    /// <summary>Uniform in [0, 1) with 53 random bits, as torch.rand of dtype float64.</summary>
    public double NextDouble()
    {
        var high = (ulong)NextUInt();
        return (((high << 32) | NextUInt()) & ((1UL << 53) - 1)) * Math.Pow(2, -53);
    }

    private uint NextUInt()
    {
        if (_next == _state.Length)
        {
            for (var i = 0; i < _state.Length; i++)
            {
                var mixed = (_state[i] & 0x80000000u) | (_state[(i + 1) % 624] & 0x7fffffffu);
                _state[i] = _state[(i + 397) % 624] ^ (mixed >> 1) ^ ((mixed & 1) == 0 ? 0 : 0x9908b0dfu);
            }

            _next = 0;
        }

        var y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680u;
        y ^= (y << 15) & 0xefc60000u;
        return y ^ (y >> 18);
    }
}
