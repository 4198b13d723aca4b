/** Files of the site. */

/** The bytes at an address; `read` hears of them as they come. Throws with the reason where they do not. */
export async function fetchBytes(
  url: string,
  read: (bytes: number) => void = () => {},
): Promise<Uint8Array<ArrayBuffer>> {
  const failed = (why: string) => new Error(`${url} could not be loaded: ${why}`);
  const response = await fetch(url).catch((error: Error) => {
    throw failed(error.message);
  });
  if (!response.ok || !response.body) throw failed(`the server says ${response.status}`);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    read(part.value.length);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
