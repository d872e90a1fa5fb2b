namespace GradService.Domain.Objectives.Formulas;

/// <summary>A named expression over variables, outputs, unknowns, data and earlier fields, which formulas use, and differentiate, as an output.</summary>
public sealed class FormulaField
{
    internal FormulaField(string name, FormulaText read)
    {
        (Name, Expression, DifferentiatesField, WrittenOut) = (name, read.Root, read.DifferentiatesField, read.WrittenOut);
        Columns = [.. FormulaProgram.PostOrder(Expression, _ => false).OfType<Column>().Select(column => column.Name).Distinct()];
    }

    public string Name { get; }

    /// <summary>With earlier fields written out; its names are taken at place 0.</summary>
    internal Expression Expression { get; }

    /// <summary>Distinct operations, names and numbers that writing out earlier fields made.</summary>
    internal int WrittenOut { get; }

    /// <summary>The data that it reads.</summary>
    internal IReadOnlyList<string> Columns { get; }

    /// <summary>Whether the derivative of an earlier field occurs in it.</summary>
    internal bool DifferentiatesField { get; }
}

/// <summary>One of the point sets of a term.</summary>
/// <param name="Name">Its name, which follows @ in formulas of terms on several sets.</param>
/// <param name="Columns">The names of its data.</param>
public sealed record FormulaPlace(string Name, IReadOnlyCollection<string> Columns);
