namespace GradService.Api.Storage;

/// <summary>What stored networks do to a disk, operation by operation. Whoever stands in for it sees all of them, and may let any fail.</summary>
internal interface IStorageFiles
{
    /// <summary>Makes a folder for the service's user alone, and those above it, unless it is there.</summary>
    void MakeFolder(string path);

    /// <summary>The file that says whose the folder is, held until it is disposed of; null where the disk is read-only and has none.</summary>
    /// <exception cref="StorageUnavailableException">Another process has it.</exception>
    FileStream? Own(string path);

    /// <summary>A new file, to be written.</summary>
    Stream Create(string path);

    /// <summary>Brings all that was written to a file to the disk.</summary>
    void FlushFile(Stream file);

    /// <summary>Brings the entries of a folder to the disk.</summary>
    void FlushFolder(string path);

    /// <summary>Gives a file another name, whatever had it before.</summary>
    void Move(string from, string to);

    /// <summary>Deletes a file; a link itself, not what it points to.</summary>
    void Delete(string path);

    /// <summary>A file, to be read; null where it is not there.</summary>
    FileStream? Read(string path);

    /// <summary>The files in a folder that are files and no links, and none of those below it.</summary>
    IReadOnlyList<string> FilesIn(string folder);
}
