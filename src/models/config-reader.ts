/** Reading JSON files of a model folder, with file and key in every error. */
import { readFile } from 'node:fs/promises';
import { RaRftError } from '../core/errors.js';

/** A parsed config.json with the file it came from, so that every error can name file and key. */
export class ConfigReader {
  readonly raw: Record<string, unknown>;
  readonly file: string;

  constructor(raw: Record<string, unknown>, file: string) {
    this.raw = raw;
    this.file = file;
  }

  error(key: string, message: string, expected: string, hint?: string): RaRftError {
    return new RaRftError({ code: 'model', message, where: `${this.file}: ${key}`, expected, hint });
  }

  /** A positive number; `fallback` where the key is absent or null. */
  number(key: string, fallback?: number): number {
    const value = this.raw[key] ?? fallback;
    if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value)) {
      throw this.error(key, `${key} is ${JSON.stringify(value)}`, 'a positive number');
    }
    return value;
  }

  integer(key: string, fallback?: number): number {
    const value = this.number(key, fallback);
    if (!Number.isInteger(value)) throw this.error(key, `${key} is ${value}`, 'a positive integer');
    return value;
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.raw[key] ?? fallback;
    if (typeof value !== 'boolean') throw this.error(key, `${key} is ${JSON.stringify(value)}`, 'true or false');
    return value;
  }
}

/** The object in a JSON file; undefined where there is no such file and it is not `required`. Throws `model` naming the file. */
export async function readJsonObject(file: string, required: boolean): Promise<Record<string, unknown> | undefined> {
  const value = await readJson(file, 'a JSON object', required);
  if (value === undefined || isObject(value)) return value;
  throw new RaRftError({
    code: 'model',
    message: `${file} does not hold an object`,
    where: file,
    expected: 'a JSON object',
  });
}

/** The list in a JSON file; undefined where it is missing. Throws `model` naming the file. */
export async function readJsonArray(file: string): Promise<unknown[] | undefined> {
  const value = await readJson(file, 'a JSON list', false);
  if (value === undefined || Array.isArray(value)) return value;
  throw new RaRftError({
    code: 'model',
    message: `${file} does not hold a list`,
    where: file,
    expected: 'a JSON list',
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

async function readJson(file: string, expected: string, required: boolean): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (!required && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    throw new RaRftError({
      code: 'model',
      message: `cannot read ${file}`,
      where: file,
      expected: 'a model folder in Hugging Face layout: config.json, *.safetensors, tokenizer.json',
      hint: 'Check the path of the model; `ra-rft model import` makes such a folder of a GGUF file, or fetches one from the Hub.',
      cause,
    });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new RaRftError({ code: 'model', message: `${file} is not valid JSON`, where: file, expected, cause });
  }
}
