/** Model folders of engines whose weights are on a server: of this machine they read sizes and tokenizer alone. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { ignoreMissing } from '../core/missing.js';

/** Throws `model` where there is no such folder, `engine` where it is not the one of the model that the server has. */
export async function mustBeServed(folder: string, served: string, hint: string): Promise<void> {
  if (!(await stat(folder).catch(ignoreMissing)))
    throw new RaRftError({ code: 'model', message: `there is no model folder ${folder}`, where: folder });
  if (resolve(folder) === resolve(served)) return;
  throw new RaRftError({
    code: 'engine',
    message: `the weights in ${folder} are on this machine, not on the server`,
    where: folder,
    expected: `${served}, the folder of the server's model, or a checkpoint of this engine`,
    hint,
  });
}
