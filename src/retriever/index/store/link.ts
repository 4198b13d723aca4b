/** An index under another name without a second copy of its bytes: files of an index never change, so two folders may share them. */
import { constants, copyFile, link, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { commitHeader, filesOf } from './files.js';
import { damaged, type IndexHeader } from './header.js';

/** Makes `to` an index with the files that `header` names in `from`. Where files cannot be shared (another disk), they are copied. */
export async function linkIndex(from: string, header: IndexHeader, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const file of filesOf(header)) {
    const source = join(from, file);
    await link(source, join(to, file))
      .catch(() => copyFile(source, join(to, file), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE))
      .catch((cause: unknown) => {
        throw damaged(source, 'the file cannot be read', cause);
      });
  }
  await commitHeader(to, header);
}
