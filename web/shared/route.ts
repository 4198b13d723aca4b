/** Where in the pages one is: the part of the address after `#`, so that any server can serve them from any folder. */
import { useLayoutEffect, useState } from 'preact/hooks';

export interface Route {
  /** Between slashes, decoded. */
  parts: string[];
  query: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return { parts: path.split('/').filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

/** The address of a place; undefined values are left out. */
export function linkTo(parts: readonly (string | number)[], query: Record<string, string | number | undefined> = {}) {
  const given = Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]));
  const search = new URLSearchParams(given).toString();
  return `#/${parts.map((part) => encodeURIComponent(part)).join('/')}${search === '' ? '' : `?${search}`}`;
}

/** The place now; draws again when it changes. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  // At once: an effect that waits for the browser to draw would miss what changes until then.
  useLayoutEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return parseRoute(hash);
}

/** What is no encoding is taken as it stands. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
