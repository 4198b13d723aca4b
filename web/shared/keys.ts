/** Keys that go from page to page. */
import { useLayoutEffect } from 'preact/hooks';

/** Single keys and the addresses that they lead to; undefined ones lead nowhere. They are off where something is written or chosen. */
export function useKeys(addresses: Readonly<Record<string, string | undefined>>): void {
  // At once: a key that is pressed before the browser has drawn goes where the page now leads, not where the page before did.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const { target } = event;
      const writing =
        target instanceof HTMLElement && target.closest('input, select, textarea, [contenteditable]') !== null;
      if (writing || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
      const address = addresses[event.key];
      if (address !== undefined) location.hash = address;
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  });
}
