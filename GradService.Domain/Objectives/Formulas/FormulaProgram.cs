using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>
/// An expression as operations one after the other, each of its parts once: what an operation is made of stands before it, from left to right,
/// and a tensor is let go of after the last operation on it. What it takes is known from the operations alone.
/// </summary>
internal sealed class FormulaProgram
{
    private readonly Line[] _lines;

    public FormulaProgram(Expression root)
    {
        Root = root;
        Expressions = PostOrder(root, _ => false);
        var lineOf = new Dictionary<Expression, int>(Expressions.Count, ReferenceEqualityComparer.Instance);
        var (operands, lastUse) = (new int[Expressions.Count][], new int[Expressions.Count]);
        for (var line = 0; line < operands.Length; line++)
        {
            lineOf[Expressions[line]] = line;
            operands[line] = LinesOf(Expressions[line].Operands, lineOf);
            foreach (var operand in operands[line])
            {
                lastUse[operand] = line;
            }
        }

        _lines = new Line[operands.Length];
        for (var line = 0; line < operands.Length; line++)
        {
            _lines[line] = new Line(Expressions[line], operands[line], LastOf(operands[line], line, lastUse));
        }

        Count();
    }

    public Expression Root { get; }

    /// <summary>The root and all below it, what is made first standing first.</summary>
    public IReadOnlyList<Expression> Expressions { get; }

    /// <summary>The number of tensors [n] that evaluating makes.</summary>
    public int Operations { get; private set; }

    /// <summary>How many tensors [n] of its making are alive at once at most while it is evaluated, its value among them.</summary>
    public int Alive { get; private set; }

    /// <summary>How many tensors [n] of its making a graph of derivatives keeps at most, beside its value.</summary>
    public int Kept { get; private set; }

    /// <summary>How long evaluating and differentiating takes, in additions of as many numbers.</summary>
    public int Additions { get; private set; }

    /// <summary>Whether a derivative with respect to what is trained jumps somewhere, or has no bound.</summary>
    public bool HasCorners => Expressions.OfType<Call>().Any(call => call.ReadsNetwork && call.Function.Corner is not null);

    /// <summary>The value, [n] or, of a scalar, []. It belongs to the caller's dispose scope; a name gives the very tensor that it stands for.</summary>
    public Tensor Evaluate(IFormulaValues values)
    {
        var made = new Tensor?[_lines.Length];
        var at = 0;
        try
        {
            for (; at < _lines.Length; at++)
            {
                var line = _lines[at];
                made[at] = Value(line.Expression, Array.ConvertAll(line.Operands, operand => made[operand]!), values);
                LetGo(made, line.Last);
            }

            return made[^1]!;
        }
        finally
        {
            if (at < _lines.Length)
            {
                LetGo(made, [.. Enumerable.Range(0, at).Where(line => _lines[line].Expression is not Named)]);
            }
        }
    }

    /// <summary>What an expression comes to, from what its operands came to.</summary>
    public static Tensor Value(Expression expression, Tensor[] operands, IFormulaValues values) => expression switch
    {
        Call call => call.Function.OfTensors(operands),
        Number number => number.Filled([], values),
        _ => values.Read((Named)expression),
    };

    /// <summary>An expression and all below it, each object once, what is made of others after them; without what is known, and what is below that.</summary>
    public static IReadOnlyList<Expression> PostOrder(Expression root, Func<Expression, bool> isKnown)
    {
        // A loop, as expressions may be nested thousandfold.
        var order = new List<Expression>();
        var seen = new HashSet<Expression>(ReferenceEqualityComparer.Instance);
        var open = new Stack<(Expression Expression, int Next)>();
        Open(root);
        while (open.TryPop(out var top))
        {
            if (top.Next == top.Expression.Operands.Count)
            {
                order.Add(top.Expression);
                continue;
            }

            open.Push((top.Expression, top.Next + 1));
            Open(top.Expression.Operands[top.Next]);
        }

        return order;

        void Open(Expression expression)
        {
            if (!isKnown(expression) && seen.Add(expression))
            {
                open.Push((expression, 0));
            }
        }
    }

    // Loops, as a residual is read anew at each call, and may have a thousand operations.
    private static int[] LinesOf(IReadOnlyList<Expression> operands, Dictionary<Expression, int> lineOf)
    {
        if (operands.Count == 0)
        {
            return [];
        }

        var lines = new int[operands.Count];
        for (var at = 0; at < lines.Length; at++)
        {
            lines[at] = lineOf[operands[at]];
        }

        return lines;
    }

    private int[] LastOf(int[] operands, int line, int[] lastUse)
    {
        var last = operands.Length == 0 ? [] : Array.FindAll(operands, operand => lastUse[operand] == line && Expressions[operand] is not Named);
        return last is [var one, var other] && one == other ? [one] : last;
    }

    private static void LetGo(Tensor?[] made, int[] lines)
    {
        foreach (var line in lines)
        {
            made[line]?.Dispose();
            made[line] = null;
        }
    }

    private void Count()
    {
        var alive = 0;
        foreach (var line in _lines)
        {
            if (line.Expression is Call { Function: var function })
            {
                Operations++;
                Alive = Math.Max(Alive, ++alive);
                Kept += function.Kept(Made(line.Operands));
                Additions += function.Additions;
            }

            alive -= Made(line.Last);
        }
    }

    /// <summary>How many of the lines make a tensor [n].</summary>
    private int Made(int[] lines)
    {
        var made = 0;
        foreach (var line in lines)
        {
            made += _lines[line].Expression is Call ? 1 : 0;
        }

        return made;
    }

    /// <summary>One operation, name or number.</summary>
    /// <param name="Expression">What is made.</param>
    /// <param name="Operands">The lines that made what it is made of.</param>
    /// <param name="Last">Those of them that no later line needs.</param>
    private sealed record Line(Expression Expression, int[] Operands, int[] Last);
}
