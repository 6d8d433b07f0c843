/** Tar archives in memory, always the same bytes for the same files. */
import { pack } from "tar-stream";

/** One entry: a regular file with its content, or a symbolic link with its target. */
export interface ArchiveFile {
  /** Path inside the archive, without a leading slash. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly content: Buffer | { readonly linkTarget: string };
}

/** Packs the files in the given order, owned by root. */
export async function archive(files: readonly ArchiveFile[]): Promise<Buffer> {
  const tar = pack();
  for (const { path, mode, content } of files) {
    const header = { name: path, mode, uid: 0, gid: 0, mtime: new Date(0) };
    if (Buffer.isBuffer(content)) tar.entry(header, content);
    else tar.entry({ ...header, type: "symlink", linkname: content.linkTarget });
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
