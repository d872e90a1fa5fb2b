namespace GradService.Domain.Networks.Parameters;

/// <summary>
/// MT19937 (Matsumoto and Nishimura, "Mersenne Twister", 1998), which PyTorch's CPU generator is, in managed memory: networks can be
/// initialised before libtorch is loaded.
/// </summary>
internal sealed class MersenneTwister
{
    private const int Size = 624;
    private const int Middle = 397;

    private readonly uint[] _state = new uint[Size];
    private int _next = Size;

    /// <param name="seed">Of which PyTorch takes the lower 32 bits.</param>
    public MersenneTwister(long seed)
    {
        _state[0] = unchecked((uint)seed);
        for (var i = 1u; i < Size; i++)
        {
            _state[i] = (1812433253u * (_state[i - 1] ^ (_state[i - 1] >> 30))) + i;
        }
    }

    /// <summary>The next 32 bits.</summary>
    public uint Next()
    {
        if (_next == Size)
        {
            Renew();
        }

        var y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680u;
        y ^= (y << 15) & 0xefc60000u;
        return y ^ (y >> 18);
    }

    private void Renew()
    {
        var state = _state;
        for (var i = 0; i < Size - Middle; i++)
        {
            state[i] = state[i + Middle] ^ Twist(state[i], state[i + 1]);
        }

        for (var i = Size - Middle; i < Size - 1; i++)
        {
            state[i] = state[i + Middle - Size] ^ Twist(state[i], state[i + 1]);
        }

        state[^1] = state[Middle - 1] ^ Twist(state[^1], state[0]);
        _next = 0;
    }

    private static uint Twist(uint high, uint low) =>
        (((high & 0x80000000u) | (low & 0x7fffffffu)) >> 1) ^ ((low & 1) == 0 ? 0 : 0x9908b0dfu);
}
