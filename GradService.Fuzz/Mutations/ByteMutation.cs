namespace GradService.Fuzz.Mutations;

/// <summary>A few bytes changed, taken out, doubled, or put in.</summary>
internal static class ByteMutation
{
    private const int LongestPiece = 30;

    public static byte[] Mutate(byte[] bytes, Random random)
    {
        var changed = bytes.ToList();
        for (var changes = random.Next(1, 4); changes > 0 && changed.Count > 0; changes--)
        {
            var at = random.Next(changed.Count);
            var piece = random.Next(Math.Min(LongestPiece, changed.Count - at) + 1);
            switch (random.Next(7))
            {
                case 0:
                    changed[at] = (byte)random.Next(256);
                    break;
                case 1:
                    changed[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    changed[at] = 0xFF;
                    break;
                case 3:
                    changed.RemoveRange(at, piece);
                    break;
                case 4:
                    changed.InsertRange(at, changed.GetRange(at, piece));
                    break;
                case 5 when random.Next(3) == 0:
                    changed.RemoveRange(at, changed.Count - at);
                    break;
                default:
                    changed.InsertRange(at, "\\ud800"u8.ToArray());
                    break;
            }
        }

        return [.. changed];
    }
}
