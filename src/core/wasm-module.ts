/** Puts together small WebAssembly modules: the few instructions that kernels share, sections, and the instance over a memory of its own. */

/** The part of the WebAssembly API that is used here (the language's own library does not declare it). */
interface WebAssemblyApi {
  Memory: new (size: { initial: number; maximum: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: Record<string, Record<string, object>>) => { exports: unknown };
}

/** A function of a module; its body ends with {@link END}. */
export interface WasmFunction {
  name: string;
  params: readonly number[];
  results: readonly number[];
  /** Declarations of locals as they are encoded, and the instructions. */
  body: readonly number[];
}

/** Functions over a memory of their own, of so many pages of 64 KiB; it never grows, so views of `buffer` stay valid. */
export function wasmInstance(
  functions: readonly WasmFunction[],
  pages: number,
): { buffer: ArrayBuffer; exports: unknown } {
  const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
  const memory = new Memory({ initial: pages, maximum: pages });
  const { exports } = new Instance(new Module(assemble(functions)), { m: { m: memory } });
  return { buffer: memory.buffer, exports };
}

export const TYPE = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };

// Instructions as bytes (WebAssembly core specification 2.0, section 5.4).
export const get = (local: number): number[] => [0x20, local];
export const set = (local: number): number[] => [0x21, local];
/** 0 to 63. */
export const i32Const = (n: number): number[] => [0x41, n];
export const I32_ADD = [0x6a];
export const I32_LT_U = [0x49];
/** Four numbers at the address, at least 16 bytes aligned. */
export const LOAD = [0xfd, 0x00, 4, 0];
export const END = 0x0b;

export const seq = (...parts: readonly (readonly number[])[]): number[] => parts.flat();

/** `do { body } while (condition)`. */
export const loopWhile = (body: number[], condition: number[]): number[] =>
  seq([0x03, 0x40], body, condition, [0x0d, 0], [END]);

function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const text = (s: string) => [s.length, ...new TextEncoder().encode(s)];
  const section = (id: number, bytes: readonly number[]) => [id, ...leb(bytes.length), ...bytes];
  const list = (make: (one: WasmFunction, i: number) => readonly number[]) => [
    functions.length,
    ...functions.flatMap(make),
  ];
  return Uint8Array.from(
    seq(
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(
        1,
        list(({ params, results }) => [0x60, params.length, ...params, results.length, ...results]),
      ),
      section(2, [1, ...text('m'), ...text('m'), 0x02, 0x00, 0x00]), // a memory of at least 0 pages
      section(
        3,
        list((_, i) => [i]),
      ),
      section(
        7,
        list(({ name }, i) => [...text(name), 0x00, i]),
      ),
      section(
        10,
        list(({ body }) => [...leb(body.length), ...body]),
      ),
    ),
  );
}

/** Unsigned LEB128. */
function leb(n: number): number[] {
  return n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)];
}
