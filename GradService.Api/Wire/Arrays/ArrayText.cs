using System.Buffers;

namespace GradService.Api.Wire.Arrays;

/// <summary>The text of an array in JSON, made in pieces.</summary>
internal abstract class ArrayText
{
    /// <summary>Where the text begins; the pieces are what follows.</summary>
    public abstract ReadOnlySpan<byte> FirstByte { get; }

    /// <summary>Whether all has been written.</summary>
    public bool IsWhole { get; protected set; }

    /// <summary>Writes on, until all is written or at least so many bytes are.</summary>
    /// <returns>How many bytes were written.</returns>
    public long WriteOn(IBufferWriter<byte> output, int atLeast)
    {
        var written = 0L;
        while (!IsWhole && written < atLeast)
        {
            var length = Fill(output.GetSpan(LongestPiece));
            output.Advance(length);
            written += length;
        }

        return written;
    }

    /// <summary>The space without which nothing can be written.</summary>
    protected internal abstract int LongestPiece { get; }

    /// <summary>Writes as much as there is space for, and says how much that is.</summary>
    protected internal abstract int Fill(Span<byte> space);
}
