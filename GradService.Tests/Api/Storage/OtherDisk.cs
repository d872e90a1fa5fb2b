using GradService.Api.Storage;

namespace GradService.Tests.Api.Storage;

/// <summary>A disk to which something happens: every operation is told of before it is done, and may be kept from it.</summary>
internal sealed class OtherDisk : IStorageFiles
{
    private readonly StorageFiles _disk = new();

    /// <summary>Opens a file that is to be written.</summary>
    public Func<string, Stream> Creation { get; init; } = ParameterFiles.Create;

    /// <summary>Told of each operation, with its name and what does it: it does that, or throws.</summary>
    public Action<string, Action> Doing { get; init; } = (_, operation) => operation();

    public void MakeFolder(string path) => Doing("make folder", () => _disk.MakeFolder(path));

    public FileStream? Own(string path) => Done("own the folder", () => _disk.Own(path));

    public Stream Create(string path) => new WatchedFile(Done("create", () => Creation(path)), Doing);

    public void FlushFile(Stream file) => Doing("flush file", () => _disk.FlushFile(((WatchedFile)file).Inner));

    public void FlushFolder(string path) => Doing("flush folder", () => _disk.FlushFolder(path));

    public void Move(string from, string to) => Doing("move", () => _disk.Move(from, to));

    public void Delete(string path) => Doing("delete", () => _disk.Delete(path));

    public FileStream? Read(string path) => Done("open to read", () => _disk.Read(path));

    public IReadOnlyList<string> FilesIn(string folder) => Done("list", () => (IReadOnlyList<string>)[.. _disk.FilesIn(folder).Order(StringComparer.Ordinal)]);

    private T Done<T>(string name, Func<T> operation)
    {
        T? done = default;
        Doing(name, () => done = operation());
        return done!;
    }

    /// <summary>A file, each of whose writes is an operation.</summary>
    private sealed class WatchedFile(Stream inner, Action<string, Action> doing) : Stream
    {
        public Stream Inner => inner;

        public override bool CanRead => inner.CanRead;

        public override bool CanSeek => inner.CanSeek;

        public override bool CanWrite => inner.CanWrite;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override void Write(byte[] buffer, int offset, int count) => doing("write", () => inner.Write(buffer, offset, count));

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
