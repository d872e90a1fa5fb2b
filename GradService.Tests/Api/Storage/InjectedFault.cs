using System.Data.Common;
using GradService.Api.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace GradService.Tests.Api.Storage;

/// <summary>What happens to an operation on disk or database.</summary>
public enum Fault
{
    /// <summary>It fails, and nothing is done.</summary>
    Fails,

    /// <summary>It is done, and says that it failed.</summary>
    FailsAfterwards,

    /// <summary>Half is written, and then the disk is full.</summary>
    WritesHalf,

    /// <summary>The process ends before it.</summary>
    Stops,

    /// <summary>The process ends with half of it written.</summary>
    StopsHalfway,
}

/// <summary>
/// Counts what a store does to disk and database, and lets one operation go wrong. A process that ends does nothing any more: every later
/// operation is refused too, those that would clean up among them, and only then is the folder opened anew.
/// </summary>
internal sealed class InjectedFault : DbCommandInterceptor, IDbTransactionInterceptor
{
    private const int SqliteIoError = 10;
    private readonly int _at;
    private readonly Fault _fault;
    private readonly List<string> _operations = [];
    private bool _ended;

    /// <param name="at">Which operation goes wrong, from 0; −1: none.</param>
    /// <param name="fault">How.</param>
    public InjectedFault(int at, Fault fault)
    {
        (_at, _fault) = (at, fault);
        Disk = new OtherDisk { Creation = path => new HalvedFile(ParameterFiles.Create(path)), Doing = Do };
    }

    public OtherDisk Disk { get; }

    /// <summary>What was done so far, in order.</summary>
    public IReadOnlyList<string> Operations => _operations;

    /// <summary>Whether only operations from now on count.</summary>
    public bool IsArmed { get; set; }

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Before(NameOf(command));
        return result;
    }

    public override DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result)
    {
        After(result.Dispose);
        return result;
    }

    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Before(NameOf(command));
        return result;
    }

    public override int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        After(() => { });
        return result;
    }

    public override InterceptionResult<object> ScalarExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<object> result)
    {
        Before(NameOf(command));
        return result;
    }

    public override object? ScalarExecuted(DbCommand command, CommandExecutedEventData eventData, object? result)
    {
        After(() => { });
        return result;
    }

    public InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        Before("database: COMMIT");
        return result;
    }

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => After(() => { });

    private bool IsNow => IsArmed && _operations.Count - 1 == _at;

    private static string NameOf(DbCommand command) => $"database: {command.CommandText.TrimStart().Split(' ', '\n', '\r')[0]}";

    private void Before(string name)
    {
        Count(name);
        if (IsNow && _fault == Fault.Fails)
        {
            throw new SqliteException("disk I/O error", SqliteIoError);
        }
    }

    private void After(Action close)
    {
        if (IsNow && _fault == Fault.FailsAfterwards)
        {
            close();
            throw new SqliteException("disk I/O error", SqliteIoError);
        }
    }

    private void Do(string name, Action operation)
    {
        Count($"disk: {name}");
        if (!IsNow)
        {
            operation();
            return;
        }

        if (_fault == Fault.Fails)
        {
            throw new IOException("Input/output error", 5);
        }

        HalvedFile.IsHalved = _fault is Fault.WritesHalf or Fault.StopsHalfway;
        operation();
        HalvedFile.IsHalved = false;
        End();
        throw _fault == Fault.WritesHalf ? new IOException("No space left on device", 28) : new IOException("Input/output error", 5);
    }

    private void Count(string name)
    {
        if (_ended)
        {
            throw new Stopped();
        }

        if (IsArmed)
        {
            _operations.Add(name);
        }

        if (IsNow && _fault == Fault.Stops)
        {
            _ended = true;
            throw new Stopped();
        }
    }

    private void End()
    {
        if (_fault == Fault.StopsHalfway)
        {
            _ended = true;
            throw new Stopped();
        }
    }

    /// <summary>The process is no more.</summary>
    public sealed class Stopped : Exception
    {
    }

    /// <summary>Writes the first half of what it is given, where that is asked for, and brings that to the disk.</summary>
    private sealed class HalvedFile(Stream file) : Stream
    {
        [ThreadStatic]
        public static bool IsHalved;

        public override bool CanRead => file.CanRead;

        public override bool CanSeek => file.CanSeek;

        public override bool CanWrite => file.CanWrite;

        public override long Length => file.Length;

        public override long Position
        {
            get => file.Position;
            set => file.Position = value;
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            file.Write(buffer, offset, IsHalved ? count / 2 : count);
            if (IsHalved)
            {
                file.Flush();
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => file.Read(buffer, offset, count);

        public override void Flush() => file.Flush();

        public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

        public override void SetLength(long value) => file.SetLength(value);

        protected override void Dispose(bool disposing)
        {
            file.Dispose();
            base.Dispose(disposing);
        }
    }
}
