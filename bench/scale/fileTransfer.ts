/** SFTP as far as pyinfra needs it: it uploads, and asks how long the file is then. */
import ssh2, { type SFTPWrapper } from "ssh2";

const { STATUS_CODE } = ssh2.utils.sftp;
const ofRegularFile = { mode: 0o100644, uid: 0, gid: 0, atime: 0, mtime: 0 };

/** Serves one SFTP channel: what is written there is kept in `files`, by path. */
export function keepFiles(sftp: SFTPWrapper, files: Map<string, Buffer>): void {
  const opened: string[] = [];
  const pathOf = (handle: Buffer) => opened[handle.readUInt32BE()] ?? "";
  sftp.on("OPEN", (request, path) => {
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(opened.push(path) - 1);
    files.set(path, Buffer.alloc(0));
    sftp.handle(request, handle);
  });
  sftp.on("WRITE", (request, handle, _offset, data) => {
    const path = pathOf(handle);
    files.set(path, Buffer.concat([files.get(path) ?? Buffer.alloc(0), data]));
    sftp.status(request, STATUS_CODE.OK);
  });
  sftp.on("CLOSE", (request) => sftp.status(request, STATUS_CODE.OK));
  sftp.on("STAT", (request, path) => {
    const content = files.get(path);
    if (content) sftp.attrs(request, { ...ofRegularFile, size: content.length });
    else sftp.status(request, STATUS_CODE.NO_SUCH_FILE);
  });
}
